// SPDX-License-Identifier: Apache-2.0
#include "emulator/http/host_rule.h"

#include <arpa/inet.h>
#include <strings.h>

#include <algorithm>

namespace beckon::emulator {
namespace {

// "name:3001" and "[::1]:3001" without their port; brackets stay.
std::string_view without_port(std::string_view host) {
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return has_port ? host.substr(0, colon) : host;
}

bool equal_names(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

bool is_loopback_address(std::string_view address) {
  const std::string text(address);
  in_addr v4{};
  // Read as a number, so that a name such as 127.example.org is none.
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool is_foreign_page(const HttpRequest& request) {
  const auto origin = find_header(request.headers, "Origin");
  const auto host = find_header(request.headers, "Host");
  return origin && *origin != std::string("http://").append(host.value_or(""));
}

bool HostRule::allows(std::string_view name) const {
  if (name.starts_with('[') && name.ends_with(']')) {
    return is_loopback_address(name.substr(1, name.size() - 2));
  }
  if (is_loopback_address(name) || equal_names(name, "localhost")) return true;
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const std::string& allowed) { return equal_names(name, allowed); });
}

std::optional<std::string> HostRule::refusal(const HttpRequest& request) const {
  for (const auto& [header, value] : request.headers) {
    if (!equal_names(header, "Host")) continue;
    const std::string_view name = without_port(value);
    if (allows(name)) continue;
    return "The Host '" + value +
           "' is refused: the emulator answers 127.0.0.1, [::1] and localhost, so that no web page "
           "can reach it under a name of its own. To allow the name, start it with --allow-host " +
           (name.empty() ? std::string("NAME") : std::string(name));
  }
  return std::nullopt;
}

}  // namespace beckon::emulator
