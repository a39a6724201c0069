// SPDX-License-Identifier: Apache-2.0
// Rows of the three tables as the operator's commands see them. Reading is lenient: a row that
// lacks an attribute still shows, with what it has. Which rows to read is reader.h's business.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/cursor.h"
#include "lambdas/aws/database.h"

namespace beckon::cli {

struct ConnectionRow {
  std::string user;
  std::string device;
  std::string connection_id;
  std::int64_t connected_at_ms = 0;  // 0: not in the row
  std::string source_ip;
  std::string user_agent;
  std::optional<std::int64_t> expires_at_s;
};

struct DeviceRow {
  std::string device;
  std::string user;
  std::optional<protocol::Cursor> cursor;  // none: the device has not synced yet
  std::int64_t last_seen_ms = 0;           // 0: not in the row
  std::string public_key = {};             // as stored; "" for one registered in open mode
  std::string previous_key = {};           // the same; "" if there is none
  std::int64_t previous_key_until_ms = 0;
  std::int64_t disabled_at_ms = 0;  // 0: not disabled
  std::int64_t added_at_ms = 0;     // 0: not in the row
};

struct HeadRow {
  std::string epoch;
  std::uint64_t seq = 0;
};

struct EventRow {
  std::string epoch;  // of the stream it is in
  std::uint64_t seq = 0;
  std::string id;
  std::string name;
  std::string time;                  // RFC 3339
  std::string data;                  // JSON text
  std::vector<std::string> devices;  // empty: every device of the owner
  std::string sender;                // the device that sent it and does not get it; "": an operator
  std::string collapse;
  std::uint64_t superseded_by = 0;  // a newer event of its collapse key; its data is gone. 0: none
  std::optional<std::int64_t> expires_at_s;
};

struct FailedRow {
  std::string device;
  std::string epoch;
  std::uint64_t seq = 0;
  std::string action;
  std::string error;
};

// Events that were never sent to a device, and why not.
struct PassedRow {
  std::string device;
  std::string epoch;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  std::string reason;  // lambdas::schema::kReason…
};

ConnectionRow connection_row(const lambdas::Item& item);
DeviceRow device_row(const lambdas::Item& item);
HeadRow head_row(const lambdas::Item& item);
EventRow event_row(const lambdas::Item& item);
FailedRow failed_row(const lambdas::Item& item);
PassedRow passed_row(const lambdas::Item& item);

// DynamoDB removes expired rows within days, not at once: a row without a time never expires.
bool is_expired(const std::optional<std::int64_t>& expires_at_s, std::int64_t now_s);

}  // namespace beckon::cli
