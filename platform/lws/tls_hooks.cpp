// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/tls_hooks.h"

#define MBEDTLS_ALLOW_PRIVATE_ACCESS  // the state and the alert: libwebsockets reads them so, too
#include <arpa/inet.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <netinet/in.h>
#include <psa/crypto.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

namespace beckon::platform {
namespace {

// libwebsockets hands nothing through from a handshake to its callback, so the last one is kept
// here. One loop, one thread.
std::optional<TlsFailure> last_failure;
TlsFailure refused_chain;

// mbedTLS reads on inside one call while all that comes is to be ignored (TLS 1.3: records of the
// kind change_cipher_spec), and a server that sends nothing else would keep the loop there, without
// timers and signals. After so many reads a call ends as if nothing had come, and the loop has its
// turn. A whole handshake needs fewer.
constexpr int kReadsMax = 64;
int reads_left = kReadsMax;

std::optional<int> read_error;

bool is_end_or_pause(int result) {
  return result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE ||
         result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET ||
         result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || result == MBEDTLS_ERR_SSL_CONN_EOF ||
         result == MBEDTLS_ERR_NET_CONN_RESET || result == MBEDTLS_ERR_NET_RECV_FAILED;
}

std::string time_text(const mbedtls_x509_time& time) {
  char text[80];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", time.year, time.mon, time.day,
                time.hour, time.min, time.sec);
  return text;
}

std::string name_text(const mbedtls_x509_name& name) {
  char text[256];
  const int length = mbedtls_x509_dn_gets(text, sizeof text, &name);
  return length > 0 ? std::string(text, static_cast<std::size_t>(length)) : std::string();
}

bool same(const mbedtls_x509_buf& a, const mbedtls_x509_buf& b) {
  return std::string_view(reinterpret_cast<const char*>(a.p), a.len) ==
         std::string_view(reinterpret_cast<const char*>(b.p), b.len);
}

bool is_trusted_name(const mbedtls_ssl_context& tls, const mbedtls_x509_buf& name) {
  for (const mbedtls_x509_crt* one = tls.conf->ca_chain; one != nullptr; one = one->next) {
    if (same(one->subject_raw, name)) return true;
  }
  return false;
}

// Called for every certificate of the chain, from the top down to the server's own (depth 0).
// Changes nothing of mbedTLS's verdict: it only takes notes.
int note_certificate(void* tls, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags) {
  if ((*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0) {
    const bool own_issuer = same(certificate->issuer_raw, certificate->subject_raw);
    refused_chain.is_self_signed = depth == 0 && own_issuer;
    refused_chain.issuer_came = depth > 0 && own_issuer;
    refused_chain.issuer_has_namesake =
        is_trusted_name(*static_cast<mbedtls_ssl_context*>(tls), certificate->issuer_raw);
    refused_chain.unknown_issuer = name_text(certificate->issuer);
  }
  if ((*flags & MBEDTLS_X509_BADCERT_FUTURE) != 0) {
    refused_chain.valid_from = time_text(certificate->valid_from);
  }
  if ((*flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0) {
    refused_chain.valid_to = time_text(certificate->valid_to);
  }
  return 0;
}

// libwebsockets cuts the name to be verified at its first ':', and leaves "[2001" of an IPv6
// address. Who is asked for by address is at that address: the socket's other end. (Whether that is
// the one in the URL is the transport's to look at.) What stays "[…" is nobody's name and is
// refused.
void mend_ipv6_name(mbedtls_ssl_context& tls) {
  if (tls.hostname == nullptr || !std::string_view(tls.hostname).starts_with('[')) return;
  const auto* socket = static_cast<const mbedtls_net_context*>(tls.p_bio);
  sockaddr_in6 peer{};
  socklen_t size = sizeof peer;
  char text[INET6_ADDRSTRLEN];
  if (getpeername(socket->fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 ||
      peer.sin6_family != AF_INET6 ||
      inet_ntop(AF_INET6, &peer.sin6_addr, text, sizeof text) == nullptr) {
    return;
  }
  // Without memory for it no name is left, and mbedTLS refuses to verify none.
  mbedtls_ssl_set_hostname(&tls, text);
}

void note_failure(const mbedtls_ssl_context& tls, int error) {
  TlsFailure failure = std::move(refused_chain);
  failure.error = error;
  if (error == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
    failure.flags = mbedtls_ssl_get_verify_result(&tls);
  }
  // An alert's message is its level and its kind.
  if (error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) failure.alert = tls.in_msg[1];
  last_failure = std::move(failure);
}

}  // namespace

std::optional<TlsFailure> take_tls_failure() {
  return std::exchange(last_failure, std::nullopt);
}

std::optional<int> take_tls_read_error() {
  return std::exchange(read_error, std::nullopt);
}

}  // namespace beckon::platform

// The names are the linker's: what libwebsockets calls, and what it would have called.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

void __real_mbedtls_ssl_conf_max_version(mbedtls_ssl_config* config, int major, int minor);
int __real_mbedtls_ssl_handshake_step(mbedtls_ssl_context* tls);
int __real_mbedtls_ssl_read(mbedtls_ssl_context* tls, unsigned char* buffer, size_t room);
int __real_lws_plat_mbedtls_net_recv(void* connection, unsigned char* buffer, size_t room);

// libwebsockets 4.3 says "at most TLS 1.2" of every connection.
void __wrap_mbedtls_ssl_conf_max_version(mbedtls_ssl_config* config, int major, int minor) {
  // TLS 1.3 computes through PSA, which wants to be made ready. Without it 1.2 is left.
  if (minor == MBEDTLS_SSL_MINOR_VERSION_3 && psa_crypto_init() == PSA_SUCCESS) {
    minor = MBEDTLS_SSL_MINOR_VERSION_4;
  }
  __real_mbedtls_ssl_conf_max_version(config, major, minor);
}

int __wrap_mbedtls_ssl_handshake_step(mbedtls_ssl_context* tls) {
  if (tls->state == MBEDTLS_SSL_HELLO_REQUEST) {
    mbedtls_ssl_set_verify(tls, beckon::platform::note_certificate, tls);
    beckon::platform::mend_ipv6_name(*tls);
  }
  beckon::platform::refused_chain = {};
  beckon::platform::reads_left = beckon::platform::kReadsMax;
  const int result = __real_mbedtls_ssl_handshake_step(tls);
  if (result == 0 || result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE) {
    return result;
  }
  beckon::platform::note_failure(*tls, result);
  errno = 0;  // with EAGAIN in it, libwebsockets takes every error for "not yet"
  return result;
}

int __wrap_mbedtls_ssl_read(mbedtls_ssl_context* tls, unsigned char* buffer, size_t room) {
  beckon::platform::reads_left = beckon::platform::kReadsMax;
  beckon::platform::read_error.reset();  // of another connection, whose end nobody asked about
  const int result = __real_mbedtls_ssl_read(tls, buffer, room);
  if (result < 0 && !beckon::platform::is_end_or_pause(result)) {
    beckon::platform::read_error = result;
  }
  return result;
}

int __wrap_lws_plat_mbedtls_net_recv(void* connection, unsigned char* buffer, size_t room) {
  if (beckon::platform::reads_left == 0) return MBEDTLS_ERR_SSL_WANT_READ;
  --beckon::platform::reads_left;
  return __real_lws_plat_mbedtls_net_recv(connection, buffer, room);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
