// SPDX-License-Identifier: Apache-2.0
// The HTTP client against a real server: what is kept alive, retried, limited and refused.
#include "lambdas/aws/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <cstdlib>

#include "tests/unit/lambdas/support/http_server.h"

namespace beckon::lambdas {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using ::testing::HasSubstr;
using testing::HttpServer;
using testing::ServerReply;
using testing::ServerRequest;
using Then = testing::ServerReply::Then;

base::Result<HttpReply> send(HttpClient& client, const HttpRequest& request,
                             const HttpLimits& limits = {}) {
  return std::move(client.exchange({&request, 1}, limits).front());
}

base::Result<HttpReply> get(HttpClient& client, const std::string& url,
                            const HttpLimits& limits = {}) {
  return send(client, {"GET", url, {}, {}}, limits);
}

#define EXPECT_ERROR(result, error_code, text)            \
  do {                                                    \
    const auto failed = (result);                         \
    ASSERT_FALSE(failed.has_value());                     \
    EXPECT_EQ(failed.error().code, error_code);           \
    EXPECT_THAT(failed.error().message, HasSubstr(text)); \
  } while (false)

// Status, headers and body arrive as they were sent, and any status is a reply.
TEST(HttpClient, ReturnsTheReplyAsItCame) {
  HttpServer server([](const ServerRequest&) {
    return ServerReply{503, {{"X-Amzn-ErrorType", "Slow"}, {"Empty", ""}}, "busy"};
  });
  HttpClient client;
  const auto reply = get(client, server.url() + "/");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->body, "busy");
  EXPECT_EQ(header_of(*reply, "x-amzn-errortype"), "Slow");
  EXPECT_EQ(header_of(*reply, "absent"), "");
}

// The request on the wire is the request that was given: path untouched, no header of curl's own
// that AWS would have to sign.
TEST(HttpClient, SendsTheRequestAsItWasGiven) {
  HttpServer server([](const ServerRequest&) { return ServerReply{}; });
  HttpClient client;
  const std::string body(2'000'000, 'x');
  const std::string path = "/dev/../@connections/a%3D%3d//b/./";
  ASSERT_TRUE(send(client, {"POST", server.url() + path, {{"X-A", "1"}, {"X-Empty", ""}}, body}));
  ASSERT_TRUE(send(client, {"DELETE", server.url() + "/x", {}, {}}));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].target, path);
  EXPECT_EQ(requests[0].body, body);
  EXPECT_EQ(requests[0].header("host"), server.authority());
  EXPECT_EQ(requests[0].header("x-a"), "1");
  for (const auto& [name, value] : requests[0].headers) {
    EXPECT_THAT((std::vector<std::string>{"host", "x-a", "x-empty", "content-length", "accept"}),
                ::testing::Contains(name));
  }
  EXPECT_EQ(requests[1].method, "DELETE");
  EXPECT_EQ(requests[1].body, "");
}

// One connection serves request after request.
TEST(HttpClient, KeepsTheConnectionAlive) {
  HttpServer server([](const ServerRequest&) { return ServerReply{}; });
  HttpClient client;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(get(client, server.url() + "/"));
  EXPECT_EQ(server.connections(), 1);
}

// A pooled connection that the server closed meanwhile is replaced, unseen by the caller.
TEST(HttpClient, ReplacesAPooledConnectionThatWasClosed) {
  HttpServer server([](const ServerRequest&) { return ServerReply{.then = Then::kClose}; });
  HttpClient client;
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(get(client, server.url() + "/"));
    EXPECT_EQ(server.connections(), i);
  }
}

// A pooled connection that dies under a request costs one more connection, not the request.
TEST(HttpClient, SendsAgainWhenAPooledConnectionDies) {
  HttpServer server([count = 0](const ServerRequest&) mutable {
    return ServerReply{.then = ++count == 2 ? Then::kDrop : Then::kKeep};
  });
  HttpClient client;
  ASSERT_TRUE(get(client, server.url() + "/first"));
  ASSERT_TRUE(send(client, {"POST", server.url() + "/second", {}, "body"}));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[2].target, "/second");
  EXPECT_EQ(requests[2].body, "body");
  EXPECT_EQ(requests[2].connection, 2);
}

// A fresh connection that dies under a request leaves the outcome unknown: nothing is sent twice.
TEST(HttpClient, SaysUnknownWhenAFreshConnectionDies) {
  HttpServer server([](const ServerRequest&) { return ServerReply{.then = Then::kDrop}; });
  HttpClient client;
  EXPECT_ERROR(get(client, server.url() + "/"), ErrorCode::kTimeout, "is unknown");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(HttpClient, SaysUnknownWhenTheReplyIsCutOff) {
  HttpServer server([](const ServerRequest&) {
    return ServerReply{.body = "0123456789", .then = Then::kTruncate};
  });
  HttpClient client;
  EXPECT_ERROR(get(client, server.url() + "/"), ErrorCode::kTimeout, "is unknown");
}

// A server that never answers costs the total limit, and no more.
TEST(HttpClient, GivesUpAtTheTotalLimit) {
  HttpServer server([](const ServerRequest&) { return ServerReply{.then = Then::kSilent}; });
  HttpClient client;
  const base::Instant start = base::monotonic_now();
  EXPECT_ERROR(get(client, server.url() + "/", {.total = 80ms}), ErrorCode::kTimeout, "is unknown");
  EXPECT_GE(base::monotonic_now() - start, 80ms);
  EXPECT_LT(base::monotonic_now() - start, 5s);
}

// Where nobody listens, nothing was sent, and the message names the URL.
TEST(HttpClient, SaysUnavailableWhereNobodyListens) {
  HttpClient client;
  const std::string url = "http://127.0.0.1:" + std::to_string(testing::unused_port()) + "/x";
  EXPECT_ERROR(get(client, url), ErrorCode::kUnavailable, "could not connect");
  EXPECT_ERROR(get(client, url), ErrorCode::kUnavailable, url);
}

TEST(HttpClient, RefusesWhatIsNoHttpUrl) {
  HttpClient client;
  for (const char* url : {"file:///etc/hostname", "http://", "gopher://x/"}) {
    EXPECT_ERROR(get(client, url), ErrorCode::kInvalid, "not an http or https URL");
  }
}

// A reply of exactly the limit is taken; one byte more is refused.
TEST(HttpClient, CapsTheReply) {
  HttpServer server([](const ServerRequest& request) {
    return ServerReply{.body = std::string(request.target == "/fits" ? 1000 : 1001, 'x')};
  });
  HttpClient client;
  EXPECT_TRUE(get(client, server.url() + "/fits", {.reply_bytes_max = 1000}));
  EXPECT_ERROR(get(client, server.url() + "/over", {.reply_bytes_max = 1000}), ErrorCode::kLimit,
               "larger than 1000 B");
}

// A redirect is a reply like any other: signed requests are for one host only.
TEST(HttpClient, FollowsNoRedirect) {
  HttpServer server(
      [](const ServerRequest&) { return ServerReply{302, {{"Location", "/b"}}, ""}; });
  HttpClient client;
  const auto reply = get(client, server.url() + "/a");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 302);
  EXPECT_EQ(server.requests().size(), 1u);
}

// A proxy in the environment is not used.
TEST(HttpClient, UsesNoProxyOfTheEnvironment) {
  HttpServer server([](const ServerRequest&) { return ServerReply{}; });
  setenv("http_proxy", "http://127.0.0.1:1/", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
  HttpClient client;
  EXPECT_TRUE(get(client, server.url() + "/"));
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

// Requests of one exchange are under way at the same time: each is answered only when all have
// arrived. Replies come back in the order of the requests.
TEST(HttpClient, SendsInParallelAndKeepsTheOrder) {
  constexpr int kCount = 20;
  std::barrier all_here(kCount);
  HttpServer server([&](const ServerRequest& request) {
    all_here.arrive_and_wait();
    return ServerReply{.body = request.target};
  });
  HttpClient client;
  std::vector<HttpRequest> requests;
  for (int i = 0; i < kCount; ++i) {
    requests.push_back({"GET", server.url() + "/" + std::to_string(i), {}, {}});
  }
  const auto replies = client.exchange(requests, {});
  ASSERT_EQ(replies.size(), requests.size());
  for (int i = 0; i < kCount; ++i) {
    ASSERT_TRUE(replies[static_cast<std::size_t>(i)]);
    EXPECT_EQ(replies[static_cast<std::size_t>(i)]->body, "/" + std::to_string(i));
  }
}

// More requests than may be under way wait for their turn, on the connections there are.
TEST(HttpClient, BoundsWhatIsUnderWay) {
  HttpServer server([](const ServerRequest&) { return ServerReply{}; });
  HttpClient client;
  const std::vector<HttpRequest> requests(300, {"GET", server.url() + "/", {}, {}});
  for (const auto& reply : client.exchange(requests, {})) EXPECT_TRUE(reply);
  EXPECT_LE(server.connections(), kHttpParallelMax);
  EXPECT_EQ(server.requests().size(), 300u);
}

}  // namespace
}  // namespace beckon::lambdas
