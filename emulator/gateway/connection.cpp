// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/connection.h"

#include <algorithm>
#include <utility>

namespace beckon::emulator {
namespace {

constexpr int kGoingAway = 1001;
// Messages of one client that functions work on at once. More than an emulator has processes for; a
// flood of one client waits in its own TCP link, and neither fills our memory nor keeps the others
// out of the functions' queues.
constexpr std::size_t kCallsMax = 64;
constexpr std::size_t kCallsBytesMax = 512U << 10;

}  // namespace

GatewayConnection::GatewayConnection(GatewayCore& core, Owner& owner, Identity identity)
    : core_(core), owner_(owner), identity_(std::move(identity)) {}

GatewayConnection::~GatewayConnection() {
  core_.loop.cancel(timer_);
}

void GatewayConnection::start(WebSocketHost& host, Stream stream, std::string_view handshake,
                              std::string_view received) {
  WebSocket::Owner& owner = *this;
  socket_ = std::make_shared<WebSocket>(host, std::move(stream), owner);
  touch();
  ends_at_ = active_at_ + core_.options.lifetime;
  schedule();
  socket_->start(handshake, received);
}

ConnectionFacts GatewayConnection::facts() const {
  return {.connection_id = identity_.connection_id,
          .source_ip = identity_.source_ip,
          .user_agent = identity_.user_agent,
          .domain_name = identity_.domain_name,
          .authorizer_members = identity_.authorizer_members,
          .connected_at_ms = identity_.connected_at_ms};
}

WebSocket::Sent GatewayConnection::send(std::string_view text) {
  const auto keep = shared_from_this();
  if (loses_message()) return WebSocket::Sent::kOk;  // the sender cannot know
  const WebSocket::Sent sent = socket_->send_text(text);
  if (sent == WebSocket::Sent::kOk) touch();
  return sent;
}

void GatewayConnection::close(int code, std::string_view reason) {
  const auto keep = shared_from_this();
  socket_->close(code, reason);
}

void GatewayConnection::drop() {
  const auto keep = shared_from_this();
  socket_->drop();
}

void GatewayConnection::go_silent() {
  socket_->go_silent();
}

// True if an injected fault takes the message, and the link with it.
bool GatewayConnection::loses_message() {
  if (!core_.faults.message || !socket_->is_open()) return false;
  switch (core_.faults.message(identity_.connection_id)) {
    case LinkFault::kNone: return false;
    case LinkFault::kCut: drop(); return true;
    case LinkFault::kHalfOpen: go_silent(); return true;
  }
  return false;
}

void GatewayConnection::call_began(std::size_t bytes) {
  ++calls_;
  calls_bytes_ += bytes;
  hold_back_if_busy();
}

void GatewayConnection::call_ended(std::size_t bytes) {
  --calls_;
  calls_bytes_ -= bytes;
  hold_back_if_busy();
}

void GatewayConnection::hold_back_if_busy() {
  socket_->hold_back(calls_ >= kCallsMax || calls_bytes_ >= kCallsBytesMax);
}

void GatewayConnection::touch() {
  active_at_ = base::monotonic_now();
  last_active_ms_ = base::wall_now().unix_ms;
}

// One timer for both clocks. Activity does not move it: when it fires too early it is set anew.
void GatewayConnection::schedule() {
  const base::Instant due = std::min(active_at_ + core_.options.idle_timeout, ends_at_);
  const base::Duration wait = std::max(
      base::Duration(1), std::chrono::duration_cast<base::Duration>(due - base::monotonic_now()));
  timer_ = core_.loop.call_after(wait, [this] { check_clocks(); });
}

void GatewayConnection::check_clocks() {
  timer_ = 0;
  const base::Instant now = base::monotonic_now();
  const bool over = now >= ends_at_;
  if (!over && now - active_at_ < core_.options.idle_timeout) {
    schedule();
    return;
  }
  core_.log.info("%s: %s", identity_.connection_id.c_str(),
                 over ? "its lifetime is over" : "it was idle too long");
  close(kGoingAway, "Going away");
}

void GatewayConnection::on_text(std::string message) {
  if (loses_message()) return;
  touch();
  owner_.on_message(*this, std::move(message));
}

void GatewayConnection::on_ping() {
  if (core_.options.ping_resets_idle) touch();
}

void GatewayConnection::on_closed(int code, std::string_view reason) {
  core_.loop.cancel(std::exchange(timer_, 0));
  owner_.on_closed(*this, code, reason);
}

void GatewayConnection::on_gone() {
  const auto keep = shared_from_this();
  owner_.on_gone(*this);
}

}  // namespace beckon::emulator
