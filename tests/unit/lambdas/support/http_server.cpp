// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lambdas/support/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "common/base/assert.h"

namespace beckon::lambdas::testing {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

int listen_on_loopback(int* port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  BECKON_ASSERT(listener >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BECKON_ASSERT(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  BECKON_ASSERT(listen(listener, 256) == 0);
  socklen_t length = sizeof address;
  BECKON_ASSERT(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  *port = ntohs(address.sin_port);
  return listener;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// More bytes of the connection; false at its end.
bool receive(int socket, std::string& buffer) {
  char chunk[65536];
  const ssize_t got = recv(socket, chunk, sizeof chunk, 0);
  if (got <= 0) return false;
  buffer.append(chunk, static_cast<std::size_t>(got));
  return true;
}

ServerRequest parse_head(std::string_view head) {
  ServerRequest request;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    if (first) {
      const std::size_t one = line.find(' ');
      const std::size_t two = line.rfind(' ');
      request.method = line.substr(0, one);
      request.target = line.substr(one + 1, two - one - 1);
      first = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    request.headers.emplace_back(lower(std::string(line.substr(0, colon))), value);
  }
  return request;
}

// The next request of the connection, or none at its end.
std::optional<ServerRequest> read_request(int socket, std::string& buffer) {
  std::size_t end = buffer.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!receive(socket, buffer)) return std::nullopt;
    end = buffer.find("\r\n\r\n");
  }
  ServerRequest request = parse_head(std::string_view(buffer).substr(0, end));
  buffer.erase(0, end + 4);
  const std::string length = request.header("content-length");
  const std::size_t bytes =
      length.empty() ? 0 : static_cast<std::size_t>(std::atoll(length.c_str()));
  while (buffer.size() < bytes) {
    if (!receive(socket, buffer)) return std::nullopt;
  }
  request.body = buffer.substr(0, bytes);
  buffer.erase(0, bytes);
  return request;
}

std::string render(const ServerReply& reply) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Status\r\n";
  for (const auto& [name, value] : reply.headers) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
  const bool whole = reply.then != ServerReply::Then::kTruncate;
  return text + (whole ? reply.body : reply.body.substr(0, reply.body.size() / 2));
}

}  // namespace

std::string ServerRequest::header(const std::string& name) const {
  for (const auto& [each, value] : headers) {
    if (each == name) return value;
  }
  return "";
}

HttpServer::HttpServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = listen_on_loopback(&port_);
  acceptor_ = std::thread([this] { accept_loop(); });
}

HttpServer::~HttpServer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);  // wakes accept()
  acceptor_.join();
  close(listener_);
  for (std::thread& thread : threads_) thread.join();
}

std::string HttpServer::authority() const {
  return "127.0.0.1:" + std::to_string(port_);
}

int HttpServer::connections() {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::vector<ServerRequest> HttpServer::requests() {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HttpServer::accept_loop() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (socket < 0 || ending_) {
      if (socket >= 0) close(socket);
      return;
    }
    sockets_.push_back(socket);
    const int number = ++connections_;
    threads_.emplace_back([this, socket, number] { serve(socket, number); });
  }
}

void HttpServer::serve(int socket, int number) {
  std::string buffer;
  while (true) {
    std::optional<ServerRequest> request = read_request(socket, buffer);
    if (!request) break;
    request->connection = number;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*request);
    }
    if (!answer(socket, *request)) break;
  }
  const std::lock_guard lock(mutex_);
  std::erase(sockets_, socket);
  close(socket);
}

// False: the connection is to be closed.
bool HttpServer::answer(int socket, const ServerRequest& request) {
  const ServerReply reply = handler_(request);
  switch (reply.then) {
    case ServerReply::Then::kDrop: return false;
    case ServerReply::Then::kSilent: {
      std::string ignored;
      while (receive(socket, ignored)) {
      }
      return false;
    }
    case ServerReply::Then::kKeep: send_all(socket, render(reply)); return true;
    case ServerReply::Then::kClose:
    case ServerReply::Then::kTruncate: send_all(socket, render(reply)); return false;
  }
  return false;
}

int unused_port() {
  int port = 0;
  close(listen_on_loopback(&port));
  return port;
}

}  // namespace beckon::lambdas::testing
