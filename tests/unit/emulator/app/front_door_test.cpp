// SPDX-License-Identifier: Apache-2.0
// Without a gateway; which part answers with one is what the end-to-end tests rely on throughout.
#include "emulator/app/front_door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/sigv4/sign.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;

class NoInvoker final : public Invoker {
 public:
  void invoke(const std::string&, std::string, std::string_view,
              std::function<void(InvokeResult)>) override {}
};

class FrontDoorTest : public ::testing::Test {
 protected:
  HttpResponse ask(std::optional<HostRule> hosts, const std::string& path, const std::string& host,
                   const std::string& origin = "") {
    FrontDoor door({.dispatcher = dispatcher_, .lambda = lambda_, .control = control_},
                   std::move(hosts));
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    request.source_ip = "127.0.0.1";
    request.headers = {{"Host", host}};
    if (!origin.empty()) request.headers.emplace_back("Origin", origin);
    HttpResponse answer;
    door.on_request(request, [&](HttpResponse response) { answer = std::move(response); });
    return answer;
  }

  NoInvoker invoker_;
  IdSource ids_;
  AppModel model_;
  SignatureRules signatures_{"us-east-1", "local", "local"};
  AwsDispatcher dispatcher_{{.find_key = signatures_.find_key()}, base::null_log()};
  LambdaApi lambda_{{invoker_, ids_, model_, signatures_, nullptr}};
  FaultPlan faults_;
  ControlApi control_{{.faults = faults_, .dead_letters = [] { return std::string("[]"); }}};
};

TEST_F(FrontDoorTest, OnLoopbackAForeignHostIsRefusedWhateverItAsksFor) {
  for (const char* path : {"/", "/_emulator/health", "/2015-03-31/functions/f/invocations", "/x"}) {
    const HttpResponse refused = ask(HostRule(), path, "evil.example:3001");
    EXPECT_EQ(refused.status, 403) << path;
    EXPECT_THAT(refused.body, HasSubstr("'evil.example:3001'")) << path;
    EXPECT_THAT(refused.body, HasSubstr("--allow-host evil.example")) << path;
  }
  // A page that leads its own name here is no foreign page to itself.
  EXPECT_EQ(ask(HostRule(), "/", "evil.example", "http://evil.example").status, 403);
  EXPECT_EQ(ask(HostRule(), "/", "127.0.0.1:3001").status, 200);
  EXPECT_EQ(ask(HostRule({"evil.example"}), "/", "evil.example:3001").status, 200);
}

// `aws s3 ls` and its like: the service is named, whatever its path and verb.
TEST_F(FrontDoorTest, AServiceThatIsNotHereIsNamed) {
  FrontDoor door({.dispatcher = dispatcher_, .lambda = lambda_, .control = control_}, HostRule());
  for (const char* path : {"/", "/bucket/key"}) {
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    request.headers = {{"Host", "localhost"},
                       {"Authorization",
                        "AWS4-HMAC-SHA256 Credential=local/20260304/us-east-1/s3/"
                        "aws4_request, SignedHeaders=host, Signature=0"}};
    HttpResponse answer;
    door.on_request(request, [&](HttpResponse response) { answer = std::move(response); });
    EXPECT_EQ(answer.status, 501);
    EXPECT_THAT(answer.body, HasSubstr("does not implement the service s3"));
  }
}

// `aws lambda list-functions` and its like are no unknown stage of the WebSocket API.
TEST_F(FrontDoorTest, WhatIsSignedForLambdaIsAnsweredByLambdaWhateverItsPath) {
  FrontDoor door({.dispatcher = dispatcher_, .lambda = lambda_, .control = control_}, HostRule());
  for (const char* path : {"/2015-03-31/functions", "/2015-03-31/event-source-mappings/"}) {
    HttpRequest request;
    request.method = "GET";
    request.path = request.target = path;
    request.headers = {{"Host", "localhost"}};
    const sigv4::Request to_sign{
        .method = "GET", .path = path, .query = "", .headers = request.headers, .body = ""};
    for (auto& header :
         sigv4::sign(to_sign, {"local", "local", ""}, {"us-east-1", "lambda"}, base::wall_now())) {
      request.headers.push_back(std::move(header));
    }
    HttpResponse answer;
    door.on_request(request, [&](HttpResponse response) { answer = std::move(response); });
    EXPECT_EQ(find_header(answer.headers, "x-amzn-ErrorType"), "UnknownOperationException");
    EXPECT_THAT(answer.body, HasSubstr(std::string("Invoke only, not GET ") + path));
  }
}

TEST_F(FrontDoorTest, WhereOtherMachinesComeInAnyHostIsAnswered) {
  EXPECT_EQ(ask(std::nullopt, "/", "my-box.lan:3001").status, 200);
  EXPECT_EQ(ask(std::nullopt, "/", "my-box.lan:3001", "https://evil.example").status, 403);
}

}  // namespace
}  // namespace beckon::emulator
