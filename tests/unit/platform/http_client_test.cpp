// SPDX-License-Identifier: Apache-2.0
// Which address a request goes to. What servers do is in program/test_program_http.py.
#include "platform/lws/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include "tests/unit/platform/loop_fixture.h"

namespace beckon::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Every name is at these addresses, until they are asked for a second time.
class Names final : public NameResolver {
 public:
  void resolve(const void*, const std::string& host, Done done) override {
    asked.push_back(host);
    done(answer);
  }
  void forget(const void*) override {}
  base::Result<Addresses> answer = Addresses{};
  std::vector<std::string> asked;
};

class HttpClientTest : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    client_.emplace(*loop_, names_);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(bind(listener_, generic, size), 0);
    ASSERT_EQ(listen(listener_, 8), 0);
    ASSERT_EQ(getsockname(listener_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  void TearDown() override {
    client_.reset();
    close(listener_);
    LoopTest::TearDown();
  }
  // The outcome of one request to a name; the listener takes connections and answers none.
  std::string outcome(base::Duration timeout = base::Duration(300)) {
    HttpRequest request;
    request.method = "GET";
    request.url = *agent::parse_http_url("http://name.test:" + std::to_string(port_) + "/");
    request.timeout = timeout;
    request.check_address = [this](const std::string& address) -> base::Status {
      checked_.push_back(address);
      if (!address.starts_with("169.")) return {};
      return base::fail(base::ErrorCode::kDenied, address + " is refused");
    };
    std::string result;
    client_->start(std::move(request), [&](const base::Result<HttpAnswer>& answer) {
      result = answer ? std::to_string(answer->status) : answer.error().message;
      stop();
    });
    EXPECT_TRUE(result.empty()) << "done inside of start()";
    run();
    return result;
  }
  // Whether somebody connected.
  bool connected() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) close(fd);
    return fd >= 0;
  }

  Names names_;
  std::optional<HttpClient> client_;
  std::vector<std::string> checked_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
};

TEST_F(HttpClientTest, TheNameIsLookedUpOnceAndTheAddressThatWasCheckedIsConnectedTo) {
  names_.answer = Addresses{"127.0.0.1"};
  EXPECT_THAT(outcome(), HasSubstr("within 300ms"));
  EXPECT_TRUE(connected());
  EXPECT_THAT(names_.asked, ElementsAre("name.test"));
  EXPECT_THAT(checked_, ElementsAre("127.0.0.1"));
}

TEST_F(HttpClientTest, AnAddressThatIsRefusedIsPassedOver) {
  names_.answer = Addresses{"169.254.169.254", "127.0.0.1"};
  EXPECT_THAT(outcome(), HasSubstr("within 300ms"));
  EXPECT_TRUE(connected());
}

TEST_F(HttpClientTest, NoConnectionIsMadeIfEveryAddressIsRefused) {
  names_.answer = Addresses{"169.254.169.254", "169.254.0.1"};
  EXPECT_EQ(outcome(), "169.254.169.254 is refused");
  names_.answer = base::fail(base::ErrorCode::kNotFound, "host not found: name.test");
  EXPECT_EQ(outcome(), "host not found: name.test");
}

TEST_F(HttpClientTest, TheNextAddressIsTriedIfNobodyIsAtTheFirst) {
  names_.answer = Addresses{"127.0.0.2", "127.0.0.1"};
  EXPECT_THAT(outcome(), HasSubstr("within 300ms"));
  EXPECT_TRUE(connected());
  names_.answer = Addresses{"127.0.0.2", "127.0.0.3"};
  EXPECT_THAT(outcome(base::Duration(10'000)), HasSubstr("connection refused"));
}

TEST_F(HttpClientTest, MoreThanCanWaitAreRefusedAndThoseThatWaitRunOutOfTime) {
  names_.answer = Addresses{"127.0.0.1"};
  std::vector<std::string> results;
  const std::size_t all = HttpClient::kAtOnce + HttpClient::kWaitingMax + 1;
  for (std::size_t i = 0; i < all; ++i) {
    HttpRequest request;
    request.method = "GET";
    request.url = *agent::parse_http_url("http://127.0.0.1:" + std::to_string(port_) + "/");
    request.timeout = base::Duration(500);
    request.check_address = [](const std::string&) -> base::Status { return {}; };
    client_->start(std::move(request), [&](const base::Result<HttpAnswer>& answer) {
      results.push_back(answer ? "answered" : answer.error().message);
      if (results.size() == all) stop();
    });
  }
  run();
  EXPECT_THAT(results, ::testing::Contains(HasSubstr("64 requests wait already")).Times(1));
  EXPECT_THAT(results, ::testing::Contains(HasSubstr("no answer from")).Times(::testing::Ge(4)));
}

TEST_F(HttpClientTest, WhatIsUnderWayAtTheEndIsNotReported) {
  names_.answer = Addresses{"127.0.0.1"};
  HttpRequest request;
  request.method = "GET";
  request.url = *agent::parse_http_url("http://name.test:" + std::to_string(port_) + "/");
  request.timeout = base::Duration(60'000);
  request.check_address = [this](const std::string&) -> base::Status {
    stop();
    return {};
  };
  client_->start(std::move(request), [](const auto&) { FAIL(); });
  run();
  client_.reset();
}

}  // namespace
}  // namespace beckon::platform
