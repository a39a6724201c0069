// SPDX-License-Identifier: Apache-2.0
// One connection of the HTTP server: reads requests, hands them to the listener's handlers one at a
// time and writes the answers. Decides what a malformed or oversized request is answered.
#pragma once

#include <http_parser.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/http/server.h"
#include "emulator/tls/stream.h"

namespace beckon::emulator {

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  struct Origin {
    Stream stream;
    std::string source_ip;
    std::string local_address;
    HttpServer::ListenerId listener_id = 0;
  };

  // listener must outlive the connection.
  HttpConnection(HttpServer& server, std::shared_ptr<const HttpListener> listener, Origin origin);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void start();
  int fd() const { return origin_.stream.fd(); }
  HttpServer::ListenerId listener_id() const { return origin_.listener_id; }

  // For the server's sweep: whether the client's time is up, and what happens then.
  bool is_due(base::Instant now) const { return now >= deadline_; }
  void end_at_deadline();
  // The client has no business here: it is told so, and nothing of it is read.
  void refuse_client();
  // Closes the socket and forgets it at the server.
  void close_now();

  // For HttpUpgrade.
  void refuse_upgrade(const HttpResponse& response);
  std::optional<HttpUpgrade::Socket> take_socket();

 private:
  enum class State : std::uint8_t {
    kReading,    // between requests or inside one
    kHandling,   // a handler has the request
    kHeld,       // an upgrade request waits for its decision
    kLingering,  // the last answer is out; reads to the end so that it is not lost to a reset
    kClosed,
  };

  // What may wait for a client that does not read before its next request is looked at. One answer
  // more than that can wait.
  static constexpr std::size_t kOutBytesMax = 256U << 10;

  void on_ready(std::uint32_t events);
  void read_some();
  void after_handshake_step();
  void on_input_end();
  void take_input(std::string_view bytes);
  void keep_ahead(std::string_view bytes);
  void parse(std::string_view bytes);
  void parse_ahead();
  bool may_parse() const;
  bool finish_parse_error();
  void hand_over();
  HttpDone make_done();
  void respond(std::uint64_t serial, const HttpResponse& response);
  void respond_and_close(int status, std::string_view message);
  void write_out(const HttpResponse& response, bool keep_alive);
  void send_now(std::string_view head, std::string_view body);
  void flush();
  void after_flush();
  void after_write();
  std::size_t out_bytes() const { return out_.size() - out_offset_; }
  bool has_output() const { return !out_.empty() || origin_.stream.has_output(); }
  void update_events();
  void begin_request();
  bool keep_body(std::string_view part);
  void release_body();
  void set_deadline(base::Duration from_now);
  void set_reading_deadline();

  // http_parser's callbacks; a non-zero result stops the parser.
  static const http_parser_settings& parser_settings();
  static HttpConnection& self(http_parser* parser);
  int on_url(std::string_view part);
  int on_header_name(std::string_view part);
  int on_header_value(std::string_view part);
  int on_headers_complete();
  int on_body(std::string_view part);
  int on_message_complete();
  int count_header_bytes(std::size_t bytes);

  HttpServer& server_;
  std::shared_ptr<const HttpListener> listener_;
  Origin origin_;
  http_parser parser_{};
  HttpRequest request_;
  std::string ahead_;  // received while a request is being handled
  std::string out_;    // not yet accepted by the kernel, from out_offset_ on
  std::size_t out_offset_ = 0;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  std::size_t kept_body_bytes_ = 0;  // that the server has counted
  std::uint64_t serial_ = 0;  // of the request being handled; a late second answer has an old one
  base::Instant deadline_ = base::Instant::max();
  int refusal_ = 0;  // the status that a parser callback decided on
  std::uint32_t events_ = 0;
  State state_ = State::kReading;
  bool in_request_ = false;
  bool last_was_value_ = false;
  bool headers_done_ = false;
  bool complete_ = false;  // the parser has just finished a request
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool is_head_ = false;
  bool body_too_large_ = false;
  bool parsing_ = false;
  bool close_after_write_ = false;
  bool input_ended_ = false;  // the client sends no more, but may still read
};

}  // namespace beckon::emulator
