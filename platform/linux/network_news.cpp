// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/network_news.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

namespace beckon::platform {
namespace {

using Bytes = std::span<const std::byte>;

template <class T>
std::optional<T> read_head(Bytes bytes) {
  T head{};
  if (bytes.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, bytes.data(), sizeof head);
  return head;
}

Bytes after(Bytes bytes, std::size_t length) {
  return bytes.subspan(std::min(bytes.size(), std::size_t{NLMSG_ALIGN(length)}));
}

// The attribute's value, if it is there and whole.
template <class T>
std::optional<T> attribute(Bytes attributes, unsigned short type) {
  while (const auto head = read_head<rtattr>(attributes)) {
    if (head->rta_len < sizeof(rtattr) || head->rta_len > attributes.size()) break;
    if (head->rta_type == type) {
      return read_head<T>(attributes.subspan(sizeof(rtattr), head->rta_len - sizeof(rtattr)));
    }
    attributes = after(attributes, head->rta_len);
  }
  return std::nullopt;
}

bool is_new_address(Bytes payload) {
  const auto address = read_head<ifaddrmsg>(payload);
  if (!address || address->ifa_scope == RT_SCOPE_HOST || address->ifa_scope == RT_SCOPE_LINK) {
    return false;
  }
  const Bytes attributes = after(payload, sizeof(ifaddrmsg));
  const std::uint32_t flags =
      attribute<std::uint32_t>(attributes, IFA_FLAGS).value_or(address->ifa_flags);
  if ((flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0) return false;
  // Every router advertisement renews the lifetimes of what is there. In hundredths of a second.
  const auto times = attribute<ifa_cacheinfo>(attributes, IFA_CACHEINFO);
  return !times || times->tstamp - times->cstamp <= 100;
}

bool is_default_route(Bytes payload) {
  const auto route = read_head<rtmsg>(payload);
  return route && route->rtm_dst_len == 0 && route->rtm_type == RTN_UNICAST &&
         route->rtm_table == RT_TABLE_MAIN && (route->rtm_flags & RTM_F_CLONED) == 0;
}

}  // namespace

bool NetworkNews::link(std::span<const std::byte> payload) {
  const auto state = read_head<ifinfomsg>(payload);
  if (!state || (state->ifi_flags & IFF_LOOPBACK) != 0) return false;
  constexpr unsigned kUp = IFF_UP | IFF_RUNNING;  // running: it has a carrier
  if ((state->ifi_flags & kUp) == kUp) return links_up_.insert(state->ifi_index).second;
  links_up_.erase(state->ifi_index);
  return false;
}

bool NetworkNews::something_came_up(std::span<const std::byte> datagram) {
  bool found = false;
  while (const auto head = read_head<nlmsghdr>(datagram)) {
    if (head->nlmsg_len < sizeof(nlmsghdr) || head->nlmsg_len > datagram.size()) break;
    const Bytes payload = datagram.subspan(sizeof(nlmsghdr), head->nlmsg_len - sizeof(nlmsghdr));
    switch (head->nlmsg_type) {
      case RTM_NEWLINK: found = link(payload) || found; break;
      case RTM_DELLINK:
        if (const auto gone = read_head<ifinfomsg>(payload)) links_up_.erase(gone->ifi_index);
        break;
      case RTM_NEWADDR: found = is_new_address(payload) || found; break;
      case RTM_NEWROUTE: found = is_default_route(payload) || found; break;
      default: break;
    }
    datagram = after(datagram, head->nlmsg_len);
  }
  return found;
}

}  // namespace beckon::platform
