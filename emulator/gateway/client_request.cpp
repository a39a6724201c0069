// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/client_request.h"

#include <strings.h>

#include <algorithm>

#include "common/base/bytes.h"

namespace beckon::emulator {
namespace {

template <class Same>
void add_value(MultiValues& values, std::string_view name, std::string_view value,
               const Same& same) {
  for (auto& [known, list] : values) {
    if (same(known, name)) {
      list.emplace_back(value);
      return;
    }
  }
  values.emplace_back(std::string(name), std::vector<std::string>{std::string(value)});
}

void add_header(MultiValues& headers, std::string_view name, std::string_view value) {
  add_value(headers, name, value, same_header);
}

// As it will stand in the event: two names that differ in bytes that are not UTF-8 would be one
// name twice there, which is no JSON that a function reads.
std::string as_text(std::string text) {
  if (base::is_utf8(text)) return text;
  std::string clean;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t good = base::utf8_prefix_bytes(rest);
    clean += rest.substr(0, good);
    rest.remove_prefix(good);
    if (rest.empty()) break;
    clean += "\xEF\xBF\xBD";
    rest.remove_prefix(1);
  }
  return clean;
}

MultiValues parse_query(std::string_view query) {
  MultiValues parameters;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string name = as_text(base::percent_decode(pair.substr(0, equals), true));
    const std::string value =
        equals == std::string_view::npos ? "" : base::percent_decode(pair.substr(equals + 1), true);
    add_value(parameters, name, value,
              [](std::string_view a, std::string_view b) { return a == b; });
  }
  return parameters;
}

bool less_without_case(std::string_view a, std::string_view b) {
  const int order = strncasecmp(a.data(), b.data(), std::min(a.size(), b.size()));
  return order != 0 ? order < 0 : a.size() < b.size();
}

}  // namespace

bool same_header(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view ClientRequest::header(std::string_view name) const {
  for (const auto& [known, values] : headers) {
    if (same_header(known, name)) return values.back();
  }
  return {};
}

std::string_view ClientRequest::query_parameter(std::string_view name) const {
  for (const auto& [known, values] : query) {
    if (known == name) return values.back();
  }
  return {};
}

ClientRequest read_client_request(const HttpRequest& request, int port,
                                  std::string_view trace_root) {
  ClientRequest client;
  client.source_ip = request.source_ip;
  client.query = parse_query(request.query);
  std::string forwarded_for;
  for (const auto& [name, value] : request.headers) {
    if (same_header(name, "X-Forwarded-For")) {
      forwarded_for += value + ", ";
    } else if (!same_header(name, "X-Forwarded-Port") && !same_header(name, "X-Forwarded-Proto")) {
      add_header(client.headers, name, value);
    }
  }
  add_header(client.headers, "X-Forwarded-For", forwarded_for + request.source_ip);
  add_header(client.headers, "X-Forwarded-Port", std::to_string(port));
  add_header(client.headers, "X-Forwarded-Proto", "http");
  if (client.header("X-Amzn-Trace-Id").empty()) {
    add_header(client.headers, "X-Amzn-Trace-Id", "Root=" + std::string(trace_root));
  }
  std::sort(client.headers.begin(), client.headers.end(),
            [](const auto& a, const auto& b) { return less_without_case(a.first, b.first); });
  client.host = client.header("Host");
  client.user_agent = client.header("User-Agent");
  return client;
}

}  // namespace beckon::emulator
