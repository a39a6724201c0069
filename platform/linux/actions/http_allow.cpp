// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/http_allow.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "common/base/bytes.h"

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

using Bytes = std::span<const std::uint8_t>;

struct Network {
  std::array<std::uint8_t, 16> start;
  int bits;
  AddressKind kind;
};

// RFC 6890 and what clouds put their metadata services at. The first that holds an address counts.
constexpr Network kIpv4[] = {
    {{0}, 8, AddressKind::kNever},                    // Linux takes 0.0.0.0 for this machine
    {{169, 254}, 16, AddressKind::kNever},            // link-local; metadata services
    {{168, 63, 129, 16}, 32, AddressKind::kNever},    // Azure's
    {{100, 100, 100, 200}, 32, AddressKind::kNever},  // Alibaba's
    {{224}, 3, AddressKind::kNever},                  // multicast, reserved, broadcast
    {{127}, 8, AddressKind::kLoopback},
    {{10}, 8, AddressKind::kPrivate},
    {{100, 64}, 10, AddressKind::kPrivate},
    {{172, 16}, 12, AddressKind::kPrivate},
    {{192, 0, 0}, 24, AddressKind::kPrivate},
    {{192, 168}, 16, AddressKind::kPrivate},
    {{198, 18}, 15, AddressKind::kPrivate},
};
constexpr Network kIpv6[] = {
    {{0xFE, 0x80}, 10, AddressKind::kNever},           // link-local
    {{0xFD, 0, 0x0E, 0xC2}, 32, AddressKind::kNever},  // EC2's services
    {{0xFD, 0x20, 0, 0xCE}, 32, AddressKind::kNever},  // Google's
    {{0xFF}, 8, AddressKind::kNever},                  // multicast
    {{0xFC}, 7, AddressKind::kPrivate},
    {{0, 0x64, 0xFF, 0x9B, 0, 1}, 48, AddressKind::kPrivate},  // NAT64 of one's own
    {{0xFE, 0xC0}, 10, AddressKind::kPrivate},
};
constexpr in6_addr kUnspecified{};
constexpr std::uint8_t kLoopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

// IPv6 networks whose addresses hold an IPv4 one, and where.
struct Embedding {
  std::array<std::uint8_t, 12> start;
  int bits;
  std::size_t at;
};
constexpr Embedding kEmbeddings[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, 12},  // mapped
    {{0, 0x64, 0xFF, 0x9B}, 96, 12},                       // NAT64
    {{0x20, 0x02}, 16, 2},                                 // 6to4
    {{0}, 96, 12},                                         // compatible, of old
};

bool holds(Bytes start, int bits, Bytes address) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (std::memcmp(start.data(), address.data(), whole) != 0) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  return (start[whole] ^ address[whole]) >> (8 - rest) == 0;
}

template <std::size_t Count>
AddressKind kind_among(const Network (&networks)[Count], Bytes address) {
  for (const Network& network : networks) {
    if (holds(network.start, network.bits, address)) return network.kind;
  }
  return AddressKind::kPublic;
}

// As inet_ntop writes it, if it is an address; otherwise in small letters.
std::string canonical(std::string_view host) {
  std::string text(host);
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  in6_addr address{};
  char room[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, text.c_str(), &address) == 1 &&
      inet_ntop(AF_INET6, &address, room, sizeof room) != nullptr) {
    return room;
  }
  return text;
}

bool is_host(std::string_view host) {
  if (host.find(':') != std::string_view::npos) {
    in6_addr address{};
    return inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1;
  }
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

std::string entry_for(const agent::Url& url) {
  return (url.secure || url.is_loopback() ? "\"" : "\"http://") + url.host_header() + "\"";
}

}  // namespace

AddressKind address_kind(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));  // the rest names an interface
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) {
    return kind_among(kIpv4, {reinterpret_cast<const std::uint8_t*>(&four), sizeof four});
  }
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1) return AddressKind::kNever;
  const Bytes bytes(six.s6_addr);
  if (std::memcmp(&six, &kUnspecified, sizeof six) == 0) return AddressKind::kNever;
  if (std::memcmp(&six, kLoopback, sizeof six) == 0) return AddressKind::kLoopback;
  for (const Embedding& one : kEmbeddings) {
    if (holds(one.start, one.bits, bytes)) return kind_among(kIpv4, bytes.subspan(one.at, 4));
  }
  return kind_among(kIpv6, bytes);
}

base::Status HttpAllow::add(std::string_view entry) {
  constexpr const char* kExpected =
      "expected a host, maybe with a port, as \"hooks.example\" or \"10.0.0.5:8080\", and http:// "
      "before it where TLS is not wanted";
  const bool spelled = entry.find("://") != std::string_view::npos;
  const auto url =
      agent::parse_http_url(spelled ? std::string(entry) : "https://" + std::string(entry));
  if (!url)
    return fail(ErrorCode::kInvalid, std::string(kExpected) + " (" + url.error().message + ")");
  const std::string_view rest = entry.substr(spelled ? entry.find("://") + 3 : 0);
  if (!is_host(url->host) || rest.find_first_of("/?") != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, kExpected);
  }
  const std::string host = canonical(url->host);
  in_addr room{};
  const bool is_address =
      host.find(':') != std::string::npos || inet_pton(AF_INET, host.c_str(), &room) == 1;
  if (is_address && address_kind(host) == AddressKind::kNever) {
    return fail(ErrorCode::kInvalid,
                host + " is link-local, or no single machine's address: requests never go there");
  }
  Entry& added = entries_.emplace_back();
  added.plain = !url->secure;
  added.host = host;
  const std::size_t bracket = rest.rfind(']');
  const std::string_view after_host = rest.substr(bracket == std::string_view::npos ? 0 : bracket);
  if (after_host.find(':') != std::string_view::npos) added.port = url->port;
  return {};
}

// An entry names this host, and the URL's port and scheme.
bool HttpAllow::names(const agent::Url& url, const std::string& host) const {
  const std::uint16_t usual = url.secure ? 443 : 80;
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    const bool scheme_fits = entry.plain ? !url.secure : url.secure || url.is_loopback();
    return scheme_fits && entry.host == host && entry.port.value_or(usual) == url.port;
  });
}

base::Status HttpAllow::check(const agent::Url& url) const {
  if (!is_host(url.host)) {
    return fail(ErrorCode::kInvalid, "\"" + url.host + "\" is no host's name or address");
  }
  if (names(url, canonical(url.host))) return {};
  return fail(ErrorCode::kDenied,
              url.host_header() + " is not among the hosts that requests may go to" +
                  (url.secure || url.is_loopback() ? "" : " without TLS") +
                  "; if that is meant, allow it beside \"rules\": \"http\": {\"allow\": [" +
                  entry_for(url) + "]}");
}

base::Status HttpAllow::check_address(const agent::Url& url, const std::string& address) const {
  const AddressKind kind = address_kind(address);
  const std::string where = url.host + " is at " + address;
  if (kind == AddressKind::kPublic) return {};
  if (kind == AddressKind::kNever) {
    return fail(ErrorCode::kDenied, where + ", where requests never go (link-local or reserved)");
  }
  if (kind == AddressKind::kLoopback && canonical(url.host) == "localhost") return {};
  const std::string plain_address = canonical(address);
  if (names(url, plain_address)) return {};
  return fail(ErrorCode::kDenied,
              where + (kind == AddressKind::kLoopback ? ", this machine" : ", a private network") +
                  "; if that is meant, add the address to http.allow, too");
}

}  // namespace beckon::platform
