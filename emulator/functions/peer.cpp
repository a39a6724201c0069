// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/peer.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

#include "common/base/bytes.h"

namespace beckon::emulator {
namespace {

namespace fs = std::filesystem;

// The two ends of a connection as its other end sees them.
struct Ends {
  sockaddr_in own{};
  sockaddr_in other{};
};

// False if fd has none.
bool find_ends(int fd, Ends& ends) {
  socklen_t own_bytes = sizeof ends.own;
  socklen_t other_bytes = sizeof ends.other;
  return getpeername(fd, reinterpret_cast<sockaddr*>(&ends.own), &own_bytes) == 0 &&
         getsockname(fd, reinterpret_cast<sockaddr*>(&ends.other), &other_bytes) == 0 &&
         ends.own.sin_family == AF_INET && ends.other.sin_family == AF_INET;
}

struct Query {
  nlmsghdr header{};
  inet_diag_req_v2 request{};
};

// The number of the socket with these ends; 0: none, or this kernel does not answer.
std::uint64_t ask_netlink(const Ends& ends) {
  Query query;
  query.header.nlmsg_len = sizeof query;
  query.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  query.header.nlmsg_flags = NLM_F_REQUEST;
  query.request.sdiag_family = AF_INET;
  query.request.sdiag_protocol = IPPROTO_TCP;
  query.request.idiag_states = ~0U;
  query.request.id.idiag_sport = ends.own.sin_port;
  query.request.id.idiag_src[0] = ends.own.sin_addr.s_addr;
  query.request.id.idiag_dport = ends.other.sin_port;
  query.request.id.idiag_dst[0] = ends.other.sin_addr.s_addr;
  query.request.id.idiag_cookie[0] = query.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
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

// As in "0100007F:0BB9": the address as a number of this machine, the port as everybody's.
std::string table_name(const sockaddr_in& end) {
  return fmt::format("{:08X}:{:04X}", end.sin_addr.s_addr, ntohs(end.sin_port));
}

// The same from a table of the kernel. before: what stands before IPv4 addresses in it.
std::uint64_t find_in_table(const std::string& path, const std::string& before, const Ends& ends) {
  const std::string own = before + table_name(ends.own);
  const std::string other = before + table_name(ends.other);
  std::ifstream table(path);
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields(line);
    std::string number, from, to, skipped;
    fields >> number >> from >> to;
    if (from != own || to != other) continue;
    for (int i = 0; i < 6; ++i)
      fields >> skipped;  // state, queues, timer, retransmits, uid, timeout
    std::uint64_t inode = 0;
    fields >> inode;
    return inode;
  }
  return 0;
}

// The number under which /proc shows the socket at the other end; 0 if nobody has it open.
std::uint64_t inode_of_peer(int fd, const PeerSources& sources) {
  Ends ends;
  if (!find_ends(fd, ends)) return 0;
  if (const std::uint64_t inode = sources.netlink ? ask_netlink(ends) : 0; inode != 0) return inode;
  const std::uint64_t inode = find_in_table(sources.tables + "/tcp", "", ends);
  if (inode != 0) return inode;
  // A socket for both families has IPv4 addresses as ::ffff:a.b.c.d.
  return find_in_table(sources.tables + "/tcp6", fmt::format("{:016X}{:08X}", 0, htonl(0xFFFF)),
                       ends);
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

class Socket {
 public:
  explicit Socket(int of = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) : fd(of) {}
  ~Socket() {
    if (fd >= 0) close(fd);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  const int fd;
};

}  // namespace

bool is_peer_in_group(int fd, pid_t group, const PeerSources& sources) {
  const std::uint64_t inode = group > 0 ? inode_of_peer(fd, sources) : 0;
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

base::Status check_peers_are_known(const PeerSources& sources) {
  const Socket listener;
  const Socket client;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener.fd, name, bytes) != 0 || listen(listener.fd, 1) != 0 ||
      getsockname(listener.fd, name, &bytes) != 0 || connect(client.fd, name, bytes) != 0) {
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot connect to 127.0.0.1: {}", std::strerror(errno)));
  }
  const Socket served(accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC));
  const std::uint64_t inode = inode_of_peer(served.fd, sources);
  if (inode != 0 && holds(getpid(), fmt::format("socket:[{}]", inode))) return {};
  return base::fail(
      base::ErrorCode::kUnavailable,
      fmt::format("this kernel does not say which process is at the other end of a connection, so "
                  "that functions cannot be told from other programs: expected NETLINK_SOCK_DIAG, "
                  "or {}/tcp and /proc/PID/fd; mount /proc, or run outside of this sandbox",
                  sources.tables));
}

}  // namespace beckon::emulator
