// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/sqs_wire.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulator/events/md5.h"

namespace beckon::emulator {
namespace {

void append_sized(std::string& out, std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((size >> shift) & 0xFF);
  out += text;
}

}  // namespace

std::string md5_of_attributes(const QueueAttributes& attributes) {
  constexpr char kTextValue = 1;
  std::string bytes;
  for (const auto& [name, attribute] : attributes) {
    append_sized(bytes, name);
    append_sized(bytes, attribute.type);
    bytes += kTextValue;
    append_sized(bytes, attribute.value);
  }
  return md5_hex(bytes);
}

base::Result<QueueAttributes> read_attributes(json::View attributes) {
  QueueAttributes result;
  for (const json::View attribute : attributes) {
    const std::string_view type = attribute["DataType"].string_or("");
    if (attribute["BinaryValue"].exists() || type.starts_with("Binary")) {
      return base::fail(base::ErrorCode::kInvalid,
                        "beckon-emulator does not implement binary message attributes");
    }
    const auto value = attribute["StringValue"].string();
    if (type.empty() || !value || value->empty()) {
      return base::fail(
          base::ErrorCode::kInvalid,
          fmt::format("The message attribute '{}' must contain non-empty DataType and "
                      "StringValue.",
                      attribute.key()));
    }
    result[std::string(attribute.key())] = {std::string(type), std::string(*value)};
  }
  return result;
}

bool asks_for(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](std::string_view wanted) {
    if (wanted == "All" || wanted == ".*" || wanted == name) return true;
    return wanted.ends_with(".*") && name.starts_with(wanted.substr(0, wanted.size() - 2));
  });
}

void write_message(json::Writer& writer, const QueueMessage& message,
                   const std::vector<std::string>& system_attributes,
                   const std::vector<std::string>& message_attributes, const std::string& account) {
  writer.begin_object()
      .member("MessageId", message.id)
      .member("ReceiptHandle", message.receipt_handle)
      .member("MD5OfBody", md5_hex(message.body))
      .member("Body", message.body);
  if (!system_attributes.empty()) {
    const std::pair<const char*, std::string> known[] = {
        {"SenderId", account},
        {"SentTimestamp", std::to_string(message.sent_unix_ms)},
        {"ApproximateReceiveCount", std::to_string(message.receives_count)},
        {"ApproximateFirstReceiveTimestamp", std::to_string(message.first_received_unix_ms)}};
    writer.key("Attributes").begin_object();
    for (const auto& [name, value] : known) {
      if (asks_for(system_attributes, name)) writer.member(name, value);
    }
    writer.end_object();
  }
  QueueAttributes shown;
  for (const auto& [name, attribute] : message.attributes) {
    if (asks_for(message_attributes, name)) shown[name] = attribute;
  }
  if (!shown.empty()) {
    writer.member("MD5OfMessageAttributes", md5_of_attributes(shown));
    writer.key("MessageAttributes").begin_object();
    for (const auto& [name, attribute] : shown) {
      writer.key(name)
          .begin_object()
          .member("StringValue", attribute.value)
          .member("DataType", attribute.type)
          .end_object();
    }
    writer.end_object();
  }
  writer.end_object();
}

AwsReply sqs_error(std::string_view type, std::string_view code, std::string_view message) {
  AwsReply reply = aws_error(400, fmt::format("com.amazonaws.sqs#{}", type), message);
  reply.headers["x-amzn-query-error"] = fmt::format("{};Sender", code);
  return reply;
}

AwsReply sqs_invalid(std::string_view message) {
  return sqs_error("InvalidParameterValue", "InvalidParameterValue", message);
}

std::vector<std::string> read_names(json::View input, std::initializer_list<const char*> members) {
  std::vector<std::string> names;
  for (const char* member : members) {
    for (const json::View name : input[member]) names.emplace_back(name.string_or(""));
  }
  return names;
}

}  // namespace beckon::emulator
