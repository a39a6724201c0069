// SPDX-License-Identifier: Apache-2.0
// The form of a signature in JSON.
#include <algorithm>
#include <optional>

#include "common/base/bytes.h"
#include "common/json/writer.h"
#include "common/protocol/limits.h"
#include "common/signature/event_signature.h"

namespace beckon::signature {
namespace {

std::unexpected<base::Error> wrong(const char* member, const std::string& expected) {
  return base::fail(base::ErrorCode::kInvalid,
                    "signature." + std::string(member) + ": expected " + expected);
}

bool is_key_id(std::string_view text) {
  return text.size() == kKeyIdCharacters && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// One text only per value: what decodes must encode to the same again.
std::optional<std::string> bytes_of(std::string_view text, std::size_t size) {
  auto bytes = base::base64url_decode(text);
  if (!bytes || bytes->size() != size || base::base64url(*bytes) != text) return std::nullopt;
  return std::move(*bytes);
}

base::Status read_dates(json::View object, EventSignature& signature) {
  const auto is_date = [](const std::optional<std::int64_t>& date) {
    return date && *date >= 0 && *date <= kDateMax_s;
  };
  const auto issued_at = object["iat"].integer();
  if (!is_date(issued_at)) return wrong("iat", "whole seconds since 1970, at most 2^32-1");
  const auto expires_at = object["exp"].integer();
  if (!is_date(expires_at) || *expires_at <= *issued_at ||
      *expires_at - *issued_at > protocol::kEventTtlMax_s) {
    return wrong("exp", "whole seconds since 1970, after iat and by at most " +
                            std::to_string(protocol::kEventTtlMax_s));
  }
  signature.issued_at_s = *issued_at;
  signature.expires_at_s = *expires_at;
  return {};
}

base::Status read_devices(json::View list, EventSignature& signature) {
  const auto bad = [] {
    return wrong("devices",
                 "an array of 1 to " + std::to_string(protocol::kTargetDevicesMax) + " device ids");
  };
  if (!list.is_array() || list.size() == 0 || list.size() > protocol::kTargetDevicesMax) {
    return bad();
  }
  for (const json::View entry : list) {
    const std::string_view id = entry.string_or("");
    if (id.empty() || id.size() > protocol::kDeviceIdBytesMax) return bad();
    signature.devices.emplace_back(id);
  }
  // Devices compare bytes; in which order they are named means nothing.
  std::ranges::sort(signature.devices);
  const auto twice = std::ranges::unique(signature.devices);
  signature.devices.erase(twice.begin(), twice.end());
  return {};
}

}  // namespace

std::string encode(const EventSignature& signature) {
  json::Writer writer;
  writer.begin_object()
      .member("key", signature.key)
      .member("id", signature.id)
      .member("iat", signature.issued_at_s)
      .member("exp", signature.expires_at_s)
      .key("devices")
      .begin_array();
  for (const std::string& device : signature.devices) writer.string(device);
  writer.end_array().member(
      "sig", base::base64url({reinterpret_cast<const char*>(signature.signature.data()),
                              signature.signature.size()}));
  return writer.end_object().take();
}

base::Result<EventSignature> decode(json::View object) {
  if (!object.is_object()) {
    return base::fail(base::ErrorCode::kInvalid,
                      "signature: expected an object, got " + std::string(object.type_name()));
  }
  EventSignature signature;
  signature.key = object["key"].string_or("");
  if (!is_key_id(signature.key)) return wrong("key", "16 digits of 0-9a-f");
  signature.id = object["id"].string_or("");
  if (!bytes_of(signature.id, kIdBytes)) return wrong("id", "16 bytes in base64url");
  if (const auto read = read_dates(object, signature); !read) return std::unexpected(read.error());
  const auto read = read_devices(object["devices"], signature);
  if (!read) return std::unexpected(read.error());
  const auto bytes = bytes_of(object["sig"].string_or(""), signature.signature.size());
  if (!bytes) return wrong("sig", "64 bytes in base64url");
  std::ranges::transform(*bytes, signature.signature.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return signature;
}

base::Result<EventSignature> decode(std::string_view text) {
  const auto document = json::parse(text);
  if (!document) {
    return base::fail(base::ErrorCode::kInvalid, "signature: " + document.error().message);
  }
  return decode(document->root());
}

}  // namespace beckon::signature
