// SPDX-License-Identifier: Apache-2.0
// The session's connections: attempts, losses, renewal.
#include <algorithm>
#include <cstdio>
#include <utility>

#include "agent/session.h"
#include "common/base/assert.h"

namespace beckon::agent {
namespace {

constexpr std::uint16_t kCloseNormal = 1000;

}  // namespace

Link* Session::find(Attempt attempt) {
  if (attempt == 0) return nullptr;
  if (primary_.attempt == attempt) return &primary_;
  if (renewal_.attempt == attempt) return &renewal_;
  return nullptr;
}

void Session::change(State state, std::string reason) {
  state_ = state;
  commands_.push_back(command::Changed{state, std::move(reason)});
}

void Session::connect(Link& link) {
  BECKON_ASSERT(link.attempt == 0);
  link.attempt = ++last_attempt_;
  link.timeout_at = now_ + options_.timing.connect_timeout;
  retry_at_.reset();
  commands_.push_back(command::Connect{link.attempt});
  if (&link == &primary_) change(State::kConnecting, "");
}

void Session::drop(Link& link, std::uint16_t code) {
  if (link.attempt != 0) commands_.push_back(command::Close{link.attempt, code});
  if (link.sync_in_flight) asked_.reset();
  link = Link{};
}

// The link is gone, or the caller has just dropped it; only which of the two it was counts.
void Session::lose(Link& link, Setback setback, std::string reason) {
  if (link.sync_in_flight) asked_.reset();
  if (&link == &renewal_) {
    renewal_ = Link{};
    const base::Duration pause =
        random_.between(options_.timing.backoff_cap / 2, options_.timing.backoff_cap);
    renew_at_ = now_ + pause;
    renew_latest_ = renew_at_;
    log_.warning("renewing the connection failed: %s; the old one stays", reason.c_str());
    return;
  }
  primary_ = Link{};
  if (state_ == State::kStopping) return;
  if (renewal_.attempt != 0) {
    hand_over();
    change(primary_.open ? State::kSyncing : State::kConnecting, std::move(reason));
    return;
  }
  if (online_since_ && now_ - *online_since_ >= options_.timing.backoff_reset) backoff_.reset();
  online_since_.reset();
  wait(setback, std::move(reason));
}

void Session::wait(Setback setback, std::string reason) {
  const base::Duration delay = backoff_.next(setback, options_.timing, random_);
  retry_at_ = now_ + delay;
  char next[48];
  std::snprintf(next, sizeof next, "; next attempt in %.1f s",
                static_cast<double>(delay.count()) / 1000.0);
  reason += next;
  if (backoff_.refused_repeatedly() && !options_.try_now_by.empty()) {
    reason.append(", at once on ").append(options_.try_now_by);
  }
  change(State::kWaiting, std::move(reason));
}

void Session::check_timeouts(Link& link) {
  if (link.attempt == 0 || link.timeout_at > now_) return;
  if (!link.open) {
    drop(link, kCloseNormal);
    lose(link, Setback::kLost, "cannot connect: no answer within the connect timeout");
  } else if (link.sync_in_flight) {
    drop(link, kCloseNormal);
    lose(link, Setback::kLost, "the link is dead: no answer to a sync in time");
  }
}

bool Session::is_quiet() const {
  return window_.empty() && !primary_.sync_in_flight && now_ - last_event_at_ >= kQuiet;
}

void Session::check_renewal() {
  if (state_ != State::kOnline || renewal_.attempt != 0) return;
  if (!renew_at_ || *renew_at_ > now_) return;
  if (is_quiet() || now_ >= *renew_latest_) renew();
}

void Session::renew() {
  renew_at_.reset();
  if (options_.make_before_break) {
    log_.info("renewing the connection");
    connect(renewal_);
    return;
  }
  drop(primary_, kCloseNormal);
  connect(primary_);
}

// The network is back, or another one.
void Session::hurry() {
  const base::Duration soon = random_.between(base::Duration(0), options_.timing.backoff_base * 2);
  if (retry_at_ && !backoff_.refused_repeatedly()) retry_at_ = std::min(*retry_at_, now_ + soon);
  for (Link* link : {&primary_, &renewal_}) {
    if (link->open) link->heartbeat_at = std::min(link->heartbeat_at, now_ + soon);
  }
}

// The renewal stands for the link that is gone or dropped. If that one's last sync may not have
// arrived, the renewal's first may still have been sent before it and say less.
void Session::hand_over() {
  primary_ = std::exchange(renewal_, Link{});
  if (!asked_) ack_at_ = now_;
}

void Session::become_online(Link& link) {
  link.synced = true;
  backoff_.accepted();
  if (&link == &renewal_) {
    drop(primary_, kCloseNormal);
    hand_over();
    log_.info("the connection is renewed");
  }
  if (!online_since_) online_since_ = now_;
  const base::Duration age = random_.between(options_.timing.renew_min, options_.timing.renew_max);
  renew_at_ = now_ + age;
  renew_latest_ = *renew_at_ + options_.timing.renew_max / 50;
  if (!failed_.empty() && !ack_at_) ack_at_ = now_;  // what an old link carried may be lost
  if (state_ != State::kOnline && state_ != State::kStopping) change(State::kOnline, "");
}

}  // namespace beckon::agent
