// SPDX-License-Identifier: Apache-2.0
#include "emulator/http/connection.h"

#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "emulator/http/response_head.h"

namespace beckon::emulator {
HttpConnection::HttpConnection(HttpServer& server, std::shared_ptr<const HttpListener> listener,
                               Origin origin)
    : server_(server), listener_(std::move(listener)), origin_(std::move(origin)) {
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
}

HttpConnection::~HttpConnection() {
  if (origin_.stream.is_valid()) server_.loop_.unwatch(fd());
}

void HttpConnection::start() {
  events_ = EPOLLIN;
  server_.loop_.watch(fd(), events_, [this](std::uint32_t events) {
    const auto keep = shared_from_this();
    on_ready(events);
  });
  if (origin_.stream.is_established()) {
    set_reading_deadline();
  } else {
    set_deadline(listener_->limits.tls_handshake_max);
  }
}

void HttpConnection::set_reading_deadline() {
  const HttpLimits& limits = listener_->limits;
  if (in_request_) {
    set_deadline(limits.request_time_max);
  } else if (limits.idle_max.count() > 0) {
    set_deadline(limits.idle_max);
  }
}

void HttpConnection::set_deadline(base::Duration from_now) {
  deadline_ = base::monotonic_now() + from_now;
}

void HttpConnection::end_at_deadline() {
  if (state_ == State::kReading && in_request_) {
    respond_and_close(408, "The request did not arrive in time");
  } else {
    close_now();
  }
}

void HttpConnection::close_now() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  release_body();
  const auto keep = weak_from_this().lock();
  server_.forget(*this);
  server_.loop_.unwatch(fd());
  origin_.stream.close();
}

void HttpConnection::on_ready(std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) flush();
  if (state_ == State::kClosed) return;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_some();
}

void HttpConnection::read_some() {
  char* const buffer = server_.read_buffer_.get();
  const bool shaking_hands = !origin_.stream.is_established();
  const ssize_t got = origin_.stream.read(buffer, HttpServer::kReadBytesMax);
  const bool nothing_yet = got < 0 && (errno == EAGAIN || errno == EINTR);
  if (shaking_hands) after_handshake_step();
  if (nothing_yet) return;
  if (got < 0) {
    close_now();
  } else if (got == 0) {
    on_input_end();
  } else {
    take_input(std::string_view(buffer, static_cast<std::size_t>(got)));
  }
}

void HttpConnection::after_handshake_step() {
  const std::string_view failure = origin_.stream.failure();
  if (!failure.empty()) {
    server_.log_.info("TLS with %s came to nothing: %.*s", origin_.source_ip.c_str(),
                      static_cast<int>(failure.size()), failure.data());
  } else {
    if (origin_.stream.is_established()) set_reading_deadline();
    update_events();
  }
}

// The client has ended its half of the link. What it has asked is still answered; half a request,
// or an upgrade to a link that can only be written, is not.
void HttpConnection::on_input_end() {
  const bool awaits_answer = state_ == State::kHandling ||
                             (state_ == State::kReading && (!out_.empty() || !ahead_.empty()));
  if (!awaits_answer || input_ended_) {
    close_now();
    return;
  }
  input_ended_ = true;
  if (state_ == State::kReading && ahead_.empty()) close_after_write_ = true;
  update_events();
}

void HttpConnection::take_input(std::string_view bytes) {
  switch (state_) {
    case State::kReading:
      if (ahead_.empty()) {
        parse(bytes);
      } else {
        keep_ahead(bytes);
      }
      break;
    case State::kHandling:
    case State::kHeld: keep_ahead(bytes); break;
    case State::kLingering:
    case State::kClosed: break;
  }
}

void HttpConnection::keep_ahead(std::string_view bytes) {
  ahead_ += bytes;
  update_events();
}

// A client that asks and asks but reads no answers must not fill our memory with them.
bool HttpConnection::may_parse() const {
  return state_ == State::kReading && !close_after_write_ && out_bytes() < kOutBytesMax;
}

// Works off `bytes` until they are used up, a handler has not answered yet, or too many answers
// wait to be read.
void HttpConnection::parse(std::string_view bytes) {
  parsing_ = true;
  while (!bytes.empty() && may_parse()) {
    if (!in_request_) begin_request();
    complete_ = false;
    const std::size_t used =
        http_parser_execute(&parser_, &parser_settings(), bytes.data(), bytes.size());
    if (HTTP_PARSER_ERRNO(&parser_) == HPE_PAUSED) http_parser_pause(&parser_, 0);
    if (state_ == State::kClosed) break;  // writing "100 Continue" failed
    bytes.remove_prefix(used);
    if (complete_) {
      hand_over();
    } else if (finish_parse_error()) {
      break;
    }
  }
  parsing_ = false;
  const bool goes_on = state_ == State::kHandling || state_ == State::kHeld ||
                       (state_ == State::kReading && !close_after_write_);
  if (!bytes.empty() && goes_on) keep_ahead(bytes);
  if (input_ended_ && state_ == State::kReading && ahead_.empty() && !close_after_write_) {
    close_after_write_ = true;
    after_write();
  }
}

// Goes on with what was sent ahead.
void HttpConnection::parse_ahead() {
  if (parsing_ || !may_parse() || (ahead_.empty() && !input_ended_)) return;
  const std::string ahead = std::exchange(ahead_, {});
  update_events();
  parse(ahead);
}

void HttpConnection::begin_request() {
  in_request_ = true;
  header_bytes_ = 0;
  body_bytes_ = 0;
  refusal_ = 0;
  last_was_value_ = false;
  headers_done_ = false;
  body_too_large_ = false;
  request_.target.clear();
  request_.headers.clear();
  request_.body.clear();
  set_reading_deadline();
}

// True if the parser has stopped for good; the client has been told.
bool HttpConnection::finish_parse_error() {
  const http_errno error = HTTP_PARSER_ERRNO(&parser_);
  if (refusal_ != 0) {
    respond_and_close(refusal_, status_text(refusal_));
    return true;
  }
  if (error == HPE_OK) return false;
  respond_and_close(400, std::string("Malformed HTTP request: ") + http_errno_description(error));
  return true;
}

HttpDone HttpConnection::make_done() {
  return [weak = weak_from_this(), serial = serial_](const HttpResponse& response) {
    if (const auto connection = weak.lock()) connection->respond(serial, response);
  };
}

void HttpConnection::hand_over() {
  in_request_ = false;
  deadline_ = base::Instant::max();
  ++serial_;
  const std::size_t question = request_.target.find('?');
  request_.path.assign(request_.target, 0, question);
  request_.query.assign(question == std::string::npos
                            ? std::string_view()
                            : std::string_view(request_.target).substr(question + 1));
  request_.source_ip = origin_.source_ip;
  request_.local_address = origin_.local_address;
  if (parser_.upgrade != 0) {
    state_ = State::kHeld;
    listener_->on_upgrade(request_, std::make_unique<HttpUpgrade>(weak_from_this()));
    return;
  }
  state_ = State::kHandling;
  if (body_too_large_) {
    listener_->on_body_too_large(request_, make_done());
  } else {
    listener_->on_request(request_, make_done());
  }
}

void HttpConnection::respond(std::uint64_t serial, const HttpResponse& response) {
  if (state_ != State::kHandling || serial != serial_) return;
  const auto keep = shared_from_this();
  state_ = State::kReading;
  release_body();
  set_reading_deadline();
  write_out(response, keep_alive_);
  parse_ahead();
}

void HttpConnection::respond_and_close(int status, std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json");
  // The sentences are ours and the parser's: nothing in them needs escaping.
  response.body.append("{\"message\":\"").append(message).append("\"}");
  state_ = State::kReading;
  release_body();
  in_request_ = false;  // nothing more is read: at the next deadline the connection just ends
  write_out(response, false);
}

void HttpConnection::refuse_client() {
  if (state_ == State::kReading) {
    respond_and_close(403, "Forbidden: this address answers one program only, and you are another");
  }
}

void HttpConnection::refuse_upgrade(const HttpResponse& response) {
  if (state_ != State::kHeld) return;
  const auto keep = shared_from_this();
  state_ = State::kReading;
  write_out(response, false);
}

std::optional<HttpUpgrade::Socket> HttpConnection::take_socket() {
  if (state_ != State::kHeld) return std::nullopt;
  const auto keep = shared_from_this();
  state_ = State::kClosed;
  release_body();
  server_.forget(*this);
  server_.loop_.unwatch(fd());
  return HttpUpgrade::Socket{std::move(origin_.stream), std::move(ahead_)};
}

}  // namespace beckon::emulator
