// SPDX-License-Identifier: Apache-2.0
// From an endpoint to a WebSocket: the name's addresses in turn, TLS trust and pins, the request,
// and the sentence about what went wrong.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/url.h"
#include "common/crypto/certificates.h"
#include "platform/lws/connection.h"
#include "platform/lws/explain.h"

namespace beckon::platform {
namespace {

// Of a server's certificate in DER; common ones have 1 to 2 kB.
constexpr std::size_t kCertificateBytesMax = 16 * 1024;

// Our session decides when a link is dead; libwebsockets' own idle machinery stays off.
constexpr lws_retry_bo_t kNoRetry{};

lws_client_connect_info connect_info(Connection& connection, const agent::Url& url,
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
void try_addresses(Connection& connection, const agent::Url& url) {
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

// TLS verifies the address at the other end where the URL has an IPv6 address (tls_hooks.cpp). Why
// that is not the URL's; nothing if it is, or the URL has a name.
std::optional<std::string> check_address(const Connection& connection) {
  const auto url = agent::parse_websocket_url(connection.endpoint.url);
  in6_addr wanted{};
  if (!url || !url->secure || inet_pton(AF_INET6, url->host.c_str(), &wanted) != 1) {
    return std::nullopt;
  }
  char peer[INET6_ADDRSTRLEN] = "";
  in6_addr found{};
  lws_get_peer_simple(connection.wsi, peer, sizeof peer);
  if (inet_pton(AF_INET6, peer, &found) == 1 && std::memcmp(&found, &wanted, sizeof found) == 0) {
    return std::nullopt;
  }
  return "TLS: " + url->host + " cannot be verified through " + peer +
         " (a proxy?): give the server's name in the URL";
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

}  // namespace

void begin_soon(Connection& connection) {
  const auto due = [](lws_sorted_usec_list_t* entry) {
    begin(*reinterpret_cast<Connection::Timer*>(entry)->connection);
  };
  lws_sul_schedule(connection.transport->loop().context(), 0, &connection.begin_timer.entry, due,
                   1);
}

bool prepare_request(Connection& connection, unsigned char** position, std::size_t room) {
  // The server is who its certificate says; nothing was sent to it so far, no token either.
  for (const auto check : {check_address, check_pins}) {
    if (auto wrong = check(connection)) {
      connection.refusal = std::move(*wrong);
      return false;
    }
  }
  return add_headers(connection, position, room);
}

// libwebsockets takes an extension that nobody offered for a header that it need not read.
bool check_answer(Connection& connection) {
  if (lws_hdr_total_length(connection.wsi, WSI_TOKEN_EXTENSIONS) <= 0) return true;
  connection.refusal = "the server chose a WebSocket extension, and none was offered";
  return false;
}

void handshake_failed(Connection& connection, std::string_view reason) {
  const auto url = agent::parse_websocket_url(connection.endpoint.url);
  if (!url) return over(connection, false, 0, url.error().message);
  const ConnectFailure failure{reason, take_tls_failure(), base::format_rfc3339(base::wall_now())};
  // 101 is no refusal: what followed it was wrong.
  const int answer = http_status_of(connection.wsi);
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

}  // namespace beckon::platform
