// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/bus_event.h"

#include <algorithm>

#include "common/base/time.h"
#include "common/json/json.h"
#include "common/json/writer.h"
#include "common/signature/event_signature.h"
#include "lambdas/backend/gateway_event.h"

namespace beckon::lambdas {
namespace {

constexpr std::size_t kIdBytesMax = 128;

std::unexpected<base::Error> bad(std::string_view name, std::string text) {
  return base::fail(base::ErrorCode::kInvalid, std::string(name) + ": " + std::move(text));
}

base::Status read_envelope(json::View root, Draft& draft) {
  draft.id = root["id"].string_or("");
  if (!is_identifier(draft.id, kIdBytesMax)) {
    return bad("NotAnEvent", "expected an EventBridge event with an \"id\"");
  }
  draft.name = root["detail-type"].string_or("");
  if (!is_identifier(draft.name, protocol::kEventNameBytesMax)) {
    return bad("BadName", "detail-type: expected 1 to " +
                              std::to_string(protocol::kEventNameBytesMax) +
                              " bytes without control characters");
  }
  draft.time = root["time"].string_or("");
  if (!base::parse_rfc3339(draft.time)) {
    return bad("BadTime", "time: expected RFC 3339 like \"2026-11-21T07:00:00Z\"");
  }
  if (!root["detail"].is_object()) {
    return bad("NotAnEvent",
               "detail: expected an object, got " + std::string(root["detail"].type_name()));
  }
  return {};
}

base::Status read_devices(json::View list, Draft& draft) {
  if (!list.exists()) return {};
  const auto wrong = [] {
    return bad("BadDevices", "detail.target.devices: expected an array of 1 to " +
                                 std::to_string(protocol::kTargetDevicesMax) + " device ids");
  };
  if (!list.is_array() || list.size() == 0 || list.size() > protocol::kTargetDevicesMax) {
    return wrong();
  }
  for (const json::View entry : list) {
    const std::string_view id = entry.string_or("");
    if (!is_identifier(id, protocol::kDeviceIdBytesMax)) return wrong();
    draft.devices.emplace_back(id);
  }
  return {};
}

// Whether the signature is right is nobody's to say here; one that cannot be is told to its sender.
base::Status read_signature(json::View member, Draft& draft) {
  if (!member.exists()) return {};
  const auto signature = signature::decode(member);
  if (!signature) return bad("BadSignature", "detail.target." + signature.error().message);
  draft.signature = signature::encode(*signature);
  return {};
}

base::Status read_target(json::View target, BusEvent& event) {
  if (!target.exists()) {
    return bad("NoTarget", "detail.target: expected {\"user\":…}, got nothing");
  }
  if (!target.is_object()) {
    return bad("BadTarget",
               "detail.target: expected an object, got " + std::string(target.type_name()));
  }
  for (const json::View member : target) {
    // A mistyped "devices" would otherwise reach every device of the user.
    if (member.key() != "user" && member.key() != "devices" && member.key() != "signature") {
      return bad("BadTarget",
                 "detail.target: expected \"user\", \"devices\" and \"signature\" only, got \"" +
                     std::string(member.key().substr(0, 40)) + "\"");
    }
  }
  if (!target["user"].exists()) {
    return bad("NoTargetUser", "detail.target.user: expected a user's id, got nothing");
  }
  event.user_id = target["user"].string_or("");
  if (!is_identifier(event.user_id, protocol::kUserIdBytesMax)) {
    return bad("NoTargetUser", "detail.target.user: expected 1 to " +
                                   std::to_string(protocol::kUserIdBytesMax) +
                                   " bytes without control characters, got " +
                                   std::string(target["user"].type_name()));
  }
  if (auto read = read_devices(target["devices"], event.draft); !read) return read;
  return read_signature(target["signature"], event.draft);
}

base::Status read_options(json::View detail, Draft& draft) {
  if (const json::View ttl = detail["ttl_s"]; ttl.exists()) {
    const auto seconds = ttl.integer();
    if (!seconds || *seconds < 1 || *seconds > protocol::kEventTtlMax_s) {
      return bad("BadTtl", "detail.ttl_s: expected 1 to " +
                               std::to_string(protocol::kEventTtlMax_s) + " seconds");
    }
    draft.ttl_s = *seconds;
  }
  if (const json::View collapse = detail["collapse"]; collapse.exists()) {
    draft.collapse = collapse.string_or("");
    if (!is_identifier(draft.collapse, protocol::kCollapseKeyBytesMax)) {
      return bad("BadCollapse", "detail.collapse: expected a string of 1 to " +
                                    std::to_string(protocol::kCollapseKeyBytesMax) +
                                    " bytes without control characters");
    }
  }
  return {};
}

// The detail without what is Beckon's own.
std::string data_of(json::View detail) {
  json::Writer writer;
  writer.begin_object();
  for (const json::View member : detail) {
    const std::string_view key = member.key();
    if (key != "target" && key != "ttl_s" && key != "collapse") writer.member(key, member);
  }
  return writer.end_object().take();
}

}  // namespace

base::Result<BusEvent> decode_bus_event(std::string_view text) {
  const auto document = json::parse(text, json::kDepthMaxHost);
  if (!document) return bad("NotAnEvent", document.error().message);
  const json::View root = document->root();
  BusEvent event;
  if (auto read = read_envelope(root, event.draft); !read) return std::unexpected(read.error());
  const json::View detail = root["detail"];
  if (auto read = read_target(detail["target"], event); !read) return std::unexpected(read.error());
  if (auto read = read_options(detail, event.draft); !read) return std::unexpected(read.error());
  event.draft.data = data_of(detail);
  return event;
}

}  // namespace beckon::lambdas
