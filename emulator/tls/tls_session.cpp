// SPDX-License-Identifier: Apache-2.0
#include "emulator/tls/tls_session.h"

#define MBEDTLS_ALLOW_PRIVATE_ACCESS  // an alert's kind has no other way out
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/base/assert.h"
#include "emulator/tls/context_state.h"

namespace beckon::emulator {
namespace {

// A record and what surrounds it. More waits only if a client makes us answer handshake messages
// and reads no answer.
constexpr std::size_t kOutBytesMax = 64U << 10;

constexpr std::string_view kWantsTls =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 74\r\n"
    "Connection: close\r\n\r\n"
    R"({"message":"This port speaks TLS: write https:// or wss:// into the URL"})"
    "\n";

constexpr char kDistrust[] = "does not trust the local authority (beckon-emulator ca)";

std::string describe(int error, mbedtls_ssl_context& tls) {
  if (error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
    const int alert = tls.in_msg[1];  // its kind stands behind its level
    if (alert == MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA || alert == MBEDTLS_SSL_ALERT_MSG_BAD_CERT ||
        alert == MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN) {
      return std::string("the client ") + kDistrust;
    }
    return "the client refused the handshake (alert " + std::to_string(alert) + ")";
  }
  // A client over mbedTLS that gives TLS 1.3 up says so without the encryption that is due.
  if (error == MBEDTLS_ERR_SSL_INVALID_MAC && mbedtls_ssl_is_handshake_over(&tls) == 0) {
    return std::string("the client broke the handshake off; perhaps it ") + kDistrust;
  }
  std::array<char, 160> text{};
  mbedtls_strerror(error, text.data(), text.size());
  return text.data();
}

}  // namespace

struct TlsSession::State {
  mbedtls_ssl_context tls{};
};

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, int fd)
    : context_(std::move(context)), fd_(fd), state_(std::make_unique<State>()) {
  mbedtls_ssl_init(&state_->tls);
  BECKON_ASSERT(mbedtls_ssl_setup(&state_->tls, &context_->state().config) == 0);
  mbedtls_ssl_set_bio(&state_->tls, this, on_send, on_receive, nullptr);
}

TlsSession::~TlsSession() {
  mbedtls_ssl_free(&state_->tls);
}

bool TlsSession::is_established() const {
  return mbedtls_ssl_is_handshake_over(&state_->tls) != 0;
}

// Takes everything, so that mbedTLS never has to be called again with the same bytes.
int TlsSession::on_send(void* self, const unsigned char* bytes, std::size_t size) {
  auto& session = *static_cast<TlsSession*>(self);
  std::size_t sent = 0;
  if (session.out_.empty()) {
    const ssize_t taken = send(session.fd_, bytes, size, MSG_NOSIGNAL);
    if (taken < 0 && errno != EAGAIN && errno != EINTR) return MBEDTLS_ERR_NET_SEND_FAILED;
    if (taken > 0) sent = static_cast<std::size_t>(taken);
  }
  if (session.out_.size() + size - sent > kOutBytesMax) return MBEDTLS_ERR_NET_SEND_FAILED;
  session.out_.append(reinterpret_cast<const char*>(bytes) + sent, size - sent);
  return static_cast<int>(size);
}

int TlsSession::on_receive(void* self, unsigned char* room, std::size_t size) {
  const ssize_t got = recv(static_cast<TlsSession*>(self)->fd_, room, size, 0);
  if (got >= 0) return static_cast<int>(got);
  if (errno == EAGAIN || errno == EINTR) return MBEDTLS_ERR_SSL_WANT_READ;
  return errno == ECONNRESET ? MBEDTLS_ERR_NET_CONN_RESET : MBEDTLS_ERR_NET_RECV_FAILED;
}

// No TLS record begins with a letter, and every HTTP request does. True: it has been answered.
bool TlsSession::refuse_plain_http(char* room, std::size_t size) {
  if (looked_) return false;
  char first = 0;
  if (recv(fd_, &first, 1, MSG_PEEK) != 1) return false;
  looked_ = true;
  if (first < 'A' || first > 'Z') return false;
  // Unread input would turn the end into a reset, which could destroy the answer.
  (void)recv(fd_, room, size, 0);
  (void)send(fd_, kWantsTls.data(), kWantsTls.size(), MSG_NOSIGNAL);
  shutdown(fd_, SHUT_WR);
  failure_ = "the client speaks plain HTTP";
  return true;
}

ssize_t TlsSession::fail(int error) {
  if (error == MBEDTLS_ERR_SSL_WANT_READ || error == MBEDTLS_ERR_SSL_WANT_WRITE) {
    errno = EAGAIN;
    return -1;
  }
  if (failure_.empty()) failure_ = describe(error, state_->tls);
  errno = EPROTO;
  return -1;
}

ssize_t TlsSession::read(char* room, std::size_t size) {
  if (refuse_plain_http(room, size)) {
    errno = EPROTO;
    return -1;
  }
  const int got = mbedtls_ssl_read(&state_->tls, reinterpret_cast<unsigned char*>(room), size);
  if (got > 0) return got;
  const bool is_end = got == 0 || got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
                      (got == MBEDTLS_ERR_SSL_CONN_EOF && (is_established() || !looked_));
  return is_end ? 0 : fail(got);
}

ssize_t TlsSession::write(std::string_view bytes) {
  if (!flush()) return -1;
  std::size_t taken = 0;
  while (taken < bytes.size() && out_.empty()) {
    const std::string_view rest = bytes.substr(taken);
    const int wrote = mbedtls_ssl_write(
        &state_->tls, reinterpret_cast<const unsigned char*>(rest.data()), rest.size());
    if (wrote < 0) return fail(wrote);
    taken += static_cast<std::size_t>(wrote);
  }
  if (taken > 0 || bytes.empty()) return static_cast<ssize_t>(taken);
  errno = EAGAIN;
  return -1;
}

bool TlsSession::flush() {
  if (!out_.empty()) {
    const ssize_t sent = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    out_.erase(0, static_cast<std::size_t>(sent));
    if (out_.empty()) out_ = {};  // an idle connection keeps no buffer
  }
  if (out_.empty() && ending_) shutdown(fd_, SHUT_WR);
  return true;
}

void TlsSession::end_output() {
  if (ending_) return;
  if (is_established()) mbedtls_ssl_close_notify(&state_->tls);
  ending_ = true;
  flush();
}

}  // namespace beckon::emulator
