// SPDX-License-Identifier: Apache-2.0
#include "tests/support/functions/runtime_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace beckon::tests {
namespace {

constexpr std::string_view kPrefix = "/2018-06-01/runtime/";

std::string header(std::string_view head, std::string_view name) {
  std::size_t line = head.find("\r\n");
  while (line != std::string_view::npos) {
    line += 2;
    const std::size_t end = head.find("\r\n", line);
    const std::string_view text = head.substr(line, end - line);
    if (text.size() > name.size() && text[name.size()] == ':' &&
        strncasecmp(text.data(), name.data(), name.size()) == 0) {
      return std::string(text.substr(name.size() + 2));
    }
    line = end;
  }
  return {};
}

}  // namespace

RuntimeClient::RuntimeClient() {
  const char* api = std::getenv("AWS_LAMBDA_RUNTIME_API");
  const std::string address = api != nullptr ? api : "";
  const std::size_t colon = address.find(':');
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &peer.sin_addr);
  fd_ = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) _exit(99);
}

RuntimeReply RuntimeClient::next() {
  return exchange("GET " + std::string(kPrefix) +
                  "invocation/next HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

RuntimeReply RuntimeClient::post(std::string_view request_id, std::string_view verb,
                                 std::string_view body) {
  std::string request = "POST ";
  request.append(kPrefix).append("invocation/").append(request_id).append("/").append(verb);
  request.append(" HTTP/1.1\r\nHost: localhost\r\nContent-Length: ")
      .append(std::to_string(body.size()));
  request.append("\r\n\r\n").append(body);
  return exchange(request);
}

RuntimeReply RuntimeClient::init_error(std::string_view body) {
  std::string request = "POST ";
  request.append(kPrefix).append("init/error HTTP/1.1\r\nHost: localhost\r\nContent-Length: ");
  request.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return exchange(request);
}

RuntimeReply RuntimeClient::exchange(const std::string& request) {
  RuntimeReply reply;
  for (std::string_view rest = request; !rest.empty();) {
    const ssize_t sent = send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return reply;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  buffer_.clear();
  std::size_t head_end = std::string::npos;
  std::size_t total = 0;
  static std::array<char, 65536> chunk;
  while (head_end == std::string::npos || buffer_.size() < total) {
    const ssize_t got = recv(fd_, chunk.data(), chunk.size(), 0);
    if (got <= 0) return reply;
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    if (head_end == std::string::npos) {
      head_end = buffer_.find("\r\n\r\n");
      if (head_end == std::string::npos) continue;
      const std::string length =
          header(std::string_view(buffer_).substr(0, head_end + 2), "Content-Length");
      total = head_end + 4 + std::strtoull(length.c_str(), nullptr, 10);
    }
  }
  reply.status = std::atoi(buffer_.c_str() + 9);
  reply.request_id =
      header(std::string_view(buffer_).substr(0, head_end + 2), "Lambda-Runtime-Aws-Request-Id");
  reply.body = buffer_.substr(head_end + 4);
  return reply;
}

}  // namespace beckon::tests
