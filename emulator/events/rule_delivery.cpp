// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/rule_delivery.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/json/json.h"
#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kPrefix = "rule/";

}  // namespace

RuleDelivery::RuleDelivery(AsyncQueue& async, Queues& queues, EventStore& store,
                           Scheduler& scheduler, RuleDeliveryOptions options,
                           std::function<std::string()> new_id, std::function<double()> random,
                           base::LogSink& log)
    : async_(async),
      queues_(queues),
      store_(store),
      scheduler_(scheduler),
      options_(options),
      new_id_(std::move(new_id)),
      random_(std::move(random)),
      log_(log, "events") {}

StoreChange RuleDelivery::to_change(const std::string& id, const Waiting& waiting) {
  const RuleTargetModel& target = waiting.event.target;
  json::Writer writer;
  writer.begin_object()
      .member("id", id)
      .member("target", target.id)
      .member("function", target.function)
      .member("dead_letters", target.dead_letter_queue)
      .member("retries_max", target.retries_max)
      .member("age_max_ms", static_cast<std::int64_t>(target.age_max.count()))
      .member("rule_arn", waiting.event.rule_arn)
      .member("target_arn", waiting.event.target_arn)
      .member("accepted", waiting.accepted_unix_ms)
      .member("retries", waiting.retries_count)
      .member("event", waiting.event.event)
      .end_object();
  return {fmt::format("{}{}", kPrefix, id), writer.take()};
}

std::size_t RuleDelivery::resume() {
  store_.for_each(kPrefix, [&](const std::string&, const std::string& value) {
    const auto document = json::parse(value, json::kDepthMaxHost);
    if (!document) return;
    const auto text = [&](const char* name) {
      return std::string((*document)[name].string_or(""));
    };
    Waiting waiting;
    waiting.event.target.id = text("target");
    waiting.event.target.function = text("function");
    waiting.event.target.dead_letter_queue = text("dead_letters");
    waiting.event.target.retries_max =
        static_cast<int>((*document)["retries_max"].integer().value_or(0));
    waiting.event.target.age_max = base::Duration((*document)["age_max_ms"].integer().value_or(0));
    waiting.event.rule_arn = text("rule_arn");
    waiting.event.target_arn = text("target_arn");
    waiting.event.event = text("event");
    waiting.accepted_unix_ms = (*document)["accepted"].integer().value_or(0);
    waiting.retries_count = static_cast<int>((*document)["retries"].integer().value_or(0));
    waiting_[text("id")] = std::move(waiting);
  });
  for (const auto& [id, waiting] : waiting_) wait_for_retry(id);
  return waiting_.size();
}

AsyncEvent RuleDelivery::to_async(const RuleEvent& event) const {
  return {new_id_(), event.target.function, event.event};
}

base::Status RuleDelivery::deliver(std::vector<RuleEvent> events) {
  std::vector<AsyncEvent> admitted;
  std::map<std::string, std::size_t> refused;
  for (RuleEvent& event : events) {
    const base::Status admits = async_.admits(event.target.function);
    if (admits) {
      admitted.push_back(to_async(event));
      if (options_.duplicate_probability > 0 && random_() < options_.duplicate_probability) {
        admitted.push_back(to_async(event));
      }
      continue;
    }
    Waiting waiting{std::move(event), scheduler_.wall_now().unix_ms, 0, admits.error().message};
    const bool is_gone = admits.error().code == base::ErrorCode::kNotFound;
    const base::Status status =
        is_gone ? give_up(waiting, "NO_RESOURCE", "") : wait(std::move(waiting));
    if (!status) return status;
  }
  return admitted.empty() ? base::Status() : async_.enqueue(std::move(admitted));
}

base::Status RuleDelivery::give_up(const Waiting& waiting, std::string_view code,
                                   std::string_view exhausted) {
  const RuleTargetModel& target = waiting.event.target;
  const bool has_queue = queues_.contains(target.dead_letter_queue);
  log_.error("target %s of %s: given up after %d retries: %s; the event is %s", target.id.c_str(),
             waiting.event.rule_arn.c_str(), waiting.retries_count, waiting.reason.c_str(),
             has_queue ? "in the dead-letter queue" : "lost: the target has no dead-letter queue");
  if (!has_queue) return {};
  FailedDelivery failed{waiting.event.event,  waiting.event.rule_arn, waiting.event.target_arn,
                        std::string(code),    waiting.reason,         std::string(exhausted),
                        waiting.retries_count};
  const auto sent = queues_.send(target.dead_letter_queue, dead_letter_of_rule(failed));
  if (!sent) return std::unexpected(sent.error());
  return {};
}

base::Status RuleDelivery::wait(Waiting waiting) {
  const std::string id = new_id_();
  const StoreChange change = to_change(id, waiting);
  if (auto status = store_.apply({&change, 1}); !status) return status;
  waiting_[id] = std::move(waiting);
  wait_for_retry(id);
  return {};
}

// Exponential with full jitter.
void RuleDelivery::wait_for_retry(const std::string& id) {
  const int doublings = std::min(waiting_.at(id).retries_count, 20);
  const base::Duration most =
      std::min(options_.backoff_max, options_.backoff_min * (std::int64_t{1} << doublings));
  const auto delay = static_cast<std::int64_t>(random_() * static_cast<double>(most.count()));
  scheduler_.call_after(base::Duration(delay + 1), [this, id, alive = std::weak_ptr<char>(alive_)] {
    if (!alive.expired()) retry(id);
  });
}

void RuleDelivery::retry(const std::string& id) {
  Waiting& waiting = waiting_.at(id);
  const RuleTargetModel& target = waiting.event.target;
  const base::Status admits = async_.admits(target.function);
  base::Status status;
  if (admits) {
    status = async_.enqueue({to_async(waiting.event)});
  } else {
    waiting.reason = admits.error().message;
    const base::Duration age(scheduler_.wall_now().unix_ms - waiting.accepted_unix_ms);
    if (admits.error().code == base::ErrorCode::kNotFound) {
      status = give_up(waiting, "NO_RESOURCE", "");
    } else if (age > target.age_max) {
      status = give_up(waiting, "THROTTLING", "MaximumEventAgeInSeconds");
    } else if (waiting.retries_count >= target.retries_max) {
      status = give_up(waiting, "THROTTLING", "MaximumRetryAttempts");
    } else {
      ++waiting.retries_count;
      return wait_for_retry(id);
    }
  }
  if (status) return forget(id);
  log_.error("cannot go on with an event for %s: %s; trying again", target.function.c_str(),
             status.error().message.c_str());
  wait_for_retry(id);
}

void RuleDelivery::forget(const std::string& id) {
  const StoreChange change{fmt::format("{}{}", kPrefix, id), std::nullopt};
  if (auto status = store_.apply({&change, 1}); !status) {
    log_.warning("%s: a restart would deliver an event once more", status.error().message.c_str());
  }
  waiting_.erase(id);
}

}  // namespace beckon::emulator
