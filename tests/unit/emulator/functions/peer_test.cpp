// SPDX-License-Identifier: Apache-2.0
// Who may speak to a function's Runtime API, and what a process gets that asks it strange things.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/support/http_client.h"
#include "tests/unit/emulator/functions/functions_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;

class RuntimeClientsTest : public FunctionsFixture {
 protected:
  RuntimeClientsTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "beckon-api-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  ~RuntimeClientsTest() override { std::filesystem::remove_all(directory_); }

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

  std::filesystem::path directory_;
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

}  // namespace
}  // namespace beckon::emulator
