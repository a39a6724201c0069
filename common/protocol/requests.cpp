// SPDX-License-Identifier: Apache-2.0
// Device to server: sync and send.
#include <algorithm>
#include <utility>

#include "common/json/writer.h"
#include "common/protocol/fields.h"
#include "common/protocol/messages.h"

namespace beckon::protocol {
namespace {

// Cuts at a character's border, so that the rest stays UTF-8.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// An entry that cannot be read is left out and said: with it, the device would send the same sync
// again and again, and its cursor would never be stored.
base::Status decode_failed(json::View list, SyncRequest& request) {
  if (!list.exists()) return {};
  if (!list.is_array() || list.size() > kFailedReportsMax) {
    return base::fail(base::ErrorCode::kInvalid, "sync.failed: expected an array of at most " +
                                                     std::to_string(kFailedReportsMax) +
                                                     " entries");
  }
  std::size_t index = 0;
  for (const json::View entry : list) {
    const std::string what = "sync.failed[" + std::to_string(index++) + "]";
    Fields fields(entry, what);
    FailedReport report;
    report.seq = fields.required_seq("seq");
    report.action = fields.required_string("action", kFailedTextBytesMax);
    report.error = fields.required_string("error", kFailedTextBytesMax);
    if (fields.ok()) {
      request.failed.push_back(std::move(report));
    } else {
      request.failed_refused.push_back(fields.error().message);
    }
  }
  return {};
}

base::Result<std::vector<std::string>> decode_devices(json::View list) {
  std::vector<std::string> devices;
  if (!list.exists()) return devices;
  const auto wrong = [] {
    return base::fail(base::ErrorCode::kInvalid, "send.devices: expected an array of 1 to " +
                                                     std::to_string(kTargetDevicesMax) +
                                                     " device ids");
  };
  if (!list.is_array() || list.size() == 0 || list.size() > kTargetDevicesMax) return wrong();
  for (const json::View entry : list) {
    const std::string_view id = entry.string_or("");
    if (id.empty() || id.size() > kDeviceIdBytesMax) return wrong();
    devices.emplace_back(id);
  }
  return devices;
}

}  // namespace

std::string encode(const SyncRequest& request, std::string buffer) {
  json::Writer writer(std::move(buffer));
  writer.begin_object().member("action", "sync");
  if (request.cursor) {
    writer.member("cursor", CursorText(*request.cursor).view());
    if (request.after > request.cursor->seq) {
      writer.member("after", static_cast<std::int64_t>(request.after));
    }
  } else if (request.start_oldest) {
    writer.member("start", "oldest");
  }
  writer.member("max_bytes", static_cast<std::int64_t>(request.max_bytes));
  if (!request.failed.empty()) {
    writer.key("failed").begin_array();
    for (const FailedReport& report : request.failed) {
      writer.begin_object()
          .member("seq", static_cast<std::int64_t>(report.seq))
          .member("action", cut(report.action, kFailedTextBytesMax))
          .member("error", cut(report.error, kFailedTextBytesMax))
          .end_object();
    }
    writer.end_array();
  }
  return writer.end_object().take();
}

std::string encode(const SendRequest& request) {
  json::Writer writer;
  writer.begin_object().member("action", "send").member("name", request.name);
  if (request.to_everyone) writer.member("to", "everyone");
  if (!request.devices.empty()) {
    writer.key("devices").begin_array();
    for (const std::string& device : request.devices) writer.string(device);
    writer.end_array();
  }
  if (request.ttl_s) writer.member("ttl_s", *request.ttl_s);
  if (!request.collapse.empty()) writer.member("collapse", request.collapse);
  return writer.key("data").raw(request.data).end_object().take();
}

base::Result<SyncRequest> decode_sync(json::View body) {
  Fields fields(body, "sync");
  SyncRequest request;
  if (body["cursor"].exists()) request.cursor = fields.required_cursor("cursor");
  request.after = fields.optional_count("after");
  if (request.after != 0 && (!request.cursor || request.after < request.cursor->seq)) {
    fields.wrong("after", "a number not below the cursor's", body["after"]);
  }
  const std::string start = fields.optional_string("start", 16);
  if (!start.empty() && start != "oldest" && start != "head") {
    fields.wrong("start", "\"oldest\" or \"head\"", body["start"]);
  }
  request.start_oldest = start == "oldest";
  if (body["max_bytes"].exists()) {
    request.max_bytes = std::clamp(static_cast<std::size_t>(fields.required_seq("max_bytes")),
                                   kSyncedBytesMin, kSyncedBytesMax);
  }
  if (!fields.ok()) return std::unexpected(fields.error());
  if (const auto failed = decode_failed(body["failed"], request); !failed) {
    return std::unexpected(failed.error());
  }
  return request;
}

base::Result<SendRequest> decode_send(json::View body) {
  Fields fields(body, "send");
  SendRequest request;
  request.name = fields.required_string("name", kEventNameBytesMax);
  request.data = fields.optional_object("data");
  request.collapse = fields.optional_string("collapse", kCollapseKeyBytesMax);
  const std::string to = fields.optional_string("to", 16);
  if (!to.empty() && to != "everyone" && to != "devices") {
    fields.wrong("to", "\"devices\" or \"everyone\"", body["to"]);
  }
  request.to_everyone = to == "everyone";
  if (body["ttl_s"].exists()) {
    const auto ttl = static_cast<std::int64_t>(fields.required_seq("ttl_s"));
    if (fields.ok() && (ttl < 1 || ttl > kEventTtlMax_s)) {
      fields.wrong("ttl_s", "1 to " + std::to_string(kEventTtlMax_s), body["ttl_s"]);
    }
    request.ttl_s = ttl;
  }
  if (!fields.ok()) return std::unexpected(fields.error());
  auto devices = decode_devices(body["devices"]);
  if (!devices) return std::unexpected(devices.error());
  request.devices = std::move(*devices);
  return request;
}

}  // namespace beckon::protocol
