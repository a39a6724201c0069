// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/queues.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "emulator/aws/reply.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kPrefix = "message/";

// Keys sort in the order of arrival.
std::string key_of(const std::string& queue, const QueueMessage& message) {
  return fmt::format("{}{}/{:015}/{}", kPrefix, queue, message.sent_unix_ms, message.id);
}

std::string to_json(const std::string& queue, const QueueMessage& message) {
  json::Writer writer;
  writer.begin_object()
      .member("queue", queue)
      .member("id", message.id)
      .member("sent", message.sent_unix_ms)
      .member("error_code", message.error_code)
      .member("error_message", message.error_message)
      .member("body", message.body)
      .key("attributes")
      .begin_object();
  for (const auto& [name, attribute] : message.attributes) {
    writer.key(name).begin_array().string(attribute.type).string(attribute.value).end_array();
  }
  return writer.end_object().end_object().take();
}

QueueMessage from_json(json::View view) {
  QueueMessage message;
  message.id = view["id"].string_or("");
  message.sent_unix_ms = view["sent"].integer().value_or(0);
  message.error_code = view["error_code"].string_or("");
  message.error_message = view["error_message"].string_or("");
  message.body = view["body"].string_or("");
  for (const json::View attribute : view["attributes"]) {
    message.attributes[std::string(attribute.key())] = {std::string(attribute.at(0).string_or("")),
                                                        std::string(attribute.at(1).string_or(""))};
  }
  return message;
}

}  // namespace

Queues::Queues(const std::vector<QueueModel>& models, EventStore& store, Scheduler& scheduler,
               std::function<std::string()> new_id, base::LogSink& log)
    : store_(store), scheduler_(scheduler), new_id_(std::move(new_id)), log_(log, "queues") {
  for (const QueueModel& model : models) queues_[model.name].model = model;
  load();
}

void Queues::load() {
  std::size_t orphans_count = 0;
  store_.for_each(kPrefix, [&](const std::string&, const std::string& value) {
    const auto document = json::parse(value, json::kDepthMaxHost);
    if (!document) return;
    const auto queue = queues_.find(document->root()["queue"].string_or(""));
    if (queue == queues_.end()) {
      ++orphans_count;
      return;
    }
    queue->second.messages.push_back(from_json(document->root()));
  });
  if (orphans_count > 0) {
    log_.warning(
        "%zu stored messages belong to queues that the template no longer has; they are kept",
        orphans_count);
  }
}

std::vector<std::string> Queues::names() const {
  std::vector<std::string> names;
  for (const auto& [name, queue] : queues_) names.push_back(name);
  return names;
}

base::Result<std::string> Queues::send(const std::string& queue, QueueMessage message) {
  Queue& target = queues_.at(queue);
  for (std::string* text : {&message.body, &message.error_code, &message.error_message}) {
    *text = xml_characters(*text);
  }
  for (auto& [name, attribute] : message.attributes) {
    attribute.value = xml_characters(attribute.value);
  }
  message.id = new_id_();
  message.sent_unix_ms = scheduler_.wall_now().unix_ms;
  message.visible_at = scheduler_.now();
  const StoreChange change{key_of(queue, message), to_json(queue, message)};
  if (auto status = store_.apply({&change, 1}); !status) return std::unexpected(status.error());
  std::string id = message.id;
  target.messages.push_back(std::move(message));
  if (sent_) sent_(queue);
  return id;
}

std::vector<QueueMessage> Queues::receive(const std::string& queue, std::size_t most,
                                          base::Duration visibility) {
  Queue& source = queues_.at(queue);
  drop_expired(source);
  std::vector<QueueMessage> received;
  const base::Instant now = scheduler_.now();
  for (QueueMessage& message : source.messages) {
    if (received.size() == most) break;
    if (message.visible_at > now) continue;
    message.visible_at = now + visibility;
    message.receipt_handle = new_id_();
    if (message.receives_count++ == 0) {
      message.first_received_unix_ms = scheduler_.wall_now().unix_ms;
    }
    received.push_back(message);
  }
  return received;
}

std::deque<QueueMessage>::iterator Queues::find(Queue& queue, std::string_view receipt_handle) {
  return std::ranges::find_if(queue.messages, [&](const QueueMessage& message) {
    return !receipt_handle.empty() && message.receipt_handle == receipt_handle;
  });
}

base::Status Queues::remove(const std::string& queue, std::string_view receipt_handle) {
  Queue& source = queues_.at(queue);
  const auto found = find(source, receipt_handle);
  if (found == source.messages.end()) {
    return base::fail(base::ErrorCode::kNotFound, "no message has this receipt handle");
  }
  const StoreChange change{key_of(queue, *found), std::nullopt};
  if (auto status = store_.apply({&change, 1}); !status) return status;
  source.messages.erase(found);
  return {};
}

base::Status Queues::change_visibility(const std::string& queue, std::string_view receipt_handle,
                                       base::Duration visibility) {
  Queue& source = queues_.at(queue);
  const auto found = find(source, receipt_handle);
  if (found == source.messages.end()) {
    return base::fail(base::ErrorCode::kNotFound, "no message has this receipt handle");
  }
  found->visible_at = scheduler_.now() + visibility;
  if (visibility.count() == 0 && sent_) sent_(queue);
  return {};
}

base::Status Queues::purge(const std::string& queue) {
  Queue& source = queues_.at(queue);
  std::vector<StoreChange> changes;
  for (const QueueMessage& message : source.messages) {
    changes.push_back({key_of(queue, message), std::nullopt});
  }
  if (auto status = store_.apply(changes); !status) return status;
  source.messages.clear();
  return {};
}

QueueCounts Queues::counts(const std::string& queue) {
  Queue& source = queues_.at(queue);
  drop_expired(source);
  QueueCounts counts;
  const base::Instant now = scheduler_.now();
  for (const QueueMessage& message : source.messages) {
    ++(message.visible_at > now ? counts.in_flight : counts.visible);
  }
  return counts;
}

void Queues::for_each(
    const std::function<void(const std::string& queue, const QueueMessage&)>& callback) {
  for (auto& [name, queue] : queues_) {
    drop_expired(queue);
    for (const QueueMessage& message : queue.messages) callback(name, message);
  }
}

void Queues::drop_expired(Queue& queue) {
  const std::int64_t oldest_unix_ms = scheduler_.wall_now().unix_ms - queue.model.retention.count();
  std::vector<StoreChange> changes;
  while (!queue.messages.empty() && queue.messages.front().sent_unix_ms < oldest_unix_ms) {
    changes.push_back({key_of(queue.model.name, queue.messages.front()), std::nullopt});
    queue.messages.pop_front();
  }
  if (changes.empty()) return;
  if (auto status = store_.apply(changes); !status) {
    log_.warning("expired messages of %s may come back after a restart: %s",
                 queue.model.name.c_str(), status.error().message.c_str());
  }
}

}  // namespace beckon::emulator
