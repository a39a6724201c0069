// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/connection.h"

#include <algorithm>
#include <utility>

#include "common/protocol/limits.h"
#include "platform/lws/explain_tls.h"

namespace beckon::platform {

void schedule_ping(Connection& connection) {
  const base::Duration every = connection.transport->options().ping;
  if (every.count() <= 0) return;
  const auto due = [](lws_sorted_usec_list_t* entry) {
    Connection* one = reinterpret_cast<Connection::Timer*>(entry)->connection;
    one->ping_due = true;
    lws_callback_on_writable(one->wsi);
  };
  lws_sul_schedule(lws_get_context(connection.wsi), 0, &connection.ping_timer.entry, due,
                   every.count() * LWS_US_PER_MS);
}

int write_next(Connection& connection) {
  if (connection.closing) {
    lws_close_reason(connection.wsi, static_cast<lws_close_status>(connection.close_code), nullptr,
                     0);
    return -1;
  }
  if (!connection.out.empty()) {
    std::vector<unsigned char>& text = connection.out.front();
    const std::size_t length = text.size() - LWS_PRE;
    if (lws_write(connection.wsi, text.data() + LWS_PRE, length, LWS_WRITE_TEXT) < 0) return -1;
    connection.out.pop_front();
  } else if (connection.ping_due) {
    unsigned char room[LWS_PRE];
    if (lws_write(connection.wsi, room + LWS_PRE, 0, LWS_WRITE_PING) < 0) return -1;
    connection.ping_due = false;
    schedule_ping(connection);
  }
  if (!connection.out.empty() || connection.ping_due) lws_callback_on_writable(connection.wsi);
  return 0;
}

bool take_piece(Connection& connection, const char* bytes, std::size_t length) {
  // An empty piece counts too: they may come for ever.
  connection.message_bytes += std::max<std::size_t>(length, 1);
  if (connection.message_bytes > protocol::kMessageBytesMax) {
    connection.peer_reason = "the server sent more than " +
                             std::to_string(protocol::kMessageBytesMax) + " bytes of one message";
    return false;
  }
  const std::size_t limit = connection.transport->options().message_bytes_max;
  if (lws_frame_is_binary(connection.wsi) != 0) connection.dropping = true;
  if (connection.message.size() + length > limit) connection.dropping = true;
  if (connection.dropping) {
    connection.message.clear();
  } else {
    connection.message.append(bytes, length);
  }
  const bool whole = lws_remaining_packet_payload(connection.wsi) == 0 &&
                     lws_is_final_fragment(connection.wsi) != 0;
  if (!whole) return true;
  connection.message_bytes = 0;
  const std::string text = std::move(connection.message);
  const bool dropped = connection.dropping;
  connection.message.clear();
  connection.dropping = false;
  if (connection.closing) return true;
  if (dropped) {
    connection.transport->observer().oversized(connection.attempt);
  } else {
    connection.transport->observer().message(connection.attempt, text);
  }
  return true;
}

void keep_close_reason(Connection& connection, const unsigned char* bytes, std::size_t length) {
  connection.peer_code = 1005;
  if (bytes == nullptr || length < 2) return;
  connection.peer_code = static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
  connection.peer_reason.assign(reinterpret_cast<const char*>(bytes) + 2, length - 2);
}

void keep_read_error(Connection& connection) {
  const auto error = take_tls_read_error();
  if (error && connection.peer_reason.empty()) connection.peer_reason = explain_tls_read(*error);
}

void frame_refused(lws* wsi, unsigned char byte) {
  auto* connection = static_cast<Connection*>(lws_get_opaque_user_data(wsi));
  if (connection == nullptr) return;
  // Said now: libwebsockets sends some servers a close frame first, and waits for their answer.
  if (connection->peer_reason.empty()) connection->peer_reason = explain_frame(byte);
  over(*connection, true, 0, "");
}

void over(Connection& connection, bool was_open, int http_status, std::string_view reason) {
  Transport* transport = connection.transport;
  const agent::Attempt attempt = connection.attempt;
  const bool tell = !connection.closing;
  const std::uint16_t code = connection.peer_code;
  const std::string why(was_open ? std::string_view(connection.peer_reason) : reason);
  if (connection.wsi != nullptr) lws_set_opaque_user_data(connection.wsi, nullptr);
  transport->forget(connection);
  if (!tell) return;
  if (was_open) {
    transport->observer().closed(attempt, code, why);
  } else {
    transport->observer().failed(attempt, http_status, why);
  }
}

}  // namespace beckon::platform
