// SPDX-License-Identifier: Apache-2.0
// What the kernel's routing messages (rtnetlink) say about the network: whether something came up
// over which a server may be reached now. Pure; the socket is network_watch.h's.
#pragma once

#include <cstddef>
#include <set>
#include <span>

namespace beckon::platform {

class NetworkNews {
 public:
  // One datagram, aligned as a nlmsghdr. True if it holds an address or a default route that is
  // new, or a link that has a carrier now and did not before. Not: loopback, addresses that are
  // valid on their link only or still being tried (IPv6), renewed lifetimes, what goes away. A
  // link whose state was not known before counts as new.
  bool something_came_up(std::span<const std::byte> datagram);

 private:
  bool link(std::span<const std::byte> payload);

  std::set<int> links_up_;  // indices: a link's every change is told with the same message
};

}  // namespace beckon::platform
