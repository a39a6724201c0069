// SPDX-License-Identifier: Apache-2.0
// Memory of messages that are done with, for the next ones: a device that takes event after event
// asks its heap for nothing. What exceeds the bounds goes back to the heap, so that one large event
// or one long replay holds nothing for ever. Decides nothing about messages.
#pragma once

#include <cstddef>
#include <vector>

#include "common/json/arena.h"
#include "common/protocol/messages.h"

namespace beckon::protocol {

class Spares {
 public:
  // json_bytes: in which messages are taken apart, one at a time; see json::Arena.
  explicit Spares(std::size_t json_bytes) : arena_(json_bytes) {}

  json::Arena& arena() { return arena_; }

  // An event whose texts may have memory; what they say is of no meaning.
  Event take_event();
  // An event that nobody needs any more. A large text that was hardly used is freed at once.
  void give_back(Event event);

  // The same for the list of an answer's events, and what is left in it.
  std::vector<SyncedEntry> take_entries();
  void give_back(std::vector<SyncedEntry> entries);

  // What the spare texts hold at the moment.
  std::size_t text_bytes() const { return text_bytes_; }

  static constexpr std::size_t kEventsMax = 16;
  static constexpr std::size_t kEntriesMax = 16;
  static constexpr std::size_t kTextBytesMax = 4 * 1024;  // of all events together

 private:
  json::Arena arena_;
  std::vector<Event> events_;
  std::size_t text_bytes_ = 0;
  std::vector<SyncedEntry> entries_;
};

}  // namespace beckon::protocol
