// SPDX-License-Identifier: Apache-2.0
#include "cli/operator_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "common/base/bytes.h"
#include "common/json/json.h"
#include "common/json/writer.h"
#include "common/protocol/limits.h"
#include "common/protocol/messages.h"

namespace beckon::cli {
namespace {

using base::ErrorCode;
using base::fail;

// Members of detail that say how to deliver, not what happened.
constexpr std::array<std::string_view, 3> kDeliveryMembers = {"target", "ttl_s", "collapse"};

// A name that goes into a key, a header and a terminal line.
base::Status check_text(std::string_view what, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) {
    return fail(ErrorCode::kInvalid, fmt::format("{} must not be empty", what));
  }
  if (text.size() > bytes_max) {
    return fail(ErrorCode::kInvalid, fmt::format("{} must be at most {} bytes, it has {}", what,
                                                 bytes_max, text.size()));
  }
  if (!base::is_utf8(text)) {
    return fail(ErrorCode::kInvalid, fmt::format("{} must be UTF-8", what));
  }
  if (base::has_control(text)) {
    return fail(ErrorCode::kInvalid, fmt::format("{} must not have control characters", what));
  }
  return {};
}

base::Status check_target(const OperatorEvent& event) {
  if (auto ok = check_text("USER", event.user, protocol::kUserIdBytesMax); !ok) return ok;
  if (auto ok = check_text("--name", event.name, protocol::kEventNameBytesMax); !ok) return ok;
  if (event.devices.size() > protocol::kTargetDevicesMax) {
    return fail(ErrorCode::kInvalid,
                fmt::format("at most {} --device may be given, there are {}; leave them out to "
                            "reach every device of {}",
                            protocol::kTargetDevicesMax, event.devices.size(), event.user));
  }
  for (const std::string& device : event.devices) {
    if (auto ok = check_text("--device", device, protocol::kDeviceIdBytesMax); !ok) return ok;
  }
  if (!event.collapse.empty()) {
    if (auto ok = check_text("--collapse", event.collapse, protocol::kCollapseKeyBytesMax); !ok) {
      return ok;
    }
  }
  if (event.ttl_s && (*event.ttl_s < 1 || *event.ttl_s > protocol::kEventTtlMax_s)) {
    return fail(ErrorCode::kInvalid, fmt::format("--ttl must be from 1s to {}d, it is {} s",
                                                 protocol::kEventTtlMax_s / 86400, *event.ttl_s));
  }
  return {};
}

// The first whole number of a JSON text that a double may not hold exactly; "": none. Looks at the
// numerals, since in the tree they are doubles already.
std::string_view find_inexact_integer(std::string_view text) {
  constexpr std::string_view kExactMax = "9007199254740991";  // 2^53-1
  constexpr std::string_view kDigits = "0123456789";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      for (++i; text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
    }
    if (kDigits.find(text[i]) == std::string_view::npos) continue;
    const std::size_t end = std::min(text.find_first_not_of("0123456789+-.eE", i), text.size());
    const std::string_view numeral = text.substr(i, end - i);
    const bool is_whole = numeral.find_first_not_of(kDigits) == std::string_view::npos;
    if (is_whole && (numeral.size() > kExactMax.size() ||
                     (numeral.size() == kExactMax.size() && numeral > kExactMax))) {
      return numeral;
    }
    i = end - 1;
  }
  return {};
}

base::Result<json::Document> checked_data(const std::string& data) {
  auto document = json::parse(data, kDataDepthMax);
  if (!document) {
    return fail(document.error().code,
                fmt::format("--data must be a JSON object: {}", document.error().message));
  }
  const json::View root = document->root();
  if (!root.is_object()) {
    return fail(ErrorCode::kInvalid, fmt::format("--data must be a JSON object like "
                                                 "'{{\"door\":\"front\"}}', it is of type {}",
                                                 root.type_name()));
  }
  if (const auto number = find_inexact_integer(data); !number.empty()) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("--data: the whole number {} would arrive changed, since JSON numbers are "
                    "exact up to 9007199254740991 only; send it as a string: \"{}\"",
                    number, number));
  }
  for (const std::string_view name : kDeliveryMembers) {
    if (root[name].exists()) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("--data must not have a member '{}': it says how an event is "
                              "delivered; use --device, --ttl or --collapse",
                              name));
    }
  }
  return document;
}

// The largest frame that this event can become: the members that the backend adds at their longest.
std::size_t frame_bytes(const OperatorEvent& event, json::View data) {
  protocol::LiveEvent frame;
  frame.epoch = std::string(protocol::kEpochBytesMax, 'x');
  frame.event.seq = protocol::kSeqMax;
  frame.event.id = std::string(36, 'x');  // EventBridge ids are UUIDs
  frame.event.name = event.name;
  frame.event.time = "2026-01-01T00:00:00Z";
  frame.event.data = data.print();
  frame.event.signature = event.signature;
  return protocol::encode(frame).size();
}

}  // namespace

std::string message_data(std::string_view text) {
  json::Writer writer;
  writer.begin_object().member("text", text).end_object();
  return writer.take();
}

base::Result<std::string> detail_of(const OperatorEvent& event) {
  if (auto ok = check_target(event); !ok) return std::unexpected(ok.error());
  const auto document = checked_data(event.data);
  if (!document) return std::unexpected(document.error());
  const json::View data = document->root();
  if (const std::size_t bytes = frame_bytes(event, data); bytes > protocol::kEventFrameBytesMax) {
    return fail(ErrorCode::kLimit,
                fmt::format("the event is too large: {} bytes as a frame, at most {} are sent to a "
                            "device; send a link to what does not fit",
                            bytes, protocol::kEventFrameBytesMax));
  }

  json::Writer writer;
  writer.begin_object();
  writer.key("target").begin_object().member("user", event.user);
  if (!event.devices.empty()) {
    writer.key("devices").begin_array();
    for (const std::string& device : event.devices) writer.string(device);
    writer.end_array();
  }
  if (!event.signature.empty()) writer.key("signature").raw(event.signature);
  writer.end_object();
  if (event.ttl_s) writer.member("ttl_s", *event.ttl_s);
  if (!event.collapse.empty()) writer.member("collapse", event.collapse);
  for (const json::View member : data) writer.member(member.key(), member);
  writer.end_object();
  return writer.take();
}

}  // namespace beckon::cli
