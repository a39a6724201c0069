// SPDX-License-Identifier: Apache-2.0
#include "agent/stored_reports.h"

#include <algorithm>
#include <utility>

#include "common/json/json.h"
#include "common/json/writer.h"

namespace beckon::agent {
namespace {

using protocol::FailedReport;

void write(json::Writer& writer, const FailedReport& report) {
  writer.begin_object()
      .member("seq", static_cast<std::int64_t>(report.seq))
      .member("action", report.action)
      .member("error", report.error)
      .end_object();
}

std::unexpected<base::Error> wrong(std::string_view what) {
  return base::fail(base::ErrorCode::kInvalid, "stored failure reports: " + std::string(what));
}

}  // namespace

std::size_t stored_bytes(const FailedReport& report) {
  constexpr std::size_t kAround = sizeof R"(,{"seq":9007199254740991,"action":"","error":""})";
  std::size_t escapes = 0;
  for (const std::string* text : {&report.action, &report.error}) {
    escapes += static_cast<std::size_t>(
        std::ranges::count_if(*text, [](char c) { return c == '"' || c == '\\'; }));
  }
  return kAround + report.action.size() + report.error.size() + escapes;
}

std::string encode_reports(std::string_view epoch, std::span<const FailedReport> reports) {
  json::Writer writer;
  writer.begin_object().member("epoch", epoch).key("failed").begin_array();
  for (const FailedReport& report : reports) write(writer, report);
  return writer.end_array().end_object().take();
}

base::Result<StoredReports> decode_reports(std::string_view text) {
  const auto document = json::parse(text);
  if (!document) return std::unexpected(document.error());
  StoredReports stored;
  stored.epoch = (*document)["epoch"].string_or("");
  const json::View failed = (*document)["failed"];
  if (!protocol::is_epoch(stored.epoch) || !failed.is_array()) {
    return wrong("expected an epoch and a list \"failed\"");
  }
  for (const json::View entry : failed) {
    FailedReport report;
    const auto seq = entry["seq"].integer();
    report.action = entry["action"].string_or("");
    report.error = entry["error"].string_or("");
    const std::uint64_t last = stored.failed.empty() ? 0 : stored.failed.back().seq;
    if (!seq || *seq <= 0 || static_cast<std::uint64_t>(*seq) <= last || report.action.empty() ||
        report.error.empty()) {
      return wrong("expected entries with a growing seq, an action and an error");
    }
    report.seq = static_cast<std::uint64_t>(*seq);
    stored.failed.push_back(std::move(report));
  }
  return stored;
}

}  // namespace beckon::agent
