// SPDX-License-Identifier: Apache-2.0
// The runtime loop against a real HTTP server that plays the Runtime API.
#include "lambdas/runtime/runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <mutex>

#include "common/json/json.h"
#include "lambdas/aws/http_client.h"
#include "tests/unit/lambdas/support/http_server.h"

namespace beckon::lambdas {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HttpServer;
using testing::ServerReply;
using testing::ServerRequest;
using Then = testing::ServerReply::Then;

ServerReply invocation(const std::string& id, const std::string& event,
                       base::Duration left = 3000ms) {
  ServerReply reply;
  reply.body = event;
  reply.headers = {
      {"Lambda-Runtime-Aws-Request-Id", id},
      {"Lambda-Runtime-Deadline-Ms", std::to_string(base::wall_now().unix_ms + left.count())},
      {"Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:1:function:f"},
      {"Lambda-Runtime-Trace-Id", "Root=1-2-3"}};
  return reply;
}

// Plays the Runtime API: gives the invocations one after the other, then answers 500, which ends
// the runtime. Every post is answered with `post_reply`.
class RuntimeApi {
 public:
  explicit RuntimeApi(std::deque<ServerReply> invocations)
      : invocations_(std::move(invocations)),
        server_([this](const ServerRequest& request) { return answer(request); }) {}

  int run(const Handler& handler) {
    HttpClient http;
    Runtime runtime(server_.authority(), http, log);
    return runtime.run(handler);
  }

  // "POST /…/id-1/response {…}" of every request but next.
  std::vector<std::string> posts() {
    std::vector<std::string> all;
    for (const ServerRequest& request : server_.requests()) {
      if (request.method == "POST") all.push_back(request.target + " " + request.body);
    }
    return all;
  }

  HttpServer& server() { return server_; }
  ServerReply post_reply{.status = 202, .body = R"({"status":"OK"})"};
  JsonLog log{base::LogLevel::kError};

 private:
  ServerReply answer(const ServerRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.method == "POST") return post_reply;
    if (request.target != "/2018-06-01/runtime/invocation/next") return {.status = 404};
    if (invocations_.empty()) return {.status = 500, .body = "the end"};
    ServerReply next = invocations_.front();
    invocations_.pop_front();
    return next;
  }

  std::mutex mutex_;
  std::deque<ServerReply> invocations_;
  HttpServer server_;
};

const Handler kEcho = [](std::string_view event, const InvocationContext&) {
  return base::Result<std::string>(std::string(event));
};

// Each invocation is answered under its own id before the next is asked for, over one connection.
TEST(Runtime, AnswersOneInvocationAfterTheOther) {
  RuntimeApi api({invocation("id-1", R"({"a":1})"), invocation("id-2", R"({"b":2})")});
  EXPECT_EQ(api.run(kEcho), 1);
  EXPECT_THAT(api.posts(), ElementsAre(R"(/2018-06-01/runtime/invocation/id-1/response {"a":1})",
                                       R"(/2018-06-01/runtime/invocation/id-2/response {"b":2})"));
  EXPECT_EQ(api.server().connections(), 1);
  const auto requests = api.server().requests();
  ASSERT_EQ(requests.size(), 5u);
  EXPECT_EQ(requests[1].method, "POST");
  EXPECT_EQ(requests[2].method, "GET");
}

// The handler is told id, function, trace and how long it has.
TEST(Runtime, TellsTheHandlerItsContext) {
  RuntimeApi api({invocation("id-1", "{}", 5000ms)});
  InvocationContext seen;
  base::Duration left{};
  api.run([&](std::string_view, const InvocationContext& context) {
    seen = context;
    left = context.deadline - base::monotonic_now();
    return base::Result<std::string>("{}");
  });
  EXPECT_EQ(seen.request_id, "id-1");
  EXPECT_EQ(seen.function_arn, "arn:aws:lambda:eu-west-1:1:function:f");
  EXPECT_EQ(seen.trace_id, "Root=1-2-3");
  EXPECT_LE(left, 5001ms);
  EXPECT_GT(left, 4000ms);
}

// A handler's error is reported with its type in body and header, and the loop goes on.
TEST(Runtime, ReportsAHandlersError) {
  RuntimeApi api({invocation("id-1", "{}"), invocation("id-2", "{}")});
  int count = 0;
  api.run([&](std::string_view, const InvocationContext&) -> base::Result<std::string> {
    if (++count == 1) return base::fail(base::ErrorCode::kNotFound, "no \"such\" user");
    return "{}";
  });
  const auto requests = api.server().requests();
  ASSERT_EQ(requests.size(), 5u);
  EXPECT_EQ(requests[1].target, "/2018-06-01/runtime/invocation/id-1/error");
  EXPECT_EQ(requests[1].header("lambda-runtime-function-error-type"), "Function.NotFound");
  const auto body = json::parse(requests[1].body);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["errorType"].string_or(""), "Function.NotFound");
  EXPECT_EQ((*body)["errorMessage"].string_or(""), "no \"such\" user");
  EXPECT_TRUE((*body)["stackTrace"].is_array());
  EXPECT_EQ(requests[3].target, "/2018-06-01/runtime/invocation/id-2/response");
}

// An answer that is refused (too large, wrong state) costs that invocation only.
TEST(Runtime, GoesOnWhenAnAnswerIsRefused) {
  RuntimeApi api({invocation("id-1", "{}"), invocation("id-2", "{}")});
  api.post_reply = {.status = 413, .body = R"({"errorType":"RequestEntityTooLarge"})"};
  EXPECT_EQ(api.run(kEcho), 1);
  EXPECT_EQ(api.posts().size(), 2u);
}

// After a 500 the container is beyond recovery: nothing more is asked for.
TEST(Runtime, EndsWhenAnAnswerMeetsA500) {
  RuntimeApi api({invocation("id-1", "{}"), invocation("id-2", "{}")});
  api.post_reply = {.status = 500};
  EXPECT_EQ(api.run(kEcho), 1);
  EXPECT_EQ(api.server().requests().size(), 2u);
}

// A Runtime API that is gone ends the process instead of spinning.
TEST(Runtime, EndsWhenTheApiIsGone) {
  HttpClient http;
  JsonLog log(base::LogLevel::kError);
  Runtime runtime("127.0.0.1:" + std::to_string(testing::unused_port()), http, log);
  EXPECT_EQ(runtime.run(kEcho), 1);
}

// A `next` whose connection breaks is asked again on a fresh one.
TEST(Runtime, AsksAgainWhenNextBreaks) {
  RuntimeApi api({ServerReply{.then = Then::kDrop}, invocation("id-1", "{}")});
  EXPECT_EQ(api.run(kEcho), 1);
  EXPECT_EQ(api.posts().size(), 1u);
}

// A function that cannot start says so to Lambda, with the reason, and ends.
TEST(Runtime, ReportsAFailedInitialization) {
  RuntimeApi api({});
  HttpClient http;
  Runtime runtime(api.server().authority(), http, api.log);
  EXPECT_EQ(runtime.fail_initialization({base::ErrorCode::kInvalid, "AWS_REGION is missing"}), 1);
  const auto requests = api.server().requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].target, "/2018-06-01/runtime/init/error");
  EXPECT_EQ(requests[0].header("lambda-runtime-function-error-type"), "Function.Invalid");
  EXPECT_THAT(requests[0].body, HasSubstr("AWS_REGION is missing"));
}

TEST(Runtime, NamesEveryErrorCode) {
  EXPECT_EQ(error_type_of(base::ErrorCode::kInvalid), "Function.Invalid");
  EXPECT_EQ(error_type_of(base::ErrorCode::kAlreadyExists), "Function.AlreadyExists");
  EXPECT_EQ(error_type_of(base::ErrorCode::kIo), "Function.Io");
}

}  // namespace
}  // namespace beckon::lambdas
