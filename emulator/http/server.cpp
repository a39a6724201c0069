// SPDX-License-Identifier: Apache-2.0
#include "emulator/http/server.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "common/base/assert.h"
#include "emulator/http/connection.h"

namespace beckon::emulator {
namespace {

constexpr int kAcceptsPerTurnMax = 64;
constexpr int kBacklog = 4096;
constexpr base::Duration kSweepEvery{1000};
constexpr base::Duration kAcceptPause{100};

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

base::Result<Address> parse_address(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return base::fail(
        base::ErrorCode::kInvalid,
        "expected a numeric address such as 127.0.0.1 to listen on, not '" + host + "'");
  }
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.length = found->ai_addrlen;
  freeaddrinfo(found);
  return address;
}

std::string address_text(const sockaddr_storage& storage) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

std::string local_address_of(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length);
  return address_text(storage);
}

int local_port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length);
  return ntohs(storage.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in&>(storage).sin_port
                   : reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
}

base::Result<int> open_listening_socket(const Address& address, const std::string& host, int port) {
  const int fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return base::fail(base::ErrorCode::kIo,
                      std::string("cannot make a socket: ") + strerror(errno));
  }
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit it, which saves a call for each of them.
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0 &&
      ::listen(fd, kBacklog) == 0) {
    return fd;
  }
  const int error = errno;
  close(fd);
  const std::string where = host + " port " + std::to_string(port);
  if (error == EADDRINUSE) {
    return base::fail(base::ErrorCode::kAlreadyExists, where + " is in use by another program");
  }
  return base::fail(base::ErrorCode::kIo, "cannot listen on " + where + ": " + strerror(error));
}

}  // namespace

struct HttpServer::Listening {
  HttpListener handlers;
  std::string local_address;  // "" when listening on all addresses: asked of each connection
  ListenerId id = 0;
  int fd = -1;
  int port = 0;
};

HttpServer::HttpServer(EventLoop& loop, base::LogSink& log, std::size_t bodies_bytes_max)
    : loop_(loop),
      log_(log, "http"),
      bodies_bytes_max_(bodies_bytes_max),
      read_buffer_(new char[kReadBytesMax]) {}

HttpServer::~HttpServer() {
  loop_.cancel(sweep_timer_);
  while (!listeners_.empty()) close_listener(listeners_.begin()->first);
}

base::Result<HttpServer::ListenerId> HttpServer::listen(const std::string& host, int port,
                                                        HttpListener listener) {
  BECKON_ASSERT(listener.on_request != nullptr);
  const auto address = parse_address(host, port);
  if (!address) return std::unexpected(address.error());
  const auto fd = open_listening_socket(*address, host, port);
  if (!fd) return std::unexpected(fd.error());

  auto listening = std::make_shared<Listening>();
  listening->handlers = std::move(listener);
  listening->id = ++last_id_;
  listening->fd = *fd;
  listening->port = local_port_of(*fd);
  const std::string text = local_address_of(*fd);
  if (text != "0.0.0.0" && text != "::") listening->local_address = text;
  loop_.watch(*fd, EPOLLIN, [this, weak = std::weak_ptr(listening)](std::uint32_t) {
    if (const auto strong = weak.lock()) accept_some(strong);
  });
  listeners_.emplace(listening->id, listening);
  return listening->id;
}

int HttpServer::port(ListenerId id) const {
  const auto found = listeners_.find(id);
  BECKON_ASSERT(found != listeners_.end());
  return found->second->port;
}

void HttpServer::close_listener(ListenerId id) {
  const auto found = listeners_.find(id);
  if (found == listeners_.end()) return;
  const auto listening = found->second;
  listeners_.erase(found);
  loop_.unwatch(listening->fd);
  close(listening->fd);
  std::vector<std::shared_ptr<HttpConnection>> closing;
  for (const auto& [fd, connection] : connections_) {
    if (connection->listener_id() == id) closing.push_back(connection);
  }
  for (const auto& connection : closing) connection->close_now();
}

std::size_t HttpServer::connections_count() const {
  return connections_.size();
}

void HttpServer::accept_some(const std::shared_ptr<Listening>& listening) {
  for (int i = 0; i < kAcceptsPerTurnMax; ++i) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    const int fd = accept4(listening->fd, reinterpret_cast<sockaddr*>(&peer), &length,
                           SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
        pause_accepting(listening, errno);
      }
      break;
    }
    HttpConnection::Origin origin;
    origin.stream = Stream(fd, listening->handlers.tls);
    origin.source_ip = address_text(peer);
    origin.local_address =
        listening->local_address.empty() ? local_address_of(fd) : listening->local_address;
    origin.listener_id = listening->id;
    // The handlers live in the listening socket's record, which the connection keeps alive.
    auto handlers = std::shared_ptr<const HttpListener>(listening, &listening->handlers);
    auto connection =
        std::make_shared<HttpConnection>(*this, std::move(handlers), std::move(origin));
    connections_.emplace(fd, connection);
    connection->start();
    const auto& admits = listening->handlers.admits;
    if (admits && !admits(fd)) connection->refuse_client();
  }
  if (sweep_timer_ == 0 && !connections_.empty()) {
    sweep_timer_ = loop_.call_after(kSweepEvery, [this] { sweep(); });
  }
}

void HttpServer::pause_accepting(const std::shared_ptr<Listening>& listening, int error) {
  log_.error("cannot accept a connection: %s (%zu are open; raise the limit with ulimit -n)",
             strerror(error), connections_.size());
  loop_.set_events(listening->fd, 0);
  loop_.call_after(kAcceptPause, [this, weak = std::weak_ptr(listening)] {
    const auto strong = weak.lock();
    if (strong != nullptr && listeners_.contains(strong->id)) loop_.set_events(strong->fd, EPOLLIN);
  });
}

void HttpServer::forget(HttpConnection& connection) {
  connections_.erase(connection.fd());
}

void HttpServer::sweep() {
  sweep_timer_ = 0;
  const base::Instant now = base::monotonic_now();
  std::vector<std::shared_ptr<HttpConnection>> due;
  for (const auto& [fd, connection] : connections_) {
    if (connection->is_due(now)) due.push_back(connection);
  }
  for (const auto& connection : due) connection->end_at_deadline();
  if (!connections_.empty()) sweep_timer_ = loop_.call_after(kSweepEvery, [this] { sweep(); });
}

}  // namespace beckon::emulator
