// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/network_watch.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace beckon::platform {
namespace {

constexpr std::size_t kDatagramBytesMax = 8192;  // the kernel's are at most a page, or this
constexpr unsigned kGroups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;

}  // namespace

base::Result<std::unique_ptr<NetworkWatch>> NetworkWatch::create(Loop& loop,
                                                                 std::function<void()> came_up) {
  const auto failed = [](const char* what) {
    return base::fail(base::ErrorCode::kIo, std::string(what) + ": " + std::strerror(errno));
  };
  std::unique_ptr<NetworkWatch> watch(new NetworkWatch(loop, std::move(came_up)));
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (fd < 0) return failed("a socket of rtnetlink");
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = kGroups;
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const auto error = failed("listening to rtnetlink");
    close(fd);
    return error;
  }
  if (auto watched = loop.watch(fd, *watch); !watched) return std::unexpected(watched.error());
  watch->fd_ = fd;
  return watch;
}

NetworkWatch::~NetworkWatch() {
  loop_.set_timer(std::nullopt, *this);
  if (fd_ >= 0) loop_.unwatch(*this);
}

bool NetworkWatch::readable() {
  alignas(nlmsghdr) std::byte datagram[kDatagramBytesMax];
  bool news = false;
  while (true) {
    sockaddr_nl sender{};
    socklen_t length = sizeof sender;
    const ssize_t n =
        recvfrom(fd_, datagram, sizeof datagram, 0, reinterpret_cast<sockaddr*>(&sender), &length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == ENOBUFS) {
      news = true;  // so much happened that some of it is lost
      continue;
    }
    if (n <= 0) break;
    if (sender.nl_pid != 0) continue;  // not the kernel's
    news = news_.something_came_up({datagram, static_cast<std::size_t>(n)}) || news;
  }
  if (news && !gathering_) {
    gathering_ = true;
    loop_.set_timer(base::monotonic_now() + kGather, *this);
  }
  return true;
}

void NetworkWatch::timer_fired() {
  gathering_ = false;
  came_up_();
}

}  // namespace beckon::platform
