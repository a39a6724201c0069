// SPDX-License-Identifier: Apache-2.0
#include "agent/window.h"

#include <utility>

#include "common/base/assert.h"

namespace beckon::agent {

Window::Window(std::optional<protocol::Cursor> start) {
  if (start) restart(start->epoch, start->seq);
}

Window::Verdict Window::judge(const std::string& epoch, std::uint64_t seq) const {
  if (!has_position_ || epoch != epoch_) return Verdict::kForeign;
  if (seq <= taken_seq_) return Verdict::kDuplicate;
  return seq == taken_seq_ + 1 ? Verdict::kNext : Verdict::kGap;
}

void Window::take(protocol::Event event, base::WallTime received_at) {
  BECKON_ASSERT(has_position_ && event.seq > taken_seq_);
  taken_seq_ = event.seq;
  const std::size_t bytes =
      event.data.size() + event.name.size() + event.id.size() + event.signature.size();
  queued_bytes_ += bytes;
  pending_.push_back(Pending{Pending::State::kQueued, std::move(event), received_at, bytes});
}

void Window::pass(std::uint64_t seq) {
  if (seq > taken_seq_) taken_seq_ = seq;
}

void Window::restart(const std::string& epoch, std::uint64_t seq) {
  first_ticket_ += size();
  pending_.clear();
  front_ = 0;
  next_ = 0;
  queued_bytes_ = 0;
  has_position_ = true;
  epoch_ = epoch;
  taken_seq_ = seq;
}

Window::Pending* Window::start_next(Ticket& ticket) {
  if (next_ >= size() || next_ >= kWidthMax) return nullptr;
  Pending& pending = at(next_);
  pending.state = Pending::State::kRunning;
  queued_bytes_ -= pending.bytes;
  ticket = first_ticket_ + next_;
  ++next_;
  return &pending;
}

std::uint64_t Window::finish(Ticket ticket) {
  if (ticket < first_ticket_) return 0;
  const std::size_t index = static_cast<std::size_t>(ticket - first_ticket_);
  BECKON_ASSERT(index < next_ && at(index).state == Pending::State::kRunning);
  at(index).state = Pending::State::kDone;
  const std::uint64_t seq = at(index).event.seq;
  while (!empty() && at(0).state == Pending::State::kDone) {
    pop_front();
    ++first_ticket_;
    --next_;
  }
  return seq;
}

// Moves the rest when more than half is gone, so that each event is moved once on average.
void Window::pop_front() {
  ++front_;
  if (front_ * 2 <= pending_.size()) return;
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(front_));
  front_ = 0;
  // What a long replay needed is given back.
  if (pending_.empty() && pending_.capacity() > kWidthMax) pending_ = std::vector<Pending>();
}

std::optional<protocol::Cursor> Window::cursor() const {
  if (!has_position_) return std::nullopt;
  return protocol::Cursor{epoch_, empty() ? taken_seq_ : pending_[front_].event.seq - 1};
}

}  // namespace beckon::agent
