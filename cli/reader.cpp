// SPDX-License-Identifier: Apache-2.0
#include "cli/reader.h"

#include <algorithm>
#include <tuple>

#include "lambdas/backend/schema.h"

namespace beckon::cli {
namespace {

namespace schema = lambdas::schema;
using lambdas::Item;
using lambdas::QueryRequest;

QueryRequest by_user(const std::string& table, const std::string& user) {
  QueryRequest request;
  request.table = table;
  request.partition_key = schema::kUserId;
  request.partition_value = user;
  return request;
}

QueryRequest stream_rows(const std::string& table, const std::string& user) {
  QueryRequest request = by_user(table, user);
  request.sort_key = schema::kSk;
  return request;
}

Item stream_key(const std::string& user, const std::string& sk) {
  return {{schema::kUserId, user}, {schema::kSk, sk}};
}

// The last character of Unicode: sorts after every device id, but for one that begins with it.
constexpr const char* kAfterEveryDevice = "\U0010FFFF";

// "seq#": what all events' sort keys begin with, and nothing else's.
std::string seq_prefix() {
  const std::string key = schema::seq_key(1);
  return key.substr(0, key.find('#') + 1);
}

}  // namespace

base::Result<std::vector<Item>> Reader::query_all(QueryRequest request) {
  std::vector<Item> items;
  for (;;) {
    auto page = database_.query(request);
    if (!page) return std::unexpected(page.error());
    std::ranges::move(page->items, std::back_inserter(items));
    if (page->last_evaluated_key.empty()) return items;
    request.exclusive_start_key = std::move(page->last_evaluated_key);
  }
}

base::Result<std::vector<Item>> Reader::scan_all(const std::string& table) {
  std::vector<Item> items;
  Item start_key;
  for (;;) {
    auto page = table_scan_.scan(table, start_key);
    if (!page) return std::unexpected(page.error());
    std::ranges::move(page->items, std::back_inserter(items));
    if (page->last_evaluated_key.empty()) return items;
    start_key = std::move(page->last_evaluated_key);
  }
}

base::Result<std::vector<ConnectionRow>> Reader::connections(const std::string& user,
                                                             std::int64_t now_s) {
  const auto items = user.empty() ? scan_all(names_.connections_table)
                                  : query_all(by_user(names_.connections_table, user));
  if (!items) return std::unexpected(items.error());
  std::vector<ConnectionRow> rows;
  for (const Item& item : *items) {
    ConnectionRow row = connection_row(item);
    if (!is_expired(row.expires_at_s, now_s)) rows.push_back(std::move(row));
  }
  std::ranges::sort(rows, {}, [](const ConnectionRow& row) {
    return std::tie(row.user, row.device, row.connected_at_ms);
  });
  return rows;
}

base::Result<std::vector<DeviceRow>> Reader::devices(const std::string& user) {
  QueryRequest request = by_user(names_.devices_table, user);
  request.index = schema::kUserIndex;
  request.consistent = false;
  const auto items = user.empty() ? scan_all(names_.devices_table) : query_all(request);
  if (!items) return std::unexpected(items.error());
  std::vector<DeviceRow> rows;
  for (const Item& item : *items) {
    DeviceRow row = device_row(item);
    // Devices that ask to be claimed are in the table, and are nobody's yet.
    if (!row.device.starts_with(schema::kClaimPrefix)) rows.push_back(std::move(row));
  }
  std::ranges::sort(rows, {}, [](const DeviceRow& row) { return std::tie(row.user, row.device); });
  return rows;
}

base::Result<std::optional<DeviceRow>> Reader::device(const std::string& device) {
  const auto item = database_.get(names_.devices_table, {{schema::kDeviceId, device}});
  if (!item) return std::unexpected(item.error());
  if (!*item || device.starts_with(schema::kClaimPrefix)) return std::optional<DeviceRow>();
  return std::optional<DeviceRow>(device_row(**item));
}

base::Result<std::optional<HeadRow>> Reader::head(const std::string& user) {
  const auto item = database_.get(names_.streams_table, stream_key(user, schema::kHeadKey));
  if (!item) return std::unexpected(item.error());
  if (!*item) return std::optional<HeadRow>();
  return std::optional<HeadRow>(head_row(**item));
}

base::Result<std::vector<EventRow>> Reader::events(const std::string& user, int count_max,
                                                   std::int64_t now_s) {
  QueryRequest request = stream_rows(names_.streams_table, user);
  request.range.begins_with = seq_prefix();
  request.descending = true;
  request.limit = count_max;
  std::vector<EventRow> rows;
  for (;;) {
    auto page = database_.query(request);
    if (!page) return std::unexpected(page.error());
    for (const Item& item : page->items) {
      EventRow row = event_row(item);
      const bool has_room = rows.size() < static_cast<std::size_t>(count_max);
      if (has_room && !is_expired(row.expires_at_s, now_s)) rows.push_back(std::move(row));
    }
    const bool is_full = rows.size() == static_cast<std::size_t>(count_max);
    if (is_full || page->last_evaluated_key.empty()) break;
    request.exclusive_start_key = std::move(page->last_evaluated_key);
  }
  std::ranges::reverse(rows);
  return rows;
}

base::Result<std::optional<EventFacts>> Reader::facts(const std::string& event_id) {
  QueryRequest request;
  request.table = names_.streams_table;
  request.index = schema::kLookupIndex;
  request.partition_key = schema::kLookupId;
  request.partition_value = event_id;
  request.consistent = false;
  const auto items = query_all(request);
  if (!items) return std::unexpected(items.error());
  if (items->empty()) return std::optional<EventFacts>();
  return facts(std::string(lambdas::string_of(items->front(), schema::kUserId).value_or("")),
               event_id);
}

base::Result<std::optional<EventFacts>> Reader::facts(const std::string& user,
                                                      const std::string& event_id) {
  const auto id_row =
      database_.get(names_.streams_table, stream_key(user, schema::event_id_key(event_id)));
  if (!id_row) return std::unexpected(id_row.error());
  if (!*id_row) return std::optional<EventFacts>();
  const auto seq = lambdas::integer_of(**id_row, schema::kSeq);
  if (!seq || *seq < 1) {
    return base::fail(base::ErrorCode::kInternal,
                      "the stored row of event " + event_id + " has no sequence number");
  }

  EventFacts facts;
  facts.user = user;
  const auto seq_number = static_cast<std::uint64_t>(*seq);
  auto receipts = this->receipts(user, seq_number, seq_number);
  if (!receipts) return std::unexpected(receipts.error());
  facts.receipts = std::move(*receipts);
  const auto row =
      database_.get(names_.streams_table, stream_key(user, schema::seq_key(seq_number)));
  if (!row) return std::unexpected(row.error());
  facts.event_row_exists = row->has_value();
  if (facts.event_row_exists) facts.event = event_row(**row);
  if (facts.event.epoch.empty()) facts.event.epoch = facts.receipts.head.epoch;
  facts.event.seq = seq_number;
  facts.event.id = event_id;
  return std::optional<EventFacts>(std::move(facts));
}

base::Result<Receipts> Reader::receipts(const std::string& user, std::uint64_t first_seq,
                                        std::uint64_t last_seq) {
  Receipts receipts;
  const auto head_of_user = head(user);
  if (!head_of_user) return std::unexpected(head_of_user.error());
  receipts.head = head_of_user->value_or(HeadRow{});
  auto owned = devices(user);
  if (!owned) return std::unexpected(owned.error());
  receipts.devices = std::move(*owned);

  QueryRequest request = stream_rows(names_.streams_table, user);
  request.range.from = schema::failed_key(first_seq, "");
  request.range.to = schema::failed_key(last_seq, kAfterEveryDevice);
  const auto failed = query_all(request);
  if (!failed) return std::unexpected(failed.error());
  std::ranges::transform(*failed, std::back_inserter(receipts.failed), failed_row);

  // A run is found under its last event.
  request.range.from = schema::passed_key(first_seq, "");
  request.range.to = schema::passed_key(protocol::kSeqMax, kAfterEveryDevice);
  const auto passed = query_all(request);
  if (!passed) return std::unexpected(passed.error());
  for (const Item& item : *passed) {
    PassedRow row = passed_row(item);
    if (row.first_seq <= last_seq) receipts.passed.push_back(std::move(row));
  }
  return receipts;
}

}  // namespace beckon::cli
