// SPDX-License-Identifier: Apache-2.0
// What the server says, and what it does to the window.
#include <algorithm>
#include <utility>

#include "agent/session.h"
#include "common/base/bytes.h"

namespace beckon::agent {
namespace {

constexpr int kSyncFailuresMax = 6;      // then a new connection is tried
constexpr int kFruitlessAnswersMax = 8;  // then what was announced is given up
constexpr base::Duration kFruitlessPause = 200ms;
constexpr base::Duration kResetPause = 1s;  // a server that makes streams for ever sets no pace
constexpr std::size_t kReportsMax = 256;

// What the queue may hold: texts of two answers, and as many events as one has if they are as small
// as can be. Each costs some 200 bytes beside its text.
constexpr std::size_t kQueuedAnswers = 2;
constexpr std::size_t kEntryBytesMin = 32;

// At most kFailedTextBytesMax bytes of whole characters, without control characters: what JSON
// makes of it stays small. Never empty: the server would refuse the whole sync, again and again.
std::string report_text(std::string_view text) {
  std::string out(text.substr(0, protocol::kFailedTextBytesMax));
  out.resize(base::utf8_prefix_bytes(out));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  if (out.empty()) out = "unnamed";
  return out;
}

std::size_t text_bytes(const protocol::Event& event) {
  return event.data.size() + event.name.size() + event.id.size() + event.signature.size();
}

base::Duration doubled(base::Duration first, int times, base::Duration cap) {
  base::Duration value = first;
  for (int i = 0; i < times && value < cap; ++i) value *= 2;
  return std::min(value, cap);
}

}  // namespace

void Session::receive(Link& link, protocol::Synced&& synced, base::WallTime received_at) {
  if (!link.sync_in_flight) {
    log_.warning("an answer came that nobody asked for; it is ignored");
    return;
  }
  if (window_.has_position() && window_.epoch() != synced.cursor.epoch && !synced.reset) {
    return sync_failed(link, "the server answered for the stream \"" + synced.cursor.epoch +
                                 "\", asked was \"" + window_.epoch() +
                                 "\", and it does not say reset");
  }
  link.sync_in_flight = false;
  link.sync_failures = 0;
  const std::size_t asked_bytes = link.asked_bytes;
  const std::uint64_t asked_after = link.asked_after;
  const std::size_t reported = std::min(link.reports_in_flight, failed_.size());
  failed_.erase(failed_.begin(), failed_.begin() + static_cast<std::ptrdiff_t>(reported));
  link.reports_in_flight = 0;
  if (state_ == State::kStopping) {
    link.synced = true;  // or the first sync would be sent again with every answer to it
    return;
  }
  if (!link.synced) become_online(link);
  const std::uint64_t taken_before = window_.taken_seq();
  const bool moved_stream = !window_.has_position() || window_.epoch() != synced.cursor.epoch ||
                            (synced.reset && synced.head.seq < window_.taken_seq());
  // Of what came meanwhile, by a push or another link, nobody can tell whether it counts as lost.
  const bool overtaken = taken_before > asked_after && synced.lost > 0 && !moved_stream;
  // It may answer an acknowledgement; what it brings comes again when there is room.
  if (overtaken || !has_room(synced, asked_bytes, moved_stream)) {
    more_ = true;
    return;
  }
  if (synced.lost > 0) commands_.push_back(command::Lost{synced.lost});
  const bool was_somewhere = window_.has_position();
  if (moved_stream) adopt_position(synced);
  const bool took_all = take_entries(synced, received_at);
  spares_.give_back(std::move(synced.events));
  more_ = synced.more || !took_all;
  seen_seq_ = std::max(seen_seq_, synced.head.seq);
  // become_online may have moved a renewal into its place.
  judge_answer(primary_, moved_stream || window_.taken_seq() > taken_before);
  if (moved_stream && was_somewhere) not_before(primary_, kResetPause);
}

void Session::adopt_position(const protocol::Synced& synced) {
  const std::uint64_t first =
      synced.events.empty() ? synced.cursor.seq + 1 : synced.events.front().event.seq;
  base_ = protocol::Cursor{synced.cursor.epoch, first > 0 ? first - 1 : 0};
  const bool was_somewhere = window_.has_position();
  window_.restart(base_.epoch, base_.seq);
  stored_.reset();
  seen_seq_ = 0;
  failed_.clear();
  if (kept_reports_ != Range{}) kept_reports_.reset();
  if (was_somewhere) commands_.push_back(command::Reset{base_});
}

// An empty queue has room for whatever comes: a limit must not make an event wait for ever.
bool Session::has_room(std::size_t bytes, std::size_t count) const {
  if (!window_.has_queued()) return true;
  return window_.queued_bytes() + bytes <= options_.max_bytes * kQueuedAnswers &&
         window_.queued_count() + count <= options_.max_bytes / kEntryBytesMin;
}

// Whether the whole answer can be taken: by halves, what it says of lost events would be wrong.
bool Session::has_room(const protocol::Synced& synced, std::size_t asked_bytes,
                       bool moved_stream) const {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const protocol::SyncedEntry& entry : synced.events) {
    if (!moved_stream && entry.event.seq <= window_.taken_seq()) continue;
    // Too large for what was asked for; it may be none for a whole answer.
    if (entry.too_large_bytes != 0 && asked_bytes < options_.max_bytes) return false;
    bytes += text_bytes(entry.event);
    ++count;
  }
  return moved_stream || has_room(bytes, count);
}

// False if it stopped before the end: what fails by itself waits until others were reported.
bool Session::take_entries(protocol::Synced& synced, base::WallTime received_at) {
  for (protocol::SyncedEntry& entry : synced.events) {
    if (entry.event.seq <= window_.taken_seq()) continue;
    if (entry.too_large_bytes != 0 && !has_room_for_reports(running_ + 1)) return false;
    last_event_at_ = now_;
    if (entry.too_large_bytes == 0) {
      window_.take(std::move(entry.event), received_at);
      continue;
    }
    window_.pass(entry.event.seq);
    report_failure(entry.event.seq, "receive",
                   "too large: " + std::to_string(entry.too_large_bytes) +
                       " bytes, this device takes " + std::to_string(options_.max_bytes));
  }
  window_.pass(synced.cursor.seq);
  return true;
}

// After an answer that brought nothing although something was announced, asking again at once would
// be a loop: a pause grows, and in the end the announcement was wrong.
void Session::judge_answer(Link& link, bool was_new) {
  if (was_new || !behind()) {
    fruitless_answers_ = 0;
    return;
  }
  if (++fruitless_answers_ >= kFruitlessAnswersMax) {
    log_.warning("event %llu was announced but the server does not have it; going on",
                 static_cast<unsigned long long>(seen_seq_));
    seen_seq_ = window_.taken_seq();
    more_ = false;
    fruitless_answers_ = 0;
    return;
  }
  const base::Duration pause = doubled(kFruitlessPause, fruitless_answers_, 30s);
  not_before(link, random_.between(pause / 2, pause));
}

void Session::not_before(Link& link, base::Duration pause) {
  link.sync_not_before = std::max(link.sync_not_before, now_ + pause);
}

void Session::receive(Link&, protocol::LiveEvent&& live, base::WallTime received_at) {
  if (state_ == State::kStopping) return;
  last_event_at_ = now_;
  const std::uint64_t seq = live.event.seq;
  switch (window_.judge(live.epoch, seq)) {
    case Window::Verdict::kDuplicate: break;
    case Window::Verdict::kForeign: foreign_seen_ = true; break;
    case Window::Verdict::kNext:
      if (has_room(text_bytes(live.event), 1)) {
        window_.take(std::move(live.event), received_at);
        return;
      }
      [[fallthrough]];  // no room: the stream keeps it until there is
    case Window::Verdict::kGap: seen_seq_ = std::max(seen_seq_, seq); break;
  }
  spares_.give_back(std::move(live.event));
}

void Session::receive(Link& link, const protocol::ErrorMessage& error, base::WallTime) {
  const std::string text = "the server refused a request: " + error.code + ": " + error.message;
  if (link.sync_in_flight) return sync_failed(link, text);
  log_.warning("%s", text.c_str());
}

void Session::receive(Link& link, const protocol::GatewayFrame& frame, base::WallTime) {
  const std::string text = "the gateway answered: " + frame.message;
  if (link.sync_in_flight) return sync_failed(link, text);
  log_.warning("%s", text.c_str());
}

// Something arrived that is lost to us; if it was an event, a sync brings it again. A sync in
// flight goes on: its own answer is on its way, and if this was it, the answer's timeout says so.
void Session::unreadable(Link& link, const std::string& why) {
  log_.warning("%s", why.c_str());
  if (link.probe) return;  // a server that sends nothing else must not put the sync off for ever
  link.probe = true;
  not_before(link, options_.timing.ack_delay);
}

void Session::sync_failed(Link& link, const std::string& why) {
  link.sync_in_flight = false;
  link.reports_in_flight = 0;
  asked_.reset();
  if (++link.sync_failures >= kSyncFailuresMax) {
    drop(link, 1000);
    return lose(link, Setback::kLost, "sync fails again and again: " + why);
  }
  link.probe = true;
  const base::Duration most =
      doubled(options_.timing.backoff_base, link.sync_failures, options_.timing.backoff_cap);
  const base::Duration pause = random_.between(options_.timing.backoff_base / 4, most);
  link.sync_not_before = now_ + pause;
  log_.warning("%s; asking again in %.1f s", why.c_str(),
               static_cast<double>(pause.count()) / 1000.0);
}

// What runs may fail too: with that many more there is still room for all.
bool Session::has_room_for_reports(std::size_t count) const {
  return failed_.size() + count <= kReportsMax;
}

void Session::report_failure(std::uint64_t seq, std::string_view action, std::string_view error) {
  if (!ack_at_) ack_at_ = now_ + options_.timing.ack_delay;
  const auto at = std::ranges::lower_bound(failed_, seq, {}, &protocol::FailedReport::seq);
  if (at != failed_.end() && at->seq == seq) return;  // the backend keeps one for an event
  failed_.insert(at, protocol::FailedReport{seq, report_text(action), report_text(error)});
}

void Session::dispatch() {
  if (state_ == State::kStopping) return;
  while (running_ < options_.concurrency && has_room_for_reports(running_ + 1)) {
    Ticket ticket = 0;
    Window::Pending* pending = window_.start_next(ticket);
    if (pending == nullptr) return;
    ++running_;
    command::Dispatch dispatch;
    dispatch.ticket = ticket;
    dispatch.epoch = window_.epoch();
    dispatch.received_at = pending->received_at;
    const std::uint64_t seq = pending->event.seq;
    dispatch.event = std::move(pending->event);
    pending->event.seq = seq;
    commands_.push_back(std::move(dispatch));
  }
}

}  // namespace beckon::agent
