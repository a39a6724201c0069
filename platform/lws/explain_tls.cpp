// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/explain_tls.h"

#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include <cstdio>

namespace beckon::platform {
namespace {

constexpr char kOldVersion[] = " speaks no TLS newer than 1.1, and this agent none older than 1.2";

std::string untrusted(const TlsFailure& failure, const agent::Url& url) {
  const std::string advice =
      std::string("; if this is the right server, name its authority's certificate (") +
      (url.is_http() ? "\"ca_file\" in \"http\")" : "--cacert FILE)");
  if (failure.is_self_signed) {
    return "not trusted: it is self-signed, and not among the trusted ones" + advice;
  }
  const std::string issuer =
      failure.unknown_issuer.empty() ? "" : " \"" + failure.unknown_issuer + "\"";
  if (failure.issuer_came) {
    return "not trusted: its authority" + issuer +
           ", whose certificate the server sent, is unknown here" + advice;
  }
  if (failure.issuer_has_namesake) {
    return "not trusted: an authority of the name" + issuer +
           " is trusted here, but it did not sign this one" + advice;
  }
  return "not trusted: the server did not send the certificate of its issuer" + issuer +
         ", which is unknown here: it leaves out an intermediate certificate, or its authority is "
         "not trusted" +
         advice;
}

// Every reason for which mbedTLS refused it, the gravest first.
std::string explain_certificate(const TlsFailure& failure, const agent::Url& url,
                                const std::string& now) {
  std::string text;
  const auto add = [&text](const std::string& reason) {
    text += (text.empty() ? "TLS: the server's certificate is " : "; it is also ") + reason;
  };
  const auto has = [&failure](std::uint32_t flag) { return (failure.flags & flag) != 0; };
  const std::string clock = "this device's clock shows " + now + " (is it right?)";
  if (has(MBEDTLS_X509_BADCERT_CN_MISMATCH)) add("for another name than " + url.host);
  if (has(MBEDTLS_X509_BADCERT_FUTURE)) {
    add("not valid yet: it begins at " + failure.valid_from + ", and " + clock);
  }
  if (has(MBEDTLS_X509_BADCERT_EXPIRED)) {
    add("expired: it ended at " + failure.valid_to + ", and " + clock);
  }
  if (has(MBEDTLS_X509_BADCERT_NOT_TRUSTED)) add(untrusted(failure, url));
  if (has(MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK |
          MBEDTLS_X509_BADCERT_BAD_KEY)) {
    add("signed in a way, or with a key, that is too weak");
  }
  if (has(MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
          MBEDTLS_X509_BADCERT_NS_CERT_TYPE)) {
    add("not meant for a server");
  }
  return text.empty() ? "TLS: the server's certificate is not trusted" : text;
}

// RFC 8446, section 6.2.
std::string explain_alert(int alert, const agent::Url& url, const std::string& place) {
  switch (alert) {
    case MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION: return "TLS: " + place + kOldVersion;
    case MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE:
    case MBEDTLS_SSL_ALERT_MSG_INSUFFICIENT_SECURITY:
      return "TLS: " + place + " refused the handshake: it shares no cipher with this agent";
    case MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME:
      return "TLS: " + place + " refused the handshake: it does not know the name " + url.host;
    case MBEDTLS_SSL_ALERT_MSG_CERT_REQUIRED:
      return "TLS: " + place +
             " refused the handshake: it wants a client's certificate, and this agent has none";
    default:
      return "TLS: " + place + " refused the handshake (alert " + std::to_string(alert) + ")";
  }
}

}  // namespace

std::string explain_tls(const TlsFailure& failure, const agent::Url& url, const std::string& place,
                        const std::string& now) {
  if (failure.alert) return explain_alert(*failure.alert, url, place);
  switch (failure.error) {
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED: return explain_certificate(failure, url, now);
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION: return "TLS: " + place + kOldVersion;
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
    case MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE:
      return "TLS: " + place + " does not seem to speak TLS (" + url.other_scheme() +
             ":// instead?)";
    case MBEDTLS_ERR_SSL_CONN_EOF:
    case MBEDTLS_ERR_NET_CONN_RESET:
    case MBEDTLS_ERR_NET_RECV_FAILED:
    case MBEDTLS_ERR_NET_SEND_FAILED:
      return "TLS: " + place + " closed the connection in the middle of the handshake";
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_X509_ALLOC_FAILED: return "TLS: no memory for the handshake";
    default: break;
  }
  char code[16];
  std::snprintf(code, sizeof code, "-0x%04X", static_cast<unsigned>(-failure.error));
  return "TLS: the handshake with " + place + " failed (mbedTLS " + code + ")";
}

std::string explain_tls_read(int error) {
  char text[80];
  std::snprintf(text, sizeof text,
                "TLS: what the server sent cannot be read (mbedTLS error -0x%04x)",
                static_cast<unsigned>(-error));
  return text;
}

}  // namespace beckon::platform
