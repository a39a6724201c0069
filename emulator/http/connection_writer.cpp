// SPDX-License-Identifier: Apache-2.0
// The writing half of an HTTP connection: answers, what the kernel does not take at once, and how
// the connection ends behind the last one.
#include <sys/epoll.h>

#include <cerrno>

#include "emulator/http/connection.h"
#include "emulator/http/response_head.h"

namespace beckon::emulator {
namespace {

// What a client may send ahead of its answer before it is no longer read.
constexpr std::size_t kAheadBytesMax = 64U << 10;
constexpr base::Duration kLingerMax{2000};

}  // namespace

void HttpConnection::write_out(const HttpResponse& response, bool keep_alive) {
  std::string& head = server_.head_buffer_;
  head.clear();
  append_response_head(head, response, {.keep_alive = keep_alive, .http_1_0 = http_1_0_});
  const bool has_body = !is_head_ && !is_bodyless(response.status);
  if (!keep_alive) close_after_write_ = true;
  send_now(head, has_body ? std::string_view(response.body) : std::string_view());
}

void HttpConnection::send_now(std::string_view head, std::string_view body) {
  std::size_t sent = 0;
  if (out_.empty()) {
    const ssize_t written = origin_.stream.write(head, body);
    if (written < 0 && errno != EAGAIN && errno != EINTR) {
      close_now();
      return;
    }
    sent = written > 0 ? static_cast<std::size_t>(written) : 0;
  }
  if (sent < head.size()) {
    out_ += head.substr(sent);
    sent = head.size();
  }
  out_ += body.substr(sent - head.size());
  after_write();
}

void HttpConnection::flush() {
  const bool had_output = has_output();
  if (!origin_.stream.flush()) return close_now();
  if (out_.empty()) {
    if (had_output && !has_output()) after_flush();
    return after_write();
  }
  const ssize_t written = origin_.stream.write(std::string_view(out_).substr(out_offset_));
  if (written < 0) {
    if (errno != EAGAIN && errno != EINTR) close_now();
    return;
  }
  out_offset_ += static_cast<std::size_t>(written);
  if (out_offset_ == out_.size()) {
    out_ = {};
    out_offset_ = 0;
    if (!has_output()) after_flush();
  }
  after_write();
  if (!ahead_.empty()) parse_ahead();
}

void HttpConnection::after_flush() {
  if (!origin_.stream.is_established()) return;  // the handshake's deadline holds on
  deadline_ = base::Instant::max();
  if (state_ == State::kReading) set_reading_deadline();
}

void HttpConnection::after_write() {
  if (has_output()) {
    if (!origin_.stream.is_established()) return update_events();
    set_deadline(listener_->limits.write_stall_max);
  } else if (close_after_write_) {
    // Closing with unread input would reset the link and could destroy the answer on its way.
    close_after_write_ = false;
    state_ = State::kLingering;
    origin_.stream.end_output();
    set_deadline(kLingerMax);
  }
  update_events();
}

void HttpConnection::update_events() {
  if (state_ == State::kClosed) return;
  const bool read =
      state_ == State::kLingering || (!close_after_write_ && !input_ended_ &&
                                      ahead_.size() < kAheadBytesMax && out_bytes() < kOutBytesMax);
  const std::uint32_t wanted = (read ? EPOLLIN : 0U) | (has_output() ? EPOLLOUT : 0U);
  if (wanted == events_) return;
  events_ = wanted;
  server_.loop_.set_events(fd(), wanted);
}

}  // namespace beckon::emulator
