// SPDX-License-Identifier: Apache-2.0
// Where a device stands in its stream: which events it has taken in, which are running, and the
// cursor, which moves over the finished prefix only (P-2, P-15, P-24, P-42). Decides nothing about
// connections or storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/protocol/cursor.h"
#include "common/protocol/messages.h"

namespace beckon::agent {

// Names one dispatch of one event; counts up for the life of a Window, across epochs.
using Ticket = std::uint64_t;

class Window {
 public:
  enum class Verdict {
    kNext,       // the event after the last one taken in
    kDuplicate,  // taken in before
    kGap,        // later than the next: something is missing
    kForeign,    // of another epoch, or the position is not known yet
  };

  struct Pending {
    enum class State : std::uint8_t { kQueued, kRunning, kDone };
    State state = State::kQueued;
    protocol::Event event;  // its text is given up when it is dispatched; seq stays
    base::WallTime received_at;
    std::size_t bytes = 0;
  };

  explicit Window(std::optional<protocol::Cursor> start);

  bool has_position() const { return has_position_; }
  const std::string& epoch() const { return epoch_; }
  std::uint64_t taken_seq() const { return taken_seq_; }  // the last event taken in or passed over

  Verdict judge(const std::string& epoch, std::uint64_t seq) const;

  // Takes in an event with seq above taken_seq(); everything between is passed over.
  void take(protocol::Event event, base::WallTime received_at);
  // Passes over everything up to seq; done if seq is not above taken_seq().
  void pass(std::uint64_t seq);
  // Starts anew at (epoch, seq): what was queued is forgotten, what runs no longer counts.
  void restart(const std::string& epoch, std::uint64_t seq);

  // The next event to dispatch, if there is one and the window is not too wide; marks it running.
  // The pointer is valid until the next call.
  Pending* start_next(Ticket& ticket);
  // The events of this ticket's dispatch are done with. Returns its seq; 0 for a ticket of before a
  // restart.
  std::uint64_t finish(Ticket ticket);

  // The last event of the finished prefix; nothing while the position is unknown.
  std::optional<protocol::Cursor> cursor() const;

  bool empty() const { return size() == 0; }
  bool has_queued() const { return next_ < size(); }
  std::size_t queued_count() const { return size() - next_; }
  std::size_t queued_bytes() const { return queued_bytes_; }  // of their texts

  // How far dispatch may run ahead of the oldest unfinished event: what comes again after a crash.
  static constexpr std::size_t kWidthMax = 64;

 private:
  std::size_t size() const { return pending_.size() - front_; }
  Pending& at(std::size_t index) { return pending_[front_ + index]; }
  void pop_front();

  bool has_position_ = false;
  std::string epoch_;
  std::uint64_t taken_seq_ = 0;
  // A queue whose memory is used again: those before front_ are gone. Tickets are consecutive: the
  // front's is first_ticket_. Indices count from the front.
  std::vector<Pending> pending_;
  std::size_t front_ = 0;
  std::size_t next_ = 0;  // index of the first one not dispatched
  std::size_t queued_bytes_ = 0;
  Ticket first_ticket_ = 1;
};

}  // namespace beckon::agent
