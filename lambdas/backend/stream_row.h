// SPDX-License-Identifier: Apache-2.0
// One row of the streams table: how an event is written down and what a reader makes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/protocol/messages.h"
#include "lambdas/aws/database.h"

namespace beckon::lambdas {

// An event that has no number yet.
struct Draft {
  std::string id{};  // the same in every repetition; what makes an append idempotent
  std::string name{};
  std::string time{};                  // RFC 3339
  std::string data{};                  // JSON text of an object
  std::vector<std::string> devices{};  // only these; empty: all of the user's
  std::string sender{};                // the device that sent it and does not get it; "": none
  std::int64_t ttl_s = protocol::kEventTtlDefault_s;
  std::string collapse{};   // "": none
  std::string signature{};  // as in protocol::Event
};

struct Head {
  std::string epoch;
  std::uint64_t seq = 0;
};

// A stored event with its number.
struct StoredEvent {
  protocol::Event event;
  std::string epoch;
  std::string sender;
  std::int64_t expires_at_s = 0;
  bool superseded = false;  // a newer event with the same collapse key is stored; data is gone

  bool expired(std::int64_t now_s) const { return expires_at_s <= now_s; }
  // Whether it is meant for this device at all, whatever became of it.
  bool is_for(std::string_view device_id) const;
};

// The key of a row of the user's stream.
Item stream_key(const std::string& user_id, std::string sort_key);

Item event_row(const std::string& user_id, const Head& place, const Draft& draft,
               std::int64_t expires_at_s);
// None if the row is not one that event_row or an update of it wrote.
std::optional<StoredEvent> read_event_row(const Item& row);
std::optional<Head> read_head_row(const Item& row);

// A list of device ids as JSON text, and back; text that is not such a list gives an empty one.
std::string device_list_text(const std::vector<std::string>& devices);
std::vector<std::string> read_device_list(std::string_view text);

}  // namespace beckon::lambdas
