// SPDX-License-Identifier: Apache-2.0
// @connections: the request's form and signature, what each status means, retries in the budget.
#include "lambdas/aws/connections_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/sigv4/verify.h"
#include "tests/unit/lambdas/support/fakes.h"

namespace beckon::lambdas {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::FakeHttp;
using testing::FakePace;
using testing::header;
using testing::reply;
using Outcome = PostOutcome;

class LogLines final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view, std::string_view text) override {
    lines.emplace_back(text);
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::vector<std::string> lines;
};

struct Client {
  explicit Client(FakeHttp::Answer answer)
      : http(std::move(answer)),
        connections({"http", "127.0.0.1:3001", "/dev"}, {"us-east-1", {"local", "secret", ""}},
                    http, pace, log) {}
  FakePace pace;
  FakeHttp http;
  LogLines log;
  ConnectionsClient connections;
};

// The last part of the request's URL, which tells the fake's answers apart.
std::string id_of(const FakeHttp::Sent& sent) {
  return sent.request.url.substr(sent.request.url.rfind('/') + 1);
}

// The id is percent-encoded on the wire and the signature is over what is on the wire.
TEST(ConnectionsClient, SendsASignedPost) {
  Client client([](const FakeHttp::Sent&) { return reply(200, ""); });
  const std::vector<std::string> ids = {"Aa1b-cXyZw0CE3Q="};
  EXPECT_THAT(client.connections.post(ids, "hello", 1s), ElementsAre(Outcome::kAccepted));
  const auto& [request, body] = client.http.sent[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://127.0.0.1:3001/dev/@connections/Aa1b-cXyZw0CE3Q%3D");
  EXPECT_EQ(body, "hello");
  const auto signer =
      sigv4::verify({"POST", "/dev/@connections/Aa1b-cXyZw0CE3Q%3D", "", request.headers, body},
                    {"us-east-1", "execute-api", client.pace.wall_now()},
                    [](std::string_view) { return sigv4::KnownKey{"secret", std::nullopt}; });
  EXPECT_TRUE(signer) << signer.error().message;
}

TEST(ConnectionsClient, ClosesWithDelete) {
  Client client(
      [](const FakeHttp::Sent& sent) { return reply(id_of(sent) == "a" ? 204 : 410, ""); });
  const std::vector<std::string> ids = {"a", "b"};
  EXPECT_THAT(client.connections.close(ids, 1s), ElementsAre(Outcome::kAccepted, Outcome::kGone));
  EXPECT_EQ(client.http.sent[0].request.method, "DELETE");
  EXPECT_EQ(client.http.sent[0].body, "");
}

// One outcome for each connection, in order, whatever became of the others; all in one exchange.
TEST(ConnectionsClient, TellsEveryOutcome) {
  Client client([](const FakeHttp::Sent& sent) {
    const std::string id = id_of(sent);
    return id == "gone" ? reply(410, "") : id == "bad" ? reply(400, "{}") : reply(200, "");
  });
  const std::vector<std::string> ids = {"gone", "a", "bad", "b"};
  EXPECT_THAT(
      client.connections.post(ids, "x", 1s),
      ElementsAre(Outcome::kGone, Outcome::kAccepted, Outcome::kFailed, Outcome::kAccepted));
  EXPECT_EQ(client.http.exchanges, 1);
}

// P-44
// Only those that were throttled or failed for the moment are sent again.
TEST(ConnectionsClient, RetriesOnlyThoseThatMayHelp) {
  Client client([count = 0](const FakeHttp::Sent& sent) mutable -> base::Result<HttpReply> {
    if (id_of(sent) == "ok") return reply(200, "");
    ++count;
    if (count == 1) return reply(429, "");
    if (count == 2) return reply(500, "");
    if (count == 3) return base::fail(base::ErrorCode::kTimeout, "cut off");
    return reply(200, "");
  });
  const std::vector<std::string> ids = {"ok", "slow"};
  EXPECT_THAT(client.connections.post(ids, "x", 5s),
              ElementsAre(Outcome::kAccepted, Outcome::kAccepted));
  EXPECT_EQ(client.http.exchanges, 4);
  EXPECT_EQ(client.http.sent.size(), 5u);
  EXPECT_TRUE(client.log.lines.empty());
}

// P-44
// What stays throttled or broken is told as such when the budget is used up, and logged once with
// the reason.
TEST(ConnectionsClient, GivesUpWithinTheBudget) {
  Client client([](const FakeHttp::Sent& sent) {
    return id_of(sent) == "slow" ? reply(429, "") : reply(503, "overloaded");
  });
  const std::vector<std::string> ids = {"slow", "broken"};
  EXPECT_THAT(client.connections.post(ids, "x", 500ms),
              ElementsAre(Outcome::kThrottled, Outcome::kFailed));
  EXPECT_LE(client.pace.now() - base::Instant{}, 500ms);
  EXPECT_GT(client.http.exchanges, 2);
  ASSERT_EQ(client.log.lines.size(), 1u);
  EXPECT_THAT(client.log.lines[0], ::testing::HasSubstr("2 of 2 connections"));
  EXPECT_THAT(client.log.lines[0], ::testing::HasSubstr("status 503"));
}

TEST(ConnectionsClient, PostsToNobodyWithoutACall) {
  Client client([](const FakeHttp::Sent&) { return reply(200, ""); });
  EXPECT_TRUE(client.connections.post({}, "x", 1s).empty());
  EXPECT_EQ(client.http.exchanges, 0);
}

}  // namespace
}  // namespace beckon::lambdas
