// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http_client.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace beckon::tests {

std::string HttpReply::header_or(const std::string& name, std::string_view fallback) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string(fallback) : found->second;
}

HttpReply read_reply(TcpClient& client, bool head_request) {
  HttpReply reply;
  const std::string head = client.receive_until("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 ") || !head.ends_with("\r\n\r\n")) return reply;
  reply.status = static_cast<int>(std::strtol(head.c_str() + 9, nullptr, 10));
  std::size_t line = head.find("\r\n") + 2;
  while (line + 2 < head.size()) {
    const std::size_t end = head.find("\r\n", line);
    const std::size_t colon = head.find(": ", line);
    std::string name = head.substr(line, colon - line);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return static_cast<char>(std::tolower(c)); });
    reply.headers[name] = head.substr(colon + 2, end - colon - 2);
    line = end + 2;
  }
  if (!head_request) {
    const std::string length = reply.header_or("content-length", "0");
    reply.body = client.receive(std::strtoull(length.c_str(), nullptr, 10));
  }
  return reply;
}

HttpReply http_request(const std::string& host, int port, std::string_view method,
                       std::string_view target, std::string_view extra, std::string_view body) {
  TcpClient client(host, port);
  std::string request;
  request.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
  request.append(host).append(":").append(std::to_string(port)).append("\r\n");
  request.append(extra);
  if (!body.empty() || method == "POST") {
    request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  request.append("\r\n").append(body);
  client.send(request);
  return read_reply(client, method == "HEAD");
}

}  // namespace beckon::tests
