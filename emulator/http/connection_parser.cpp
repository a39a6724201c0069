// SPDX-License-Identifier: Apache-2.0
// The parser's callbacks of an HTTP connection: collecting the request within its limits.
#include <strings.h>

#include <algorithm>
#include <utility>

#include "emulator/http/connection.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kBodyReserveBytesMax = 1U << 20;
constexpr std::size_t kSmallBodyBytesMax = 64U << 10;

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

HttpConnection& HttpConnection::self(http_parser* parser) {
  return *static_cast<HttpConnection*>(parser->data);
}

const http_parser_settings& HttpConnection::parser_settings() {
  static const http_parser_settings kSettings = [] {
    http_parser_settings made;
    http_parser_settings_init(&made);
    made.on_url = [](http_parser* p, const char* at, size_t n) { return self(p).on_url({at, n}); };
    made.on_header_field = [](http_parser* p, const char* at, size_t n) {
      return self(p).on_header_name({at, n});
    };
    made.on_header_value = [](http_parser* p, const char* at, size_t n) {
      return self(p).on_header_value({at, n});
    };
    made.on_headers_complete = [](http_parser* p) { return self(p).on_headers_complete(); };
    made.on_body = [](http_parser* p, const char* at, size_t n) {
      return self(p).on_body({at, n});
    };
    made.on_message_complete = [](http_parser* p) { return self(p).on_message_complete(); };
    return made;
  }();
  return kSettings;
}

int HttpConnection::on_url(std::string_view part) {
  if (request_.target.size() + part.size() > listener_->limits.url_bytes_max) {
    refusal_ = 414;
    return 1;
  }
  request_.target += part;
  return 0;
}

int HttpConnection::count_header_bytes(std::size_t bytes) {
  header_bytes_ += bytes;
  if (header_bytes_ <= listener_->limits.header_bytes_max) return 0;
  refusal_ = 431;
  return 1;
}

int HttpConnection::on_header_name(std::string_view part) {
  // Behind the body these are a chunked request's trailers, which nobody here asks for.
  if (headers_done_) return count_header_bytes(part.size());
  if (last_was_value_ || request_.headers.empty()) {
    if (request_.headers.size() == listener_->limits.headers_max) {
      refusal_ = 431;
      return 1;
    }
    request_.headers.emplace_back();
  }
  last_was_value_ = false;
  request_.headers.back().first += part;
  return count_header_bytes(part.size());
}

int HttpConnection::on_header_value(std::string_view part) {
  if (headers_done_) return count_header_bytes(part.size());
  last_was_value_ = true;
  request_.headers.back().second += part;
  return count_header_bytes(part.size());
}

int HttpConnection::on_headers_complete() {
  const auto method = static_cast<http_method>(parser_.method);
  request_.method = http_method_str(method);
  headers_done_ = true;
  is_head_ = method == HTTP_HEAD;
  http_1_0_ = parser_.http_major == 1 && parser_.http_minor == 0;
  if (parser_.http_major != 1) {
    refusal_ = 505;
    return -1;
  }
  // The parser lets a space stand in a name. "Content-Length : 5" would be a length for some and an
  // unknown header for others (RFC 9112, 5.1).
  const bool spaced = std::ranges::any_of(request_.headers, [](const auto& header) {
    return header.first.find(' ') != std::string::npos;
  });
  if (spaced) {
    refusal_ = 400;
    return -1;
  }
  const bool websocket =
      parser_.upgrade != 0 && method == HTTP_GET && listener_->on_upgrade != nullptr &&
      equals_ignoring_case(find_header(request_.headers, "Upgrade").value_or(""), "websocket");
  if (!websocket) parser_.upgrade = 0;

  const bool has_length = parser_.content_length != ULLONG_MAX;
  const std::uint64_t length = has_length ? parser_.content_length : 0;
  const bool refuses = listener_->on_body_too_large == nullptr;
  if (length > listener_->limits.body_bytes_max && refuses) {
    refusal_ = 413;
    return -1;
  }
  request_.body.reserve(
      std::min<std::size_t>(static_cast<std::size_t>(length), kBodyReserveBytesMax));
  const auto expect = find_header(request_.headers, "Expect");
  if (expect && equals_ignoring_case(*expect, "100-continue") && !http_1_0_ && !websocket) {
    send_now(kContinue, {});
  }
  return 0;
}

// False if all clients together have sent too much. Who sends little is served beside them.
bool HttpConnection::keep_body(std::string_view part) {
  const bool is_full = server_.bodies_bytes_ + part.size() > server_.bodies_bytes_max_;
  if (is_full && kept_body_bytes_ + part.size() > kSmallBodyBytesMax) return false;
  server_.bodies_bytes_ += part.size();
  kept_body_bytes_ += part.size();
  request_.body += part;
  return true;
}

// Lets go of the memory too: a connection that waits for its next request keeps nothing of the
// last.
void HttpConnection::release_body() {
  server_.bodies_bytes_ -= std::exchange(kept_body_bytes_, 0U);
  request_.body = {};
}

int HttpConnection::on_body(std::string_view part) {
  body_bytes_ += part.size();
  if (body_bytes_ <= listener_->limits.body_bytes_max) {
    if (keep_body(part)) return 0;
    refusal_ = 503;
    return 1;
  }
  if (listener_->on_body_too_large == nullptr) {
    refusal_ = 413;
    return 1;
  }
  body_too_large_ = true;
  release_body();
  return 0;
}

int HttpConnection::on_message_complete() {
  complete_ = true;
  keep_alive_ = http_should_keep_alive(&parser_) != 0 && parser_.upgrade == 0;
  // The rest of the input waits until this request has been answered.
  http_parser_pause(&parser_, 1);
  return 0;
}

}  // namespace beckon::emulator
