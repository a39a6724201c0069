// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/network_news.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <cstring>
#include <vector>

namespace beckon::platform {
namespace {

using Bytes = std::vector<std::byte>;

template <class T>
void append(Bytes& bytes, const T& value) {
  const auto* begin = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof value);
  bytes.resize(NLMSG_ALIGN(bytes.size()));
}

template <class T>
void append_attribute(Bytes& bytes, unsigned short type, const T& value) {
  append(bytes, rtattr{static_cast<unsigned short>(sizeof(rtattr) + sizeof value), type});
  append(bytes, value);
}

Bytes message(unsigned short type, const Bytes& payload) {
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + payload.size());
  head.nlmsg_type = type;
  Bytes bytes;
  append(bytes, head);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

Bytes link(unsigned flags, int index = 2, unsigned short type = RTM_NEWLINK) {
  ifinfomsg info{};
  info.ifi_index = index;
  info.ifi_flags = flags;
  Bytes payload;
  append(payload, info);
  return message(type, payload);
}

struct Address {
  unsigned char scope = RT_SCOPE_UNIVERSE;
  std::uint32_t flags = IFA_F_PERMANENT;
  std::uint32_t renewed = 0;  // hundredths of a second after it was made
};

Bytes address(const Address& given, unsigned short type = RTM_NEWADDR) {
  ifaddrmsg info{};
  info.ifa_scope = given.scope;
  Bytes payload;
  append(payload, info);
  append_attribute(payload, IFA_FLAGS, given.flags);
  append_attribute(payload, IFA_CACHEINFO, ifa_cacheinfo{0, 0, 5000, 5000 + given.renewed});
  return message(type, payload);
}

Bytes route(unsigned char length, unsigned char table = RT_TABLE_MAIN,
            unsigned short type = RTM_NEWROUTE) {
  rtmsg info{};
  info.rtm_dst_len = length;
  info.rtm_table = table;
  info.rtm_type = RTN_UNICAST;
  Bytes payload;
  append(payload, info);
  return message(type, payload);
}

bool news(const Bytes& datagram) {
  NetworkNews fresh;
  return fresh.something_came_up(datagram);
}

constexpr unsigned kCarrier = IFF_UP | IFF_RUNNING;

TEST(NetworkNews, AnAddressOrADefaultRouteIsNews) {
  EXPECT_TRUE(news(address({})));
  EXPECT_TRUE(news(route(0)));
}

TEST(NetworkNews, ALinkIsNewsWhenItGetsACarrierAndOnlyThen) {
  NetworkNews one;
  EXPECT_FALSE(one.something_came_up(link(IFF_UP)));
  EXPECT_TRUE(one.something_came_up(link(kCarrier)));
  EXPECT_FALSE(one.something_came_up(link(kCarrier | IFF_PROMISC))) << "it had one before";
  EXPECT_TRUE(one.something_came_up(link(kCarrier, 3))) << "another link";
  EXPECT_FALSE(one.something_came_up(link(IFF_UP)));
  EXPECT_TRUE(one.something_came_up(link(kCarrier)));
  EXPECT_FALSE(one.something_came_up(link(kCarrier, 2, RTM_DELLINK)));
  EXPECT_TRUE(one.something_came_up(link(kCarrier))) << "a new one with an old index";
}

TEST(NetworkNews, WhatGoesAwayOrLeadsNowhereIsNone) {
  EXPECT_FALSE(news(link(kCarrier | IFF_LOOPBACK, 1)));
  EXPECT_FALSE(news(address({.scope = RT_SCOPE_HOST}))) << "loopback's";
  EXPECT_FALSE(news(address({.scope = RT_SCOPE_LINK}))) << "fe80::";
  EXPECT_FALSE(news(address({}, RTM_DELADDR)));
  EXPECT_FALSE(news(route(0, RT_TABLE_MAIN, RTM_DELROUTE)));
  EXPECT_FALSE(news(route(24))) << "a subnet's route comes with its address";
  EXPECT_FALSE(news(route(0, RT_TABLE_LOCAL)));
}

TEST(NetworkNews, AnAddressThatIsTriedOrRenewedIsNone) {
  EXPECT_FALSE(news(address({.flags = IFA_F_TENTATIVE})));
  EXPECT_FALSE(news(address({.flags = 0, .renewed = 60'000})));
  EXPECT_TRUE(news(address({.flags = 0, .renewed = 1})));
}

TEST(NetworkNews, EveryMessageOfADatagramIsRead) {
  Bytes datagram = address({}, RTM_DELADDR);
  const Bytes second = address({});
  datagram.insert(datagram.end(), second.begin(), second.end());
  EXPECT_TRUE(news(datagram));
}

TEST(NetworkNews, NoCutOfADatagramIsReadBeyondItsEnd) {
  for (const Bytes& whole : {address({}), link(kCarrier), route(0)}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      // Each in memory of its own, so that a sanitizer sees a step too far.
      EXPECT_FALSE(news(Bytes(whole.begin(), whole.begin() + static_cast<long>(length))));
    }
  }
}

}  // namespace
}  // namespace beckon::platform
