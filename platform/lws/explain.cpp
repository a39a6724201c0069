// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/explain.h"

#include <cerrno>
#include <cstring>

#include "common/base/bytes.h"
#include "platform/lws/explain_tls.h"

namespace beckon::platform {
namespace {

constexpr std::string_view kConnectFailed = "conn fail: ";

// libwebsockets calls a certificate that never came untrusted, so its own text is no help.
bool is_about_tls(std::string_view reason) {
  return reason.starts_with("server's cert didn't look good") ||
         reason.starts_with("mbedtls connect") || reason == "no peer cert";
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

std::string explain(const ConnectFailure& failure, const agent::Url& url) {
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
  if (is_about_tls(reason)) {
    return failure.tls ? explain_tls(*failure.tls, url, place, failure.now)
                       : "TLS: the handshake with " + place + " failed";
  }
  if (reason == "read failed" || reason == "Peer hung up" || reason.starts_with("closed before") ||
      reason.starts_with("Closed before")) {
    return place + " closed the connection without an HTTP answer" +
           (url.secure ? "" : " (does it want " + url.other_scheme() + "://?)");
  }
  if (reason == "HS: URI missing") return place + " answered with what is not HTTP";
  // libwebsockets has this room for them, and does not tell the two apart.
  if (reason == "problems parsing header") {
    return place + " answered with what is not HTTP, or with more than 4 kB of headers";
  }
  if (reason.starts_with("Timed out")) return "no answer from " + place;
  if (reason.starts_with("HS: ")) {
    return place + " does not speak WebSocket there (" + std::string(reason.substr(4)) + ")";
  }
  return "no connection to " + place + " (" + std::string(reason) + ")";
}

}  // namespace beckon::platform
