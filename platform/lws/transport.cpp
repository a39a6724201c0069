// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/url.h"
#include "common/base/assert.h"
#include "common/crypto/certificates.h"
#include "platform/lws/explain.h"
#include "platform/lws/protocols.h"

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
  std::deque<std::vector<unsigned char>> out;  // LWS_PRE bytes of room, then the text
  Timer begin_timer;
  Timer ping_timer;
};

namespace {

using Connection = Transport::Connection;

// After this long a close frame that cannot be sent is given up.
constexpr int kCloseSeconds = 3;

// Of a server's certificate in DER; common ones have 1 to 2 kB.
constexpr std::size_t kCertificateBytesMax = 16 * 1024;

// Our session decides when a link is dead; libwebsockets' own idle machinery stays off.
constexpr lws_retry_bo_t kNoRetry{};

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

// Reports and forgets; the connection is gone after this.
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

bool add_headers(const Connection& connection, unsigned char** position, std::size_t room) {
  unsigned char* end = *position + room;
  for (const agent::Header& header : connection.endpoint.headers) {
    const std::string name = header.name + ":";
    if (lws_add_http_header_by_name(connection.wsi,
                                    reinterpret_cast<const unsigned char*>(name.c_str()),
                                    reinterpret_cast<const unsigned char*>(header.value.data()),
                                    static_cast<int>(header.value.size()), position, end) != 0) {
      return false;
    }
  }
  return true;
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

// One piece of a message; reports it when it is whole.
void take_piece(Connection& connection, const char* bytes, std::size_t length) {
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
  if (!whole) return;
  const std::string text = std::move(connection.message);
  const bool dropped = connection.dropping;
  connection.message.clear();
  connection.dropping = false;
  if (connection.closing) return;
  if (dropped) {
    connection.transport->observer().oversized(connection.attempt);
  } else {
    connection.transport->observer().message(connection.attempt, text);
  }
}

void keep_close_reason(Connection& connection, const unsigned char* bytes, std::size_t length) {
  connection.peer_code = 1005;
  if (bytes == nullptr || length < 2) return;
  connection.peer_code = static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
  connection.peer_reason.assign(reinterpret_cast<const char*>(bytes) + 2, length - 2);
}

lws_client_connect_info connect_info(Connection& connection, const agent::WebSocketUrl& url,
                                     const std::string& address, const std::string& host_header) {
  lws_client_connect_info info{};
  info.context = connection.transport->loop().context();
  info.address = address.c_str();
  info.port = url.port;
  info.path = url.path.c_str();
  info.host = host_header.c_str();
  info.local_protocol_name = kTransportProtocol;
  info.retry_and_idle_policy = &kNoRetry;
  info.opaque_user_data = &connection;
  info.pwsi = &connection.wsi;
  info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
  if (url.secure) info.ssl_connection |= LCCSCF_USE_SSL;
  return info;
}

// Tries the addresses that are left until one attempt is under way.
void try_addresses(Connection& connection, const agent::WebSocketUrl& url) {
  const std::string host_header = url.host_header();
  int error = 0;
  do {
    const std::string address = std::move(connection.addresses.back());
    connection.addresses.pop_back();
    connection.failure.clear();
    const lws_client_connect_info info = connect_info(connection, url, address, host_header);
    connection.beginning = true;
    errno = 0;
    const lws* wsi = lws_client_connect_via_info(&info);
    connection.beginning = false;
    if (wsi != nullptr && connection.failure.empty()) return;
    error = errno == 0 ? ENOMEM : errno;
    if (wsi != nullptr) lws_set_opaque_user_data(connection.wsi, nullptr);
    connection.wsi = nullptr;
  } while (!connection.addresses.empty());
  // What fails at once, inside the call, libwebsockets does not report.
  if (connection.failure.empty()) {
    connection.failure = explain({"conn fail: " + std::to_string(error)}, url);
  }
  over(connection, false, connection.http_status, std::string(connection.failure));
}

bool is_address(const std::string& host) {
  in6_addr room{};
  return inet_pton(AF_INET, host.c_str(), &room) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

void begin(Connection& connection) {
  const auto url = agent::parse_websocket_url(connection.endpoint.url);
  if (!url) return over(connection, false, 0, url.error().message);
  if (!connection.addresses.empty()) return try_addresses(connection, *url);
  if (url->secure && !connection.transport->loop().has_trust()) {
    return over(connection, false, 0,
                "no trusted certificates for TLS; name a file of them (--cacert FILE)");
  }
  if (url->secure && url->host.find(':') != std::string::npos) {
    return over(
        connection, false, 0,
        "TLS to an IPv6 address cannot be verified here: give the server's name in the URL");
  }
  NameResolver* resolver = connection.transport->resolver();
  if (resolver == nullptr || is_address(url->host)) {
    connection.addresses = {url->host};
    return try_addresses(connection, *url);
  }
  resolver->resolve(&connection, url->host, [&connection](const base::Result<Addresses>& found) {
    if (!found) return over(connection, false, 0, found.error().message);
    connection.addresses.assign(found->rbegin(), found->rend());
    begin(connection);
  });
}

void begin_soon(Connection& connection) {
  const auto due = [](lws_sorted_usec_list_t* entry) {
    begin(*reinterpret_cast<Connection::Timer*>(entry)->connection);
  };
  lws_sul_schedule(connection.transport->loop().context(), 0, &connection.begin_timer.entry, due,
                   1);
}

// Why the server's public key is not accepted; nothing if it is one of the pinned ones, or none is
// pinned.
std::optional<std::string> check_pins(const Connection& connection) {
  const std::vector<std::string>& pins = connection.transport->options().pins;
  const auto url = agent::parse_websocket_url(connection.endpoint.url);
  if (pins.empty() || !url || !url->secure) return std::nullopt;
  // The union's text is as long as we make the room behind it.
  std::vector<char> room(sizeof(lws_tls_cert_info_results) + kCertificateBytesMax);
  auto* info = reinterpret_cast<lws_tls_cert_info_results*>(room.data());
  if (lws_tls_peer_cert_info(connection.wsi, LWS_TLS_CERT_INFO_DER_RAW, info,
                             kCertificateBytesMax) != 0) {
    return "TLS: the server's certificate is too large to compare its key with tls.pins";
  }
  const std::string_view der(info->ns.name, static_cast<std::size_t>(info->ns.len));
  const auto pin = crypto::public_key_pin(der);
  if (!pin) return "TLS: the server's public key cannot be read";
  if (std::ranges::find(pins, *pin) != pins.end()) return std::nullopt;
  return "TLS: the server's public key is none of the pinned ones: it is " + *pin +
         "; if that is right, add it to tls.pins";
}

void handshake_failed(Connection& connection, std::string_view reason) {
  const auto url = agent::parse_websocket_url(connection.endpoint.url);
  if (!url) return over(connection, false, 0, url.error().message);
  const ConnectFailure failure{reason, take_tls_failure(), base::format_rfc3339(base::wall_now())};
  // 101 is no refusal: what followed it was wrong.
  const int answer = static_cast<int>(lws_http_client_http_response(connection.wsi));
  connection.http_status = answer == 101 ? 0 : answer;
  if (connection.refusal.empty()) {
    connection.failure = explain(failure, *url);
  } else {
    connection.failure = connection.refusal;
  }
  if (connection.beginning) return;
  if (!connection.addresses.empty() && !connection.closing && is_unreached(reason)) {
    lws_set_opaque_user_data(connection.wsi, nullptr);
    connection.wsi = nullptr;
    return begin_soon(connection);
  }
  over(connection, false, connection.http_status, std::string(connection.failure));
}

}  // namespace

int transport_callback(lws* wsi, lws_callback_reasons reason, void*, void* in, std::size_t length) {
  auto* connection = static_cast<Connection*>(lws_get_opaque_user_data(wsi));
  if (connection == nullptr) return 0;
  switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
      connection->wsi = wsi;
      // The server is who its certificate says; nothing was sent to it so far, no token either.
      if (auto wrong = check_pins(*connection)) {
        connection->refusal = std::move(*wrong);
        return -1;
      }
      return add_headers(*connection, static_cast<unsigned char**>(in), length) ? 0 : -1;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
      connection->wsi = wsi;
      connection->open = true;
      if (connection->closing) return -1;
      schedule_ping(*connection);
      connection->transport->observer().opened(connection->attempt);
      return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      connection->wsi = wsi;
      handshake_failed(*connection, in == nullptr
                                        ? std::string_view()
                                        : std::string_view(static_cast<const char*>(in), length));
      return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
      take_piece(*connection, static_cast<const char*>(in), length);
      return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE: return write_next(*connection);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      keep_close_reason(*connection, static_cast<const unsigned char*>(in), length);
      return 0;
    case LWS_CALLBACK_CLIENT_CLOSED: over(*connection, true, 0, ""); return 0;
    case LWS_CALLBACK_WSI_DESTROY:
      // Only if none of the two above came.
      if (!connection->beginning) {
        const std::string why =
            connection->refusal.empty() ? "the connection ended" : std::move(connection->refusal);
        over(*connection, connection->open, 0, why);
      }
      return 0;
    default: return 0;
  }
}

Transport::Transport(Loop& loop, const TransportOptions& options, NameResolver* resolver)
    : loop_(loop), resolver_(resolver), options_(options) {}

Transport::~Transport() {
  for (auto& [key, connection] : connections_) {
    if (connection->wsi != nullptr) lws_set_opaque_user_data(connection->wsi, nullptr);
    if (resolver_ != nullptr) resolver_->forget(connection.get());
    lws_sul_cancel(&connection->begin_timer.entry);
    lws_sul_cancel(&connection->ping_timer.entry);
  }
}

// Begun from the loop, never inside this call: what goes wrong at once must not be reported into
// the caller's step.
void Transport::connect(agent::Attempt attempt, const agent::Endpoint& endpoint) {
  auto owned = std::make_unique<Connection>();
  Connection& connection = *owned;
  connections_.emplace(&connection, std::move(owned));
  connection.transport = this;
  connection.attempt = attempt;
  connection.endpoint = endpoint;
  connection.begin_timer.connection = &connection;
  connection.ping_timer.connection = &connection;
  begin_soon(connection);
}

Transport::Connection* Transport::find(agent::Attempt attempt) {
  for (auto& [key, connection] : connections_) {
    if (connection->attempt == attempt && !connection->closing) return key;
  }
  return nullptr;
}

void Transport::send(agent::Attempt attempt, std::string_view text) {
  Connection* connection = find(attempt);
  if (connection == nullptr || !connection->open) return;
  std::vector<unsigned char> message(LWS_PRE + text.size());
  std::memcpy(message.data() + LWS_PRE, text.data(), text.size());
  connection->out.push_back(std::move(message));
  lws_callback_on_writable(connection->wsi);
}

void Transport::close(agent::Attempt attempt, std::uint16_t code) {
  Connection* connection = find(attempt);
  if (connection == nullptr) return;
  connection->closing = true;
  connection->close_code = code;
  if (connection->wsi == nullptr) {
    forget(*connection);
  } else if (connection->open) {
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_CLOSE_SEND, kCloseSeconds);
    lws_callback_on_writable(connection->wsi);
  } else {
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
  }
}

void Transport::forget(Connection& connection) {
  if (resolver_ != nullptr) resolver_->forget(&connection);
  lws_sul_cancel(&connection.begin_timer.entry);
  lws_sul_cancel(&connection.ping_timer.entry);
  connections_.erase(&connection);
}

}  // namespace beckon::platform
