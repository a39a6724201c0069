// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/sqs.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/json/writer.h"
#include "emulator/aws/reply.h"
#include "emulator/events/md5.h"
#include "emulator/events/sqs_wire.h"

namespace beckon::emulator {
namespace {

constexpr std::size_t kBodyBytesMax = 1024 * 1024;  // SQS's limit since August 2025
constexpr std::int64_t kVisibilityMax_s = 43'200;
constexpr std::int64_t kWaitMax_s = 20;

AwsReply reply(json::Writer& writer) {
  return {.status = 200, .body = writer.take(), .headers = {}};
}

AwsReply empty_reply() {
  return {.status = 200, .body = "{}", .headers = {}};
}

std::string_view queue_of_url(std::string_view url) {
  return url.substr(url.rfind('/') + 1);
}

// What SQS lets a message hold: the characters of XML.
bool is_text(std::string_view text) {
  return xml_characters(text) == text;
}

bool is_text_attribute(const QueueAttributes::value_type& attribute) {
  return is_text(attribute.first) && is_text(attribute.second.type) &&
         is_text(attribute.second.value);
}

// A number within limits, or the fallback if it is not there; nullopt is out of limits or no
// number.
std::optional<std::int64_t> bounded(json::View value, std::int64_t fallback, std::int64_t least,
                                    std::int64_t most) {
  if (!value.exists() || value.is_null()) return fallback;
  const auto number = value.integer();
  if (!number || *number < least || *number > most) return std::nullopt;
  return number;
}

AwsReply out_of_limits(json::View input, const char* name, std::int64_t least, std::int64_t most) {
  return sqs_invalid(
      fmt::format("Value {} for parameter {} is invalid. Reason: Must be >= {} and <= {}, if "
                  "provided.",
                  input[name].print(), name, least, most));
}

}  // namespace

SqsService::SqsService(Queues& queues, Scheduler& scheduler, SqsOptions options)
    : queues_(queues), scheduler_(scheduler), options_(std::move(options)) {
  queues_.on_send([this, alive = std::weak_ptr<char>(alive_)](const std::string& queue) {
    if (!alive.expired()) wake(queue);
  });
}

std::string SqsService::url(std::string_view queue) const {
  return fmt::format("{}/{}/{}", options_.endpoint, options_.account, queue);
}

void SqsService::handle(std::string_view operation, json::View input,
                        std::function<void(AwsReply)> done) {
  if (operation == "ListQueues") return done(list_queues(input));
  static constexpr std::string_view kOnQueues[] = {
      "GetQueueUrl", "GetQueueAttributes", "ReceiveMessage",         "DeleteMessage",
      "PurgeQueue",  "SendMessage",        "ChangeMessageVisibility"};
  if (std::ranges::find(kOnQueues, operation) == std::end(kOnQueues)) {
    return done(sqs_error("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation",
                          fmt::format("beckon-emulator does not implement SQS's {}", operation)));
  }
  const bool by_name = operation == "GetQueueUrl";
  const char* member = by_name ? "QueueName" : "QueueUrl";
  if (!input[member].is_string()) {
    return done(sqs_error("MissingParameter", "MissingParameter",
                          fmt::format("The request must contain the parameter {}.", member)));
  }
  const std::string queue(queue_of_url(input[member].string_or("")));
  if (!queues_.contains(queue)) {
    return done(sqs_error("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue",
                          "The specified queue does not exist."));
  }
  if (operation == "ReceiveMessage") return receive(input, queue, std::move(done));
  done(reply_to(operation, input, queue));
}

AwsReply SqsService::reply_to(std::string_view operation, json::View input,
                              const std::string& queue) {
  if (operation == "GetQueueAttributes") return queue_attributes(input, queue);
  if (operation == "SendMessage") return send(input, queue);
  if (operation == "DeleteMessage") return remove(input, queue);
  if (operation == "ChangeMessageVisibility") return change_visibility(input, queue);
  if (operation == "PurgeQueue") {
    if (auto status = queues_.purge(queue); !status) {
      return aws_error(500, "InternalFailure", status.error().message);
    }
    return empty_reply();
  }
  json::Writer writer;
  writer.begin_object().member("QueueUrl", url(queue)).end_object();
  return reply(writer);
}

AwsReply SqsService::list_queues(json::View input) const {
  const std::string_view prefix = input["QueueNamePrefix"].string_or("");
  json::Writer writer;
  writer.begin_object().key("QueueUrls").begin_array();
  for (const std::string& name : queues_.names()) {
    if (name.starts_with(prefix)) writer.string(url(name));
  }
  writer.end_array().end_object();
  return reply(writer);
}

AwsReply SqsService::queue_attributes(json::View input, const std::string& queue) {
  const std::vector<std::string> names = read_names(input, {"AttributeNames"});
  const QueueCounts counts = queues_.counts(queue);
  const QueueModel& model = queues_.model(queue);
  const auto seconds = [](base::Duration duration) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
  };
  const std::pair<const char*, std::string> known[] = {
      {"QueueArn", fmt::format("arn:aws:sqs:{}:{}:{}", options_.region, options_.account, queue)},
      {"ApproximateNumberOfMessages", std::to_string(counts.visible)},
      {"ApproximateNumberOfMessagesNotVisible", std::to_string(counts.in_flight)},
      {"ApproximateNumberOfMessagesDelayed", "0"},
      {"VisibilityTimeout", seconds(model.visibility_timeout)},
      {"MessageRetentionPeriod", seconds(model.retention)},
      {"MaximumMessageSize", std::to_string(kBodyBytesMax)},
      {"DelaySeconds", "0"},
      {"ReceiveMessageWaitTimeSeconds", "0"}};
  json::Writer writer;
  writer.begin_object().key("Attributes").begin_object();
  for (const auto& [name, value] : known) {
    if (asks_for(names, name)) writer.member(name, value);
  }
  writer.end_object().end_object();
  return reply(writer);
}

AwsReply SqsService::send(json::View input, const std::string& queue) {
  const std::string_view body = input["MessageBody"].string_or("");
  if (body.empty()) {
    return sqs_error("MissingParameter", "MissingParameter",
                     "The request must contain the parameter MessageBody.");
  }
  if (body.size() > kBodyBytesMax) {
    return sqs_invalid(
        fmt::format("One or more parameters are invalid. Reason: Message must be shorter "
                    "than {} bytes.",
                    kBodyBytesMax));
  }
  if (input["DelaySeconds"].integer().value_or(0) != 0) {
    return sqs_error("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation",
                     "beckon-emulator does not implement SendMessage's DelaySeconds");
  }
  base::Result<QueueAttributes> attributes = read_attributes(input["MessageAttributes"]);
  if (!attributes) return sqs_invalid(attributes.error().message);
  if (!is_text(body) || !std::ranges::all_of(*attributes, is_text_attribute)) {
    return sqs_error("InvalidMessageContents", "InvalidMessageContents",
                     "The message contains characters outside the allowed set.");
  }
  QueueMessage message;
  message.body = body;
  message.attributes = *attributes;
  const auto id = queues_.send(queue, std::move(message));
  if (!id) return aws_error(500, "InternalFailure", id.error().message);
  json::Writer writer;
  writer.begin_object().member("MessageId", *id).member("MD5OfMessageBody", md5_hex(body));
  if (!attributes->empty()) writer.member("MD5OfMessageAttributes", md5_of_attributes(*attributes));
  writer.end_object();
  return reply(writer);
}

AwsReply SqsService::remove(json::View input, const std::string& queue) {
  const std::string_view handle = input["ReceiptHandle"].string_or("");
  if (handle.empty()) {
    return sqs_error("MissingParameter", "MissingParameter",
                     "The request must contain the parameter ReceiptHandle.");
  }
  // A handle of a message that is gone is fine, as on SQS: deleting twice is deleting.
  const base::Status status = queues_.remove(queue, handle);
  if (!status && status.error().code != base::ErrorCode::kNotFound) {
    return aws_error(500, "InternalFailure", status.error().message);
  }
  return empty_reply();
}

AwsReply SqsService::change_visibility(json::View input, const std::string& queue) {
  const auto seconds = bounded(input["VisibilityTimeout"], -1, 0, kVisibilityMax_s);
  if (!seconds || *seconds < 0)
    return out_of_limits(input, "VisibilityTimeout", 0, kVisibilityMax_s);
  const base::Status status = queues_.change_visibility(queue, input["ReceiptHandle"].string_or(""),
                                                        std::chrono::seconds(*seconds));
  if (!status) {
    return sqs_error("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid",
                     "The input receipt handle is invalid.");
  }
  return empty_reply();
}

void SqsService::receive(json::View input, const std::string& queue,
                         std::function<void(AwsReply)> done) {
  const auto most = bounded(input["MaxNumberOfMessages"], 1, 1, 10);
  if (!most) return done(out_of_limits(input, "MaxNumberOfMessages", 1, 10));
  const auto wait_s = bounded(input["WaitTimeSeconds"], 0, 0, kWaitMax_s);
  if (!wait_s) return done(out_of_limits(input, "WaitTimeSeconds", 0, kWaitMax_s));
  const auto model_s =
      std::chrono::duration_cast<std::chrono::seconds>(queues_.model(queue).visibility_timeout);
  const auto visibility_s =
      bounded(input["VisibilityTimeout"], model_s.count(), 0, kVisibilityMax_s);
  if (!visibility_s) return done(out_of_limits(input, "VisibilityTimeout", 0, kVisibilityMax_s));

  ReceiveRequest request{queue, static_cast<std::size_t>(*most),
                         std::chrono::seconds(*visibility_s),
                         read_names(input, {"AttributeNames", "MessageSystemAttributeNames"}),
                         read_names(input, {"MessageAttributeNames"})};
  const std::vector<QueueMessage> messages =
      queues_.receive(queue, request.most, request.visibility);
  if (!messages.empty() || *wait_s == 0) return done(received(request, messages));

  auto waiter = std::make_shared<Waiter>(Waiter{std::move(request), std::move(done), 0});
  waiters_.push_back(waiter);
  waiter->timer = scheduler_.call_after(
      std::chrono::seconds(*wait_s), [this, waiter, alive = std::weak_ptr<char>(alive_)] {
        if (alive.expired()) return;
        std::erase(waiters_, waiter);
        const ReceiveRequest& late = waiter->request;
        waiter->done(received(late, queues_.receive(late.queue, late.most, late.visibility)));
      });
}

AwsReply SqsService::received(const ReceiveRequest& request,
                              const std::vector<QueueMessage>& messages) const {
  if (messages.empty()) return empty_reply();
  json::Writer writer;
  writer.begin_object().key("Messages").begin_array();
  for (const QueueMessage& message : messages) {
    write_message(writer, message, request.system_attributes, request.message_attributes,
                  options_.account);
  }
  writer.end_array().end_object();
  return reply(writer);
}

void SqsService::wake(const std::string& queue) {
  const auto found = std::ranges::find_if(waiters_, [&](const std::shared_ptr<Waiter>& waiter) {
    return waiter->request.queue == queue;
  });
  if (found == waiters_.end()) return;
  // A copy: the list's own goes with erase().
  const auto waiter =
      std::shared_ptr<Waiter>(*found);  // NOLINT(performance-unnecessary-copy-initialization)
  const std::vector<QueueMessage> messages =
      queues_.receive(queue, waiter->request.most, waiter->request.visibility);
  if (messages.empty()) return;
  waiters_.erase(found);
  scheduler_.cancel(waiter->timer);
  waiter->done(received(waiter->request, messages));
}

}  // namespace beckon::emulator
