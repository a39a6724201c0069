// SPDX-License-Identifier: Apache-2.0
#include "cli/dead_letter.h"

#include "common/base/bytes.h"

namespace beckon::cli {
namespace {

constexpr std::int64_t kTimeMax_ms = 253402300799999;  // the end of the year 9999

void take_event(DeadLetter& letter, json::View event) {
  letter.event_id = event["id"].string_or("");
  letter.name = event["detail-type"].string_or("");
  letter.user = event["detail"]["target"]["user"].string_or("");
}

std::string attribute(json::View message, const char* name) {
  return std::string(message["MessageAttributes"][name]["StringValue"].string_or(""));
}

}  // namespace

DeadLetter dead_letter(json::View message) {
  DeadLetter letter;
  letter.body = message["Body"].string_or("");
  const auto sent = base::parse_int64(message["Attributes"]["SentTimestamp"].string_or(""));
  if (sent && *sent >= 0 && *sent <= kTimeMax_ms) letter.sent_ms = *sent;
  // A rule's queue says ERROR_CODE, a function's ErrorCode.
  for (const char* name : {"ERROR_CODE", "ErrorCode"}) {
    if (letter.error_code.empty()) letter.error_code = attribute(message, name);
  }
  for (const char* name : {"ERROR_MESSAGE", "ErrorMessage"}) {
    if (letter.error_message.empty()) letter.error_message = attribute(message, name);
  }
  const auto body = json::parse(letter.body, json::kDepthMaxHost);
  if (!body) return letter;
  const json::View record = body->root();
  if (!record["requestPayload"].exists()) {
    take_event(letter, record);
    return letter;
  }
  take_event(letter, record["requestPayload"]);
  letter.error_code = record["responsePayload"]["errorType"].string_or(
      record["requestContext"]["condition"].string_or(""));
  letter.error_message = record["responsePayload"]["errorMessage"].string_or("");
  return letter;
}

}  // namespace beckon::cli
