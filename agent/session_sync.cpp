// SPDX-License-Identifier: Apache-2.0
// When the session asks, acknowledges and stores.
#include <algorithm>
#include <utility>

#include "agent/session.h"

namespace beckon::agent {
namespace {

constexpr std::uint16_t kCloseGoingAway = 1001;
constexpr base::Duration kForeignPause = 1s;  // events of other streams must not make a loop

}  // namespace

// The end of every step: does whatever the new state and time allow.
void Session::work() {
  check_timeouts(renewal_);
  check_timeouts(primary_);
  if (retry_at_ && *retry_at_ <= now_) connect(primary_);
  check_renewal();
  dispatch();
  store_if_due();
  sync_if_due(primary_);
  sync_if_due(renewal_);
  finish_stopping();
}

bool Session::behind() const {
  return window_.has_position() && (more_ || seen_seq_ > window_.taken_seq());
}

// While events are queued there is no room for more. That is no error: the stream waits.
bool Session::may_ask() const {
  return !window_.has_queued() && running_ < options_.concurrency;
}

bool Session::acknowledgement_wanted() const {
  if (!ack_at_) return false;
  return window_.cursor() != asked_ || has_reportable();
}

// A failed event is reported together with the cursor that passes it, not before.
bool Session::has_reportable() const {
  const auto cursor = window_.cursor();
  return cursor && std::any_of(failed_.begin(), failed_.end(),
                               [&](const auto& report) { return report.seq <= cursor->seq; });
}

// What a sync may carry: the stored cursor. Without one for this stream: where the window began,
// which acknowledges nothing.
std::optional<protocol::Cursor> Session::cursor_to_send() const {
  if (!window_.has_position()) return std::nullopt;
  return stored_ ? *stored_ : base_;
}

std::span<const protocol::FailedReport> Session::reports_up_to(std::uint64_t seq) const {
  const auto end = std::ranges::upper_bound(failed_, seq, {}, &protocol::FailedReport::seq);
  return {failed_.begin(), end};
}

Session::Range Session::range_of(std::span<const protocol::FailedReport> reports) {
  return reports.empty() ? Range{} : Range{reports.front().seq, reports.back().seq};
}

// The cursor as far as it may go: not past a failure whose report has no place in the storage. That
// waits until others were answered.
std::optional<protocol::Cursor> Session::storable_cursor() const {
  auto cursor = window_.cursor();
  if (!cursor) return cursor;
  std::size_t bytes = 0;
  for (const protocol::FailedReport& report : reports_up_to(cursor->seq)) {
    bytes += stored_bytes(report);
    if (bytes > kStoredReportsBytesMax) {
      cursor->seq = report.seq - 1;
      break;
    }
  }
  return cursor;
}

bool Session::store_wanted() const {
  const auto cursor = storable_cursor();
  return cursor && cursor != stored_;
}

void Session::store_if_due() {
  if (storing_ || !store_wanted()) return;
  const bool sync_waits = primary_.open && !primary_.sync_in_flight && behind() && may_ask();
  const bool urgent = sync_waits || state_ == State::kStopping || (ack_at_ && *ack_at_ <= now_);
  store_at_ = store_failed_ || !urgent ? std::max(now_, store_not_before_) : now_;
  if (*store_at_ > now_) return;
  store_at_.reset();
  storing_ = storable_cursor();
  store_not_before_ = now_ + options_.timing.store_interval;
  command::Store store{*storing_, {}};
  const auto reports = reports_up_to(storing_->seq);
  if (kept_reports_ != range_of(reports)) {
    storing_reports_ = range_of(reports);
    store.reports = encode_reports(storing_->epoch, reports);
  }
  commands_.push_back(std::move(store));
}

bool Session::wants_sync(const Link& link) const {
  if (!link.open || link.sync_in_flight || link.sync_not_before > now_) return false;
  if (!link.synced || link.probe) return true;
  if (&link != &primary_) return false;
  if (link.heartbeat_at <= now_ || foreign_seen_) return true;
  const bool waits_for_storage = storing_ || (store_wanted() && !store_failed_);
  if (waits_for_storage) return false;
  if (state_ != State::kStopping && behind() && may_ask()) return true;
  return ack_at_ && *ack_at_ <= now_ && acknowledgement_wanted() && !store_wanted();
}

void Session::sync_if_due(Link& link) {
  if (ack_at_ && *ack_at_ <= now_ && !acknowledgement_wanted()) ack_at_.reset();
  if (wants_sync(link)) send_sync(link);
}

void Session::send_sync(Link& link) {
  protocol::SyncRequest request;
  request.cursor = cursor_to_send();
  if (request.cursor) request.after = window_.taken_seq();
  request.start_oldest = options_.start_oldest;
  // While there is no room, a sync only acknowledges: what it brings is hardly taken.
  const std::size_t room = may_ask() ? options_.max_bytes : protocol::kSyncedBytesMin;
  request.max_bytes = std::min(options_.max_bytes, room);
  link.asked_bytes = request.max_bytes;
  link.asked_after = window_.taken_seq();
  bool all_reported = failed_.empty();
  if (&link == &primary_ && request.cursor) {
    const auto reportable = reports_up_to(request.cursor->seq);
    const auto carried = reportable.first(std::min(reportable.size(), protocol::kFailedReportsMax));
    all_reported = carried.size() == reportable.size();
    request.failed.assign(carried.begin(), carried.end());
    link.reports_in_flight = carried.size();
  }
  const base::Duration spread =
      std::min(options_.timing.heartbeat_spread, options_.timing.heartbeat / 4);
  const base::Duration beat =
      random_.between(options_.timing.heartbeat - spread, options_.timing.heartbeat + spread);
  link.heartbeat_at = now_ + beat;
  link.timeout_at = now_ + options_.timing.answer_timeout;
  link.sync_in_flight = true;
  link.probe = false;
  if (foreign_seen_) not_before(link, kForeignPause);
  foreign_seen_ = false;
  asked_ = request.cursor;
  if (asked_ == window_.cursor() && all_reported) ack_at_.reset();
  commands_.push_back(
      command::Send{link.attempt, protocol::encode(request, std::move(spare_text_))});
}

void Session::finish_stopping() {
  if (state_ != State::kStopping) return;
  const bool storing = storing_ || (store_wanted() && !store_failed_);
  const bool acknowledging = acknowledgement_wanted() && !store_failed_;
  const bool syncing = primary_.open && (primary_.sync_in_flight || acknowledging);
  const bool done = running_ == 0 && !storing && !syncing;
  if (!done && now_ < *stop_at_) return;
  drop(primary_, kCloseGoingAway);
  change(State::kStopped, "");
}

}  // namespace beckon::agent
