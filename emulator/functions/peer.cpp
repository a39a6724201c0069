// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/peer.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "common/base/bytes.h"

namespace beckon::emulator {
namespace {

namespace fs = std::filesystem;

struct Query {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

// Asks for the one socket whose own address is fd's peer; false if fd has none.
bool fill(int fd, Query& query) {
  sockaddr_in near{};
  sockaddr_in far{};
  socklen_t near_bytes = sizeof near;
  socklen_t far_bytes = sizeof far;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&near), &near_bytes) != 0 ||
      getpeername(fd, reinterpret_cast<sockaddr*>(&far), &far_bytes) != 0 ||
      near.sin_family != AF_INET || far.sin_family != AF_INET) {
    return false;
  }
  query.header.nlmsg_len = sizeof query;
  query.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  query.header.nlmsg_flags = NLM_F_REQUEST;
  query.request.sdiag_family = AF_INET;
  query.request.sdiag_protocol = IPPROTO_TCP;
  query.request.idiag_states = ~0U;
  query.request.id.idiag_sport = far.sin_port;
  query.request.id.idiag_src[0] = far.sin_addr.s_addr;
  query.request.id.idiag_dport = near.sin_port;
  query.request.id.idiag_dst[0] = near.sin_addr.s_addr;
  query.request.id.idiag_cookie[0] = query.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return true;
}

// The number under which /proc shows the socket at the other end; 0 if nobody has it open.
std::uint32_t inode_of_peer(int fd) {
  Query query;
  if (!fill(fd, query)) return 0;
  const int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) return 0;
  alignas(nlmsghdr) std::array<char, 1024> answer{};
  const bool asked = send(netlink, &query, sizeof query, 0) == sizeof query;
  // The kernel answers within send(): nothing is waited for.
  const ssize_t got = asked ? recv(netlink, answer.data(), answer.size(), MSG_DONTWAIT) : -1;
  close(netlink);
  nlmsghdr header{};
  inet_diag_msg found{};
  if (got < static_cast<ssize_t>(NLMSG_LENGTH(sizeof found))) return 0;
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return 0;
  std::memcpy(&found, answer.data() + NLMSG_HDRLEN, sizeof found);
  return found.idiag_inode;
}

bool holds(pid_t pid, const std::string& socket_name) {
  std::error_code error;
  fs::directory_iterator entry("/proc/" + std::to_string(pid) + "/fd", error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(entry->path(), gone) == socket_name) return true;
  }
  return false;
}

}  // namespace

bool is_peer_in_group(int fd, pid_t group) {
  const std::uint32_t inode = group > 0 ? inode_of_peer(fd) : 0;
  if (inode == 0) return false;
  const std::string socket_name = "socket:[" + std::to_string(inode) + "]";
  if (holds(group, socket_name)) return true;
  std::error_code error;
  fs::directory_iterator entry("/proc", error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const auto pid = base::parse_int64(entry->path().filename().string());
    if (!pid || *pid == group) continue;
    const auto number = static_cast<pid_t>(*pid);
    if (getpgid(number) == group && holds(number, socket_name)) return true;
  }
  return false;
}

}  // namespace beckon::emulator
