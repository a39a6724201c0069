// SPDX-License-Identifier: Apache-2.0
// The session: keeps one device connected to its stream. A pure state machine: inputs and the time
// go in, commands and a deadline come out. It decides when to connect, sync, acknowledge, renew and
// give up; it owns no socket, clock, thread, storage or randomness (the seed goes in). The same
// seed and inputs give the same commands on every platform.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/backoff.h"
#include "agent/link.h"
#include "agent/random.h"
#include "agent/session_types.h"
#include "agent/stored_reports.h"
#include "agent/window.h"
#include "common/base/log.h"
#include "common/protocol/spares.h"

namespace beckon::agent {

class Session {
 public:
  // stored: the cursor that the storage holds, if any. The log must outlive the session.
  Session(const SessionOptions& options, std::optional<protocol::Cursor> stored, std::uint64_t seed,
          base::LogSink& log);

  // Before the first step: the failure reports that the storage holds; nothing: there may be some
  // that cannot be read.
  void restore(std::optional<StoredReports> kept);

  // The commands are to be carried out in order, before the next step; the list is valid until
  // then, and its contents may be moved from. now must not go backwards.
  std::vector<Command>& step(const Input& input, base::Instant now);

  // When to step with input::Timer if nothing comes before. Nothing: wait for input alone.
  std::optional<base::Instant> deadline() const;

  State state() const { return state_; }
  const Window& window() const { return window_; }
  std::optional<protocol::Cursor> stored_cursor() const { return stored_; }
  // Where events go that were dispatched and are done with. Not within step().
  protocol::Spares& spares() { return spares_; }

 private:
  // Inputs (session.cpp).
  void handle(const input::Start& start);
  void handle(const input::Opened& opened);
  void handle(const input::Failed& failed);
  void handle(const input::Closed& closed);
  void handle(const input::Message& message);
  void handle(const input::Oversized& oversized);
  void handle(const input::Timer& timer);
  void handle(const input::NetworkUp& up);
  void handle(const input::TryNow& now);
  void handle(const input::Finished& finished);
  void handle(const input::Stored& stored);
  void handle(const input::Reconfigured& reconfigured);
  void handle(const input::Stop& stop);

  // Connections (session_links.cpp).
  void connect(Link& link);
  void drop(Link& link, std::uint16_t code);
  void lose(Link& link, Setback setback, std::string reason);
  void wait(Setback setback, std::string reason);
  void check_timeouts(Link& link);
  void check_renewal();
  void renew();
  bool is_quiet() const;
  void hurry();
  void hand_over();
  void become_online(Link& link);
  Link* find(Attempt attempt);
  void change(State state, std::string reason);

  // The stream (session_stream.cpp).
  void receive(Link& link, protocol::Synced&& synced, base::WallTime received_at);
  void receive(Link& link, protocol::LiveEvent&& live, base::WallTime received_at);
  void receive(Link& link, const protocol::ErrorMessage& error, base::WallTime received_at);
  void receive(Link& link, const protocol::GatewayFrame& frame, base::WallTime received_at);
  void unreadable(Link& link, const std::string& why);
  void sync_failed(Link& link, const std::string& why);
  void adopt_position(const protocol::Synced& synced);
  bool has_room(std::size_t bytes, std::size_t count) const;
  bool has_room(const protocol::Synced& synced, std::size_t asked_bytes, bool moved_stream) const;
  bool take_entries(protocol::Synced& synced, base::WallTime received_at);
  void judge_answer(Link& link, bool was_new);
  void not_before(Link& link, base::Duration pause);
  bool has_room_for_reports(std::size_t count) const;
  void report_failure(std::uint64_t seq, std::string_view action, std::string_view error);
  void dispatch();

  // Asking and acknowledging (session_sync.cpp).
  void work();
  bool behind() const;
  bool may_ask() const;
  bool acknowledgement_wanted() const;
  bool has_reportable() const;
  bool wants_sync(const Link& link) const;
  void sync_if_due(Link& link);
  void send_sync(Link& link);
  std::optional<protocol::Cursor> cursor_to_send() const;
  std::optional<protocol::Cursor> storable_cursor() const;
  std::span<const protocol::FailedReport> reports_up_to(std::uint64_t seq) const;
  bool store_wanted() const;
  void store_if_due();
  void finish_stopping();

  // Renewal waits for this long a silence of events.
  static constexpr base::Duration kQuiet = 2s;

  // Most messages are taken apart in this; a large answer takes from the heap for a moment.
  static constexpr std::size_t kJsonBytes = 6 * 1024;

  SessionOptions options_;
  base::Logger log_;
  protocol::Spares spares_{kJsonBytes};
  Random random_;
  Backoff backoff_;
  Window window_;
  State state_ = State::kIdle;
  base::Instant now_{};
  std::vector<Command> commands_;
  std::string spare_text_;  // the memory of a message that was sent, for the next

  // Links. A renewal is a second connection that has not taken over yet.
  Attempt last_attempt_ = 0;
  Link primary_;
  Link renewal_;
  std::optional<base::Instant> retry_at_;      // kWaiting: when to try again
  std::optional<base::Instant> renew_at_;      // online: when to renew, if it is quiet
  std::optional<base::Instant> renew_latest_;  // and when at the latest
  std::optional<base::Instant> online_since_;
  base::Instant last_event_at_{};

  // The stream.
  std::size_t running_ = 0;     // dispatches that are not finished
  std::uint64_t seen_seq_ = 0;  // the newest event heard of, in the window's epoch
  bool more_ = false;           // the last answer said so
  bool foreign_seen_ = false;   // a live event of an epoch that is not ours
  int fruitless_answers_ = 0;
  // The cursor of the last sync; nothing once that has failed or its link is gone.
  std::optional<protocol::Cursor> asked_;
  std::optional<base::Instant> ack_at_;     // handled events wait for their acknowledgement
  std::optional<protocol::Cursor> stored_;  // what the storage holds of this epoch
  protocol::Cursor base_;                   // where this life of the window began
  std::optional<base::Instant> store_at_;
  base::Instant store_not_before_{};
  std::optional<protocol::Cursor> storing_;  // given to the storage, not answered yet
  bool store_failed_ = false;                // the last attempt to store; retried at store_at_
  // Not answered yet, by seq; one for each event. Those in flight are the first.
  std::vector<protocol::FailedReport> failed_;
  // The first and the last seq of the reports in the storage, {} if there are none, nothing if it
  // is not known. They name the reports: more are added behind, and answered ones go in front.
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool operator==(const Range&) const = default;
  };
  static Range range_of(std::span<const protocol::FailedReport> reports);
  std::optional<Range> kept_reports_ = Range{};
  std::optional<Range> storing_reports_;  // given to the storage with storing_
  std::optional<base::Instant> stop_at_;  // kStopping: when to stop waiting
};

}  // namespace beckon::agent
