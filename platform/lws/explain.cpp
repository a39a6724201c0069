// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/explain.h"

#include <cerrno>
#include <cstring>

#include "common/base/bytes.h"

namespace beckon::platform {
namespace {

// A TLS alert is a record of 5 + 2 bytes, alone; the flight with the smallest certificate is longer
// than kFlightBytesMin.
constexpr std::uint64_t kAlertBytes = 7;
constexpr std::uint64_t kFlightBytesMin = 300;

constexpr std::string_view kConnectFailed = "conn fail: ";

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// libwebsockets calls a certificate that never came untrusted. That is so with a server that
// refuses the handshake: one that speaks only TLS 1.3, which libwebsockets' mbedTLS does not offer.
std::optional<std::string> explain_no_certificate(const ConnectFailure& failure,
                                                  const std::string& place) {
  if (!failure.received_bytes || *failure.received_bytes >= kFlightBytesMin) return std::nullopt;
  if (*failure.received_bytes == kAlertBytes) {
    return "TLS: " + place +
           " refused the handshake; this agent speaks TLS 1.2, the server perhaps only TLS 1.3";
  }
  if (*failure.received_bytes == 0) {
    return "TLS: " + place + " closed the connection without an answer";
  }
  return "TLS: " + place + " showed no certificate; it does not seem to speak TLS (ws:// instead?)";
}

// "server's cert didn't look good, KIND (use_ssl 0x…) X509_V_ERR = 24: TEXT"
std::string explain_certificate(std::string_view reason, const agent::WebSocketUrl& url) {
  std::string text = "TLS: the server's certificate is ";
  if (holds(reason, ", hostname ")) return text + "for another name than " + url.host;
  if (holds(reason, ", expired ")) return text + "expired; or is this device's clock wrong?";
  if (holds(reason, ", notyetvalid "))
    return text + "not valid yet; or is this device's clock wrong?";
  text += "not trusted";
  if (holds(reason, ", invalidca ")) {
    return text +
           " (its authority is unknown here); if this is the right server, name its authority's "
           "certificate (--cacert FILE)";
  }
  const std::size_t colon = reason.rfind(": ");
  if (colon != std::string_view::npos) text += " (" + std::string(reason.substr(colon + 2)) + ")";
  return text;
}

std::string explain_connect_error(int error, const std::string& place) {
  switch (error) {
    case ECONNREFUSED: return "connection refused by " + place;
    case ETIMEDOUT: return "no answer from " + place;
    case ENETUNREACH:
    case EHOSTUNREACH: return place + " cannot be reached (" + std::strerror(error) + ")";
    default: return "no connection to " + place + " (" + std::strerror(error) + ")";
  }
}

}  // namespace

bool is_unreached(std::string_view reason) {
  return reason.starts_with(kConnectFailed) || reason == "Unable to connect";
}

std::string explain(const ConnectFailure& failure, const agent::WebSocketUrl& url) {
  std::string_view reason = failure.reason;
  while (reason.ends_with('\n') || reason.ends_with('\0')) reason.remove_suffix(1);
  std::string place = url.host_header();
  if (!place.ends_with(":" + std::to_string(url.port))) place += ":" + std::to_string(url.port);

  if (reason.starts_with(kConnectFailed)) {
    // "conn fail: 111", "conn fail: skt creation: errno 97"
    const auto error = base::parse_uint64(reason.substr(reason.rfind(' ') + 1));
    if (error) return explain_connect_error(static_cast<int>(*error), place);
  }
  if (reason == "Unable to connect") return place + " cannot be reached; is there a network?";
  if (reason == "DNS NXDOMAIN") return "host not found: " + url.host;
  const bool certificate = reason.starts_with("server's cert didn't look good");
  if (certificate || reason.starts_with("mbedtls connect")) {
    if (auto text = explain_no_certificate(failure, place)) return *text;
    if (certificate) return explain_certificate(reason, url);
    return "TLS: the handshake with " + place + " failed";
  }
  if (reason == "read failed" || reason == "Peer hung up" || reason.starts_with("closed before") ||
      reason.starts_with("Closed before")) {
    return place + " closed the connection without an HTTP answer" +
           (url.secure ? "" : " (does it want wss://?)");
  }
  if (reason == "problems parsing header") return place + " answered with what is not HTTP";
  if (reason.starts_with("Timed out")) return "no answer from " + place;
  if (reason.starts_with("HS: ")) {
    return place + " does not speak WebSocket there (" + std::string(reason.substr(4)) + ")";
  }
  return "no connection to " + place + " (" + std::string(reason) + ")";
}

}  // namespace beckon::platform
