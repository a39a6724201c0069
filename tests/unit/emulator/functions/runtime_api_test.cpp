// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/runtime_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "emulator/functions/payloads.h"
#include "tests/support/http_client.h"
#include "tests/support/loop_thread.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;
using tests::http_request;

// Answers every call with its name and arguments.
class TellingSession final : public RuntimeSession {
 public:
  void next(HttpDone done) override { done(tell("next")); }
  void response(std::string_view id, std::string body, HttpDone done) override {
    done(tell("response " + std::string(id) + " " + std::to_string(body.size())));
  }
  void response_too_large(std::string_view id, HttpDone done) override {
    done(tell("too large " + std::string(id)));
  }
  void error(std::string_view id, std::string_view type, std::string body, HttpDone done) override {
    done(tell("error " + std::string(id) + " " + std::string(type) + " " + body));
  }
  void init_error(std::string_view type, std::string body, HttpDone done) override {
    done(tell("init " + std::string(type) + " " + body));
  }

 private:
  static HttpResponse tell(std::string text) {
    return HttpResponse{.status = 200, .headers = {}, .body = std::move(text)};
  }
};

class RuntimeApiTest : public ::testing::Test {
 protected:
  RuntimeApiTest() {
    thread_.run([this] {
      server_ = std::make_unique<HttpServer>(thread_.loop(), base::null_log());
      port_ = server_->port(*server_->listen("127.0.0.1", 0, runtime_api_listener(session_)));
    });
  }
  ~RuntimeApiTest() override {
    thread_.run([this] { server_.reset(); });
  }

  // As a page does whose name leads to the function's address.
  int status_for_host(const std::string& host) {
    tests::TcpClient client("127.0.0.1", port_);
    client.send("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return read_reply(client).status;
  }

  tests::HttpReply call(std::string_view method, std::string_view path, std::string_view extra = {},
                        std::string_view body = {}) {
    return http_request("127.0.0.1", port_, method,
                        std::string("/2018-06-01/runtime/").append(path), extra, body);
  }

  tests::LoopThread thread_;
  TellingSession session_;
  std::unique_ptr<HttpServer> server_;
  int port_ = 0;
};

TEST_F(RuntimeApiTest, EveryCallReachesTheSession) {
  EXPECT_EQ(call("GET", "invocation/next").body, "next");
  EXPECT_EQ(call("POST", "invocation/i-1/response", {}, "abc").body, "response i-1 3");
  EXPECT_EQ(
      call("POST", "invocation/i-1/error", "Lambda-Runtime-Function-Error-Type: A.B\r\n", "{}")
          .body,
      "error i-1 A.B {}");
  EXPECT_EQ(call("POST", "init/error", "Lambda-Runtime-Function-Error-Type: C.D\r\n", "{}").body,
            "init C.D {}");
}

TEST_F(RuntimeApiTest, AnAnswerOfTheLimitPassesAndOneByteMoreDoesNot) {
  EXPECT_EQ(call("POST", "invocation/i/response", {}, std::string(kResponseBytesMax, 'x')).body,
            "response i 6291556");
  EXPECT_EQ(call("POST", "invocation/i/response", {}, std::string(kResponseBytesMax + 1, 'x')).body,
            "too large i");
}

TEST_F(RuntimeApiTest, WhatTheApiDoesNotHaveIsNamed) {
  const auto restore = call("GET", "restore/next");
  EXPECT_EQ(restore.status, 404);
  EXPECT_THAT(restore.body, HasSubstr("SnapStart"));
  EXPECT_EQ(call("POST", "invocation/next").status, 404);
  EXPECT_EQ(call("POST", "invocation/i/other").status, 404);
}

TEST_F(RuntimeApiTest, RefusalsHaveLambdasStatusAndNames) {
  EXPECT_EQ(runtime_accepted().status, 202);
  EXPECT_EQ(runtime_accepted().body, R"({"status":"OK"})");
  EXPECT_EQ(runtime_invalid_id().status, 400);
  EXPECT_EQ(runtime_invalid_id().body,
            R"({"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"})");
  EXPECT_EQ(runtime_invalid_state("next").status, 403);
  EXPECT_THAT(runtime_invalid_state("next").body, HasSubstr("InvalidStateTransition"));
  EXPECT_EQ(runtime_too_large().status, 413);
  EXPECT_EQ(runtime_too_large().body,
            R"({"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).",)"
            R"("errorType":"RequestEntityTooLarge"})");
}

TEST_F(RuntimeApiTest, OnlyLoopbackHostsGetInvocations) {
  EXPECT_EQ(status_for_host("evil.example"), 403);
  EXPECT_EQ(status_for_host("127.77.0.1:3001"), 200);
}

}  // namespace
}  // namespace beckon::emulator
