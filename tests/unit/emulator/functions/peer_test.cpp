// SPDX-License-Identifier: Apache-2.0
// Who may speak to a function's Runtime API, and what a process gets that asks it strange things.
#include "emulator/functions/peer.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/support/http_client.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/emulator/functions/functions_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;

class RuntimeClientsTest : public FunctionsFixture {
 protected:
  struct Place {
    std::string host;
    int port = 0;
  };
  struct Api {
    Place real;
    Place relay;  // the function's process carries what comes there to the API
  };
  // Starts with the function "twice", one process of which leaves its Runtime API to the test.
  Api start_with_api_to_test() {
    const auto file = directory_ / "api";
    add("twice", "api_to_test").environment["FILE"] = file;
    FunctionsOptions options;
    options.concurrency_max = 1;
    start(options);
    thread_.run([this] { functions_->prewarm(); });
    const auto begin = base::monotonic_now();
    while (!std::filesystem::exists(file) && base::monotonic_now() - begin < tests::kPatience) {
    }
    std::ifstream lines(file);
    Api api;
    for (Place* place : {&api.real, &api.relay}) {
      std::string address;
      EXPECT_TRUE(std::getline(lines, address));
      place->host = address.substr(0, address.find(':'));
      place->port = std::atoi(address.substr(address.find(':') + 1).c_str());
    }
    return api;
  }

  // Until the function's process waits for an invocation.
  void wait_until_ready() {
    bool is_ready = false;
    const auto begin = base::monotonic_now();
    while (!is_ready && base::monotonic_now() - begin < tests::kPatience) {
      thread_.run([&] {
        functions_->for_each_process([&](const std::string&, const FunctionProcess& process) {
          is_ready = process.is_ready();
        });
      });
    }
    ASSERT_TRUE(is_ready);
  }

  static constexpr const char* kNext = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";

  tests::TemporaryFolder temporary_;
  const std::filesystem::path directory_ = temporary_.path();
};

// A program of this machine, or a page that its browser shows, takes no invocation and answers
// none.
TEST_F(RuntimeClientsTest, OnlyTheFunctionsOwnProcessesReachItsRuntimeApi) {
  const Api api = start_with_api_to_test();
  tests::TcpClient stranger(api.real.host, api.real.port);
  stranger.send(kNext);
  const auto refused = tests::read_reply(stranger);
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("answers one program only"));
  tests::TcpClient child(api.relay.host, api.relay.port);
  child.send(kNext);
  const auto result = invoke_async("twice", "1");
  const auto invocation = tests::read_reply(child);
  EXPECT_EQ(invocation.body, "1");
  const std::string answer = "POST /2018-06-01/runtime/invocation/" +
                             invocation.header_or("lambda-runtime-aws-request-id", "none") +
                             "/response HTTP/1.1\r\nContent-Length: 1\r\n\r\n";
  tests::TcpClient forger(api.real.host, api.real.port);
  forger.send(answer + "9");
  EXPECT_EQ(tests::read_reply(forger).status, 403);
  child.send(answer + "7");
  EXPECT_EQ(tests::read_reply(child).status, 202);
  EXPECT_EQ(result.get().payload, "7");
}

TEST_F(RuntimeClientsTest, AProcessThatAsksForNextTwiceGetsOneInvocationAtATimeOnTheSecond) {
  const auto [host, port] = start_with_api_to_test().relay;
  const std::string next = kNext;
  tests::TcpClient first(host, port);
  first.send(next);
  wait_until_ready();  // each connection is carried by a process of its own: one may be faster
  tests::TcpClient second(host, port);
  second.send(next);
  const auto given_up = tests::read_reply(first);
  EXPECT_EQ(given_up.status, 403);
  EXPECT_THAT(given_up.body, HasSubstr("a second next"));
  const std::vector<tests::Pending<InvokeResult>> results = {invoke_async("twice", "1"),
                                                             invoke_async("twice", "2")};
  for (const char* event : {"1", "2"}) {
    const auto invocation = tests::read_reply(second);
    EXPECT_EQ(invocation.body, event);
    EXPECT_TRUE(second.is_silent(base::Duration(50)));
    second.send("POST /2018-06-01/runtime/invocation/" +
                invocation.header_or("lambda-runtime-aws-request-id", "none") +
                "/response HTTP/1.1\r\nContent-Length: 1\r\n\r\n" + event);
    EXPECT_EQ(tests::read_reply(second).status, 202);
    second.send(next);
  }
  EXPECT_EQ(results[0].get().payload, "1");
  EXPECT_EQ(results[1].get().payload, "2");
}

// A connection of this very process, its client's end of either family.
class PeersTest : public ::testing::Test {
 protected:
  void connect_from(int family) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof here;
    auto* const name = reinterpret_cast<sockaddr*>(&here);
    ASSERT_EQ(bind(listener_, name, bytes), 0);
    ASSERT_EQ(listen(listener_, 1), 0);
    ASSERT_EQ(getsockname(listener_, name, &bytes), 0);
    client_ = socket(family, SOCK_STREAM, 0);
    sockaddr_in6 mapped{};
    mapped.sin6_family = AF_INET6;
    mapped.sin6_port = here.sin_port;
    ASSERT_EQ(inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr), 1);
    const int connected =
        family == AF_INET ? connect(client_, name, bytes)
                          : connect(client_, reinterpret_cast<sockaddr*>(&mapped), sizeof mapped);
    ASSERT_EQ(connected, 0) << strerror(errno);
    served_ = accept(listener_, nullptr, nullptr);
    ASSERT_GE(served_, 0);
  }
  void TearDown() override {
    for (const int fd : {served_, client_, listener_}) {
      if (fd >= 0) close(fd);
    }
  }

  const PeerSources tables_only_{.netlink = false, .tables = "/proc/net"};
  int listener_ = -1;
  int client_ = -1;
  int served_ = -1;
};

TEST_F(PeersTest, TheKernelsTablesSayWhatNetlinkSays) {
  connect_from(AF_INET);
  for (const PeerSources& sources : {PeerSources{}, tables_only_}) {
    EXPECT_TRUE(is_peer_in_group(served_, getpgrp(), sources)) << sources.netlink;
    EXPECT_FALSE(is_peer_in_group(served_, getpgrp() + 1, sources)) << sources.netlink;
    EXPECT_TRUE(check_peers_are_known(sources)) << sources.netlink;
  }
}

// As Java's runtimes are: their sockets are for both families.
TEST_F(PeersTest, AClientWhoseSocketIsForBothFamiliesIsKnownToo) {
  connect_from(AF_INET6);
  EXPECT_TRUE(is_peer_in_group(served_, getpgrp()));
  EXPECT_TRUE(is_peer_in_group(served_, getpgrp(), tables_only_));
}

TEST_F(PeersTest, WhereNobodySaysItNobodyIsLetInAndTheCauseIsNamed) {
  connect_from(AF_INET);
  const PeerSources nobody{.netlink = false, .tables = "/proc/none"};
  EXPECT_FALSE(is_peer_in_group(served_, getpgrp(), nobody));
  const auto known = check_peers_are_known(nobody);
  ASSERT_FALSE(known);
  EXPECT_EQ(known.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(known.error().message, HasSubstr("NETLINK_SOCK_DIAG"));
}

}  // namespace
}  // namespace beckon::emulator
