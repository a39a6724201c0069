// SPDX-License-Identifier: Apache-2.0
// One connection of the transport, and what its two halves ask of each other: connecting.cpp brings
// it to the end of its handshake, connection.cpp moves frames over it. For the transport alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ports.h"
#include "platform/lws/name_resolver.h"
#include "platform/lws/protocols.h"
#include "platform/lws/transport.h"

namespace beckon::platform {

struct Transport::Connection {
  // First: the callbacks of these timers find the Connection by its address.
  struct Timer {
    lws_sorted_usec_list_t entry;
    Connection* connection = nullptr;
  };

  Transport* transport = nullptr;  // null: nobody listens any more
  agent::Attempt attempt = 0;
  agent::Endpoint endpoint;
  Addresses addresses;  // not tried yet, the best last
  lws* wsi = nullptr;
  bool beginning = false;  // inside lws_client_connect_via_info: must not be freed
  bool open = false;
  bool closing = false;
  bool dropping = false;  // the message that arrives is too large or not text
  bool ping_due = false;
  std::uint16_t close_code = 1000;  // ours
  std::uint16_t peer_code = 1006;   // the peer's
  std::string peer_reason;
  int http_status = 0;                         // of a handshake that failed while beginning
  std::string failure;                         // the same; empty: none
  std::string refusal;                         // why we refused the server; empty: we did not
  std::string message;                         // arrived so far
  std::size_t message_bytes = 0;               // of it, with what was dropped
  std::deque<std::vector<unsigned char>> out;  // LWS_PRE bytes of room, then the text
  Timer begin_timer;
  Timer ping_timer;
};

using Connection = Transport::Connection;

// --- connecting.cpp ------------------------------------------------------------------------

// Begins from the loop, never inside this call.
void begin_soon(Connection& connection);

// The handshake's request is about to be written to *position, which moves on, at most room bytes.
// False: it must not be sent, connection.refusal says why if it is the server's fault.
bool prepare_request(Connection& connection, unsigned char** position, std::size_t room);

// The handshake's answer is right, as libwebsockets sees it. False: it is not; connection.refusal
// says why.
bool check_answer(Connection& connection);

// libwebsockets gave the attempt up, for a reason in its own words; tries the next address or
// reports. May free the connection.
void handshake_failed(Connection& connection, std::string_view reason);

// --- connection.cpp ------------------------------------------------------------------------

// Of an open connection: pings as often as the options say.
void schedule_ping(Connection& connection);

// The socket takes something: the close frame, the next message or a ping. What the callback has to
// return.
int write_next(Connection& connection);

// One piece of a message; reports it when it is whole. False: it is longer than any that an honest
// server can send, and may have no end; peer_reason says so.
bool take_piece(Connection& connection, const char* bytes, std::size_t length);

// The peer's close frame: two bytes of code and a reason, or nothing.
void keep_close_reason(Connection& connection, const unsigned char* bytes, std::size_t length);

// The connection has ended: adds to peer_reason what TLS has to say of it.
void keep_read_error(Connection& connection);

// Reports and forgets; the connection is gone after this. http_status and reason count for one that
// was never open.
void over(Connection& connection, bool was_open, int http_status, std::string_view reason);

}  // namespace beckon::platform
