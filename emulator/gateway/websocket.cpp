// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/websocket.h"

#include <linux/filter.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace beckon::emulator {
namespace {

constexpr std::size_t kReadBytesMax = 64U << 10;
// How long a client may take to answer our close frame, and to close TCP after both are through.
constexpr base::Duration kCloseAnswerMax{5000};
constexpr base::Duration kTcpEndMax{2000};
// While so much waits for a client, nothing is read from it: a client that asks and asks but takes
// no answers must not fill our memory and our log with them.
constexpr std::size_t kBacklogBytesMax = 64U << 10;

constexpr int kAbnormal = 1006;

}  // namespace

WebSocketHost::WebSocketHost(EventLoop& event_loop)
    : loop(event_loop), read_buffer(new char[kReadBytesMax]) {}

WebSocketHost::~WebSocketHost() {
  for (const int fd : silent_fds) ::close(fd);
}

WebSocket::WebSocket(WebSocketHost& host, Stream stream, Owner& owner)
    : host_(host), owner_(owner), stream_(std::move(stream)) {}

WebSocket::~WebSocket() {
  host_.loop.cancel(end_timer_);
  if (stream_.is_valid()) unwatch();
}

void WebSocket::start(std::string_view handshake, std::string_view received) {
  const auto keep = shared_from_this();
  events_ = EPOLLIN;
  watched_ = true;
  host_.loop.watch(stream_.fd(), events_, [this](std::uint32_t events) {
    const auto alive = shared_from_this();
    on_ready(events);
  });
  write(handshake);
  if (!received.empty() && state_ == State::kOpen) take(received);
}

bool WebSocket::waits() const {
  return state_ == State::kOpen && (held_back_ || out_.size() >= kBacklogBytesMax);
}

void WebSocket::hold_back(bool on) {
  if (std::exchange(held_back_, on) == on) return;
  const auto keep = shared_from_this();
  if (on) {
    update_events();
  } else {
    go_on();
  }
}

// With what came while it had to wait, and with reading.
void WebSocket::go_on() {
  if (state_ != State::kOpen || silent_ || waits()) return;
  if (reader_.is_paused()) take({});
  update_events();
}

void WebSocket::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) flush();
  if (state_ != State::kGone && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_some();
}

void WebSocket::read_some() {
  const ssize_t got = stream_.read(host_.read_buffer.get(), kReadBytesMax);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) {
    take(std::string_view(host_.read_buffer.get(), static_cast<std::size_t>(got)));
    return;
  }
  set_closed(kAbnormal, "Connection closed abnormally");
  end(false);
}

void WebSocket::take(std::string_view bytes) {
  if (state_ != State::kOpen && state_ != State::kClosing) return;
  const FrameViolation violation = reader_.feed(bytes, *this);
  if (violation.code == 0 || state_ == State::kGone) return;
  if (state_ == State::kOpen) {
    close(violation.code, violation.reason);
  }
  // What follows cannot be told apart into frames any more, so no answer is awaited.
  finish();
}

bool WebSocket::on_text(std::string message) {
  if (state_ == State::kOpen) owner_.on_text(std::move(message));
  if (waits()) reader_.pause();
  return !silent_ && (state_ == State::kOpen || state_ == State::kClosing);
}

bool WebSocket::on_ping(std::string_view payload) {
  if (state_ == State::kOpen) {
    owner_.on_ping();
    if (host_.answer_ping && out_.size() < kBacklogBytesMax) {
      std::string frame;
      append_pong_frame(frame, payload);
      write(frame);
    }
  }
  if (waits()) reader_.pause();
  return state_ == State::kOpen || state_ == State::kClosing;
}

bool WebSocket::on_close(int code, std::string_view reason) {
  if (state_ == State::kOpen) {
    std::string frame;
    append_close_frame(frame, code, reason);
    const bool empty = code == 1005;
    set_closed(code, empty ? "Client-side close frame status not set" : reason);
    if (state_ != State::kGone) write(frame);
  }
  finish();
  return false;
}

WebSocket::Sent WebSocket::send_text(std::string_view message) {
  if (state_ != State::kOpen) return Sent::kClosed;
  if (!out_.empty() && out_.size() + message.size() > host_.send_buffer_bytes_max) {
    return Sent::kFull;
  }
  const auto keep = shared_from_this();
  std::string frames = std::exchange(host_.write_buffer, {});
  frames.clear();
  append_text_frames(frames, message);
  write(frames);
  host_.write_buffer = std::move(frames);
  return state_ == State::kOpen ? Sent::kOk : Sent::kClosed;
}

void WebSocket::write(std::string_view bytes) {
  if (state_ == State::kGone || silent_) return;
  if (out_.empty()) {
    const ssize_t sent = stream_.write(bytes);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      set_closed(kAbnormal, "Connection closed abnormally");
      end(false);
      return;
    }
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  out_ += bytes;
  update_events();
}

void WebSocket::flush() {
  if (!stream_.flush()) {
    set_closed(kAbnormal, "Connection closed abnormally");
    end(false);
    return;
  }
  if (!out_.empty()) {
    const ssize_t sent = stream_.write(out_);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      set_closed(kAbnormal, "Connection closed abnormally");
      end(false);
      return;
    }
    if (sent > 0) out_.erase(0, static_cast<std::size_t>(sent));
    if (out_.empty()) out_ = {};  // an idle connection keeps no buffer
  }
  if (out_.empty() && shut_after_write_) stream_.end_output();
  update_events();
  go_on();
}

void WebSocket::close(int code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  const auto keep = shared_from_this();
  std::string frame;
  append_close_frame(frame, code, reason);
  set_closed(code, reason);
  if (state_ == State::kGone) return;
  if (silent_) return end(false);
  write(frame);
  if (state_ != State::kGone) end_after(kCloseAnswerMax);
}

void WebSocket::drop() {
  const auto keep = shared_from_this();
  set_closed(kAbnormal, "Connection closed abnormally");
  end(true);
}

void WebSocket::go_silent() {
  if (state_ == State::kGone || silent_) return;
  silent_ = true;
  // Drops every packet that comes in before TCP sees it. Where that is not allowed the kernel goes
  // on acknowledging until its buffer is full.
  sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program{1, &drop_all};
  setsockopt(stream_.fd(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
  unwatch();
  out_ = {};
}

void WebSocket::set_closed(int code, std::string_view reason) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  owner_.on_closed(code, reason);
}

// Both close frames are through. The socket is not closed at once: unread input would make that a
// reset, which could destroy our close frame on its way.
void WebSocket::finish() {
  if (state_ == State::kGone || state_ == State::kFinished) return;
  state_ = State::kFinished;
  shut_after_write_ = true;
  if (out_.empty()) stream_.end_output();
  end_after(kTcpEndMax);
}

void WebSocket::end_after(base::Duration limit) {
  host_.loop.cancel(end_timer_);
  end_timer_ = host_.loop.call_after(limit, [this] {
    const auto keep = shared_from_this();
    end(false);
  });
}

void WebSocket::end(bool reset) {
  if (state_ == State::kGone) return;
  state_ = State::kGone;
  if (reset) {
    const linger now{1, 0};
    setsockopt(stream_.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  host_.loop.cancel(end_timer_);
  unwatch();
  if (silent_) {
    host_.silent_fds.push_back(stream_.release());
  } else {
    stream_.close();
  }
  out_ = {};
  owner_.on_gone();
}

// Not the same as waiting for nothing, which is when the client has to wait.
void WebSocket::unwatch() {
  if (std::exchange(watched_, false)) host_.loop.unwatch(stream_.fd());
}

void WebSocket::update_events() {
  if (state_ == State::kGone || silent_) return;
  const std::uint32_t wanted =
      (waits() ? 0U : EPOLLIN) | (out_.empty() && !stream_.has_output() ? 0U : EPOLLOUT);
  if (wanted == events_) return;
  events_ = wanted;
  host_.loop.set_events(stream_.fd(), wanted);
}

}  // namespace beckon::emulator
