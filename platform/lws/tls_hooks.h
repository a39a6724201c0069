// SPDX-License-Identifier: Apache-2.0
// What libwebsockets' layer over mbedTLS lacks: TLS 1.3, the word why a handshake failed, and an
// end of what one call reads. Put in at link time (--wrap in CMakeLists.txt), so that its sources
// stay as they come. Decides nothing about trust: that is mbedTLS's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace beckon::platform {

struct TlsFailure {
  int error = 0;             // mbedTLS's, negative
  std::optional<int> alert;  // what the server sent instead of going on
  std::uint32_t flags = 0;   // MBEDTLS_X509_BADCERT_*, of a certificate that was refused
  // Of the chain that was refused; empty where no certificate came.
  bool is_self_signed = false;  // the server's own certificate, and nothing above it
  // Of the last certificate that the server sent and that leads on from its own.
  std::string unknown_issuer;
  bool issuer_came = false;          // it is self-signed: the whole chain came
  bool issuer_has_namesake = false;  // a trusted certificate has the issuer's name and another key
  std::string valid_from;            // RFC 3339, of a certificate that is not valid yet
  std::string valid_to;              // of one that is not valid any more
};

// Of the handshake that failed last; nothing if none did since the last call. libwebsockets reports
// a failed handshake before it goes on with another one, so ask in its callback.
std::optional<TlsFailure> take_tls_failure();

// mbedTLS's error, negative, of the read that ended a connection last; nothing if none did since
// the last call, or if it was an end that TLS or the network has words for. Ask when it is closed.
std::optional<int> take_tls_read_error();

}  // namespace beckon::platform
