// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/dead_letters.h"

#include "common/base/time.h"
#include "common/json/json.h"
#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

constexpr std::size_t kErrorMessageBytesMax = 1024;  // Lambda gives the first kilobyte

// The first bytes of a UTF-8 text, without half a character at the end.
std::string shortened(std::string text) {
  if (text.size() <= kErrorMessageBytesMax) return text;
  std::size_t end = kErrorMessageBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

// Text that is JSON as it is; anything else as a JSON string.
void write_payload(json::Writer& writer, const std::string& text) {
  if (json::parse(text, json::kDepthMaxHost)) {
    writer.raw(text);
  } else {
    writer.string(text);
  }
}

}  // namespace

FailureText failure_text(const FailedInvocation& failed) {
  if (!failed.answered) {
    return {"Unavailable",
            failed.answer.empty() ? "throttled until the event was too old" : failed.answer};
  }
  const auto document = json::parse(failed.answer, json::kDepthMaxHost);
  if (!document) return {"Unhandled", failed.answer};
  return {std::string(document->root()["errorType"].string_or("Unhandled")),
          std::string(document->root()["errorMessage"].string_or(""))};
}

QueueMessage dead_letter_of_function(const FailedInvocation& failed) {
  FailureText text = failure_text(failed);
  QueueMessage message;
  message.body = failed.event;
  message.attributes["RequestID"] = {"String", failed.request_id};
  message.attributes["ErrorCode"] = {"Number", failed.answered ? "200" : "429"};
  // SQS knows no empty attribute values.
  message.attributes["ErrorMessage"] = {"String",
                                        text.message.empty() ? text.code : shortened(text.message)};
  message.error_code = std::move(text.code);
  message.error_message = std::move(text.message);
  return message;
}

QueueMessage on_failure_record(const FailedInvocation& failed) {
  json::Writer writer;
  writer.begin_object()
      .member("version", "1.0")
      .member("timestamp", base::format_rfc3339({failed.ended_unix_ms}, true))
      .key("requestContext")
      .begin_object()
      .member("requestId", failed.request_id)
      .member("functionArn", failed.function_arn + ":$LATEST")
      .member("condition", failed.condition)
      .member("approximateInvokeCount", failed.invokes_count)
      .end_object()
      .key("requestPayload");
  write_payload(writer, failed.event);
  if (failed.answered) {
    writer.key("responseContext")
        .begin_object()
        .member("statusCode", 200)
        .member("executedVersion", "$LATEST")
        .member("functionError", "Unhandled")
        .end_object()
        .key("responsePayload");
    write_payload(writer, failed.answer);
  }
  FailureText text = failure_text(failed);
  QueueMessage message;
  message.body = writer.end_object().take();
  message.error_code = std::move(text.code);
  message.error_message = std::move(text.message);
  return message;
}

QueueMessage dead_letter_of_rule(const FailedDelivery& failed) {
  QueueMessage message;
  message.body = failed.event;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) message.attributes[name] = {"String", value};
  };
  add("RULE_ARN", failed.rule_arn);
  add("TARGET_ARN", failed.target_arn);
  add("ERROR_CODE", failed.error_code);
  add("ERROR_MESSAGE", failed.error_message);
  add("EXHAUSTED_RETRY_CONDITION", failed.exhausted);
  add("RETRY_ATTEMPTS", std::to_string(failed.retries_count));
  message.error_code = failed.error_code;
  message.error_message = failed.error_message;
  return message;
}

}  // namespace beckon::emulator
