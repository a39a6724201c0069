// SPDX-License-Identifier: Apache-2.0
#include "agent/session.h"

#include <algorithm>
#include <utility>

#include "common/base/assert.h"

namespace beckon::agent {
namespace {

constexpr base::Duration kStoreRetry = 10s;  // after the storage refused
constexpr std::size_t kSpareTextBytesMax = 512;

Setback setback_of(int http_status) {
  if (http_status == 429) return Setback::kThrottled;
  if (http_status == 401 || http_status == 403) return Setback::kRefused;
  return Setback::kLost;
}

std::string explain(int http_status, std::string_view reason) {
  if (http_status == 0) return "cannot connect: " + std::string(reason);
  std::string text = "the server answered HTTP " + std::to_string(http_status);
  switch (http_status) {
    case 401:
      text +=
          ": it does not know this device; check the URL's stage and the device's id, and whether "
          "its public key is registered (beckon device show)";
      break;
    case 403:
      text +=
          ": it does not admit this device; it may be disabled, or this clock or the URL's stage "
          "wrong; in an open deployment the device id may belong to another user";
      break;
    case 404:
    case 410: text += ": nothing is there; check the URL and its stage"; break;
    case 429: text += ": too many connections at once"; break;
    default: break;
  }
  return text;
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::kIdle: return "idle";
    case State::kWaiting: return "waiting";
    case State::kConnecting: return "connecting";
    case State::kSyncing: return "syncing";
    case State::kOnline: return "online";
    case State::kStopping: return "stopping";
    case State::kStopped: return "stopped";
  }
  return "unknown";
}

Session::Session(const SessionOptions& options, std::optional<protocol::Cursor> stored,
                 std::uint64_t seed, base::LogSink& log)
    : options_(options), log_(log, "session"), random_(seed), window_(stored), stored_(stored) {
  BECKON_ASSERT(options_.concurrency > 0);
  if (stored) base_ = *stored;
}

void Session::restore(std::optional<StoredReports> kept) {
  BECKON_ASSERT(state_ == State::kIdle);
  kept_reports_.reset();
  if (!kept) return;
  // What the cursor has not passed comes again, and so does what it fails with.
  const bool fits = stored_ && kept->epoch == stored_->epoch;
  for (protocol::FailedReport& report : kept->failed) {
    if (fits && report.seq <= stored_->seq) failed_.push_back(std::move(report));
  }
  if (failed_.size() == kept->failed.size()) kept_reports_ = range_of(failed_);
}

std::vector<Command>& Session::step(const Input& input, base::Instant now) {
  BECKON_ASSERT(now >= now_);
  now_ = now;
  for (Command& command : commands_) {
    auto* send = std::get_if<command::Send>(&command);
    if (send != nullptr && send->text.capacity() <= kSpareTextBytesMax) {
      spare_text_ = std::move(send->text);
    }
  }
  commands_.clear();
  if (state_ == State::kStopped) return commands_;
  std::visit([this](const auto& one) { handle(one); }, input);
  work();
  return commands_;
}

std::optional<base::Instant> Session::deadline() const {
  std::optional<base::Instant> first;
  // What is not in the future was looked at in the last step and waits for an input, not for time.
  const auto consider = [&](base::Instant at) {
    if (at > now_ && (!first || at < *first)) first = at;
  };
  const auto consider_if = [&](const std::optional<base::Instant>& at) {
    if (at) consider(*at);
  };
  if (state_ == State::kStopped) return std::nullopt;
  for (const Link* link : {&primary_, &renewal_}) {
    if (link->attempt == 0) continue;
    if (!link->open || link->sync_in_flight) consider(link->timeout_at);
    if (link->open && !link->sync_in_flight) consider(link->sync_not_before);
    if (link->open && link->synced) consider(link->heartbeat_at);
  }
  consider_if(retry_at_);
  consider_if(store_at_);
  consider_if(stop_at_);
  if (primary_.open) consider_if(ack_at_);
  if (state_ == State::kOnline && renewal_.attempt == 0) {
    consider_if(renew_at_);
    if (renew_at_ && *renew_at_ <= now_) {
      consider_if(renew_latest_);
      consider(last_event_at_ + kQuiet);
    }
  }
  return first;
}

void Session::handle(const input::Start&) {
  BECKON_ASSERT(state_ == State::kIdle);
  connect(primary_);
}

void Session::handle(const input::Opened& opened) {
  Link* link = find(opened.attempt);
  if (link == nullptr || link->open) return;
  link->open = true;
  link->heartbeat_at = now_ + options_.timing.heartbeat;
  fruitless_answers_ = 0;
  if (link == &primary_ && state_ != State::kStopping) change(State::kSyncing, "");
}

void Session::handle(const input::Failed& failed) {
  Link* link = find(failed.attempt);
  if (link == nullptr) return;
  lose(*link, setback_of(failed.http_status), explain(failed.http_status, failed.reason));
}

void Session::handle(const input::Closed& closed) {
  Link* link = find(closed.attempt);
  if (link == nullptr) return;
  std::string why = "the connection was closed, code " + std::to_string(closed.code);
  if (!closed.reason.empty()) why += " (" + std::string(closed.reason) + ")";
  lose(*link, Setback::kLost, std::move(why));
}

void Session::handle(const input::Message& message) {
  Link* link = find(message.attempt);
  if (link == nullptr || !link->open) return;
  auto decoded = protocol::decode_server_message(message.text, &spares_);
  if (!decoded) {
    if (decoded.error().code == base::ErrorCode::kNotFound) {
      log_.debug("ignored: %s", decoded.error().message.c_str());
    } else {
      unreadable(*link, "a message of the server cannot be read: " + decoded.error().message);
    }
    return;
  }
  std::visit([&](auto& one) { receive(*link, std::move(one), message.received_at); }, *decoded);
}

void Session::handle(const input::Oversized& oversized) {
  Link* link = find(oversized.attempt);
  if (link == nullptr) return;
  unreadable(*link, "a message of the server was dropped: it is larger than " +
                        std::to_string(options_.max_bytes) + " bytes, or not text");
}

void Session::handle(const input::Timer&) {}

void Session::handle(const input::NetworkUp&) {
  hurry();
}

// At once: what one person does needs no jitter.
void Session::handle(const input::TryNow&) {
  if (state_ == State::kWaiting) connect(primary_);
}

void Session::handle(const input::Finished& finished) {
  BECKON_ASSERT(running_ > 0);
  --running_;
  const auto before = window_.cursor();
  const std::uint64_t seq = window_.finish(finished.ticket);
  if (seq == 0) return;
  for (const protocol::FailedReport& report : finished.failed) {
    report_failure(seq, report.action, report.error);
  }
  const bool moved = window_.cursor() != before;
  if (state_ == State::kStopping) {
    ack_at_ = now_;
  } else if (moved && !ack_at_) {
    ack_at_ = now_ + options_.timing.ack_delay;
  }
}

void Session::handle(const input::Stored& stored) {
  BECKON_ASSERT(storing_.has_value());
  store_failed_ = !stored.ok;
  if (store_failed_) store_not_before_ = now_ + kStoreRetry;
  // A cursor of before a restart of the window says nothing about the new stream.
  const bool is_ours = storing_->epoch == window_.epoch();
  if (storing_reports_) kept_reports_ = stored.ok && is_ours ? storing_reports_ : std::nullopt;
  if (stored.ok && is_ours) stored_ = storing_;
  storing_.reset();
  storing_reports_.reset();
}

void Session::handle(const input::Reconfigured& reconfigured) {
  BECKON_ASSERT(reconfigured.options.concurrency > 0);
  options_ = reconfigured.options;
}

void Session::handle(const input::Stop&) {
  if (state_ == State::kStopping) {
    stop_at_ = now_;
    return;
  }
  drop(renewal_, 1001);
  if (!primary_.open) drop(primary_, 1001);
  retry_at_.reset();
  stop_at_ = now_ + options_.timing.stop_grace;
  if (ack_at_) ack_at_ = now_;
  change(State::kStopping, "");
}

}  // namespace beckon::agent
