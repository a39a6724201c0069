// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/lambda_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "common/base/bytes.h"
#include "common/sigv4/sign.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;
using Outcome = InvokeResult::Outcome;

// Answers at once with what the test has put in, and keeps what it was asked.
class OneAnswer final : public Invoker {
 public:
  void invoke(const std::string& function, std::string event, std::string_view,
              std::function<void(InvokeResult)> done) override {
    asked = function + " " + event;
    done(result);
  }
  InvokeResult result;
  std::string asked;
};

class LambdaApiTest : public ::testing::Test {
 protected:
  LambdaApiTest() {
    model_.functions["echo"].name = "echo";
    invoker_.result.outcome = Outcome::kSuccess;
    invoker_.result.payload = R"({"a":1})";
    invoker_.result.request_id = "11111111-2222-4333-8444-555555555555";
  }

  HttpResponse call(const std::string& method, const std::string& path, std::string body,
                    HttpHeaders headers = {}, const std::string& secret = "local") {
    HttpRequest request;
    request.method = method;
    request.path = request.target = path;
    request.body = std::move(body);
    request.headers = {{"Host", "127.0.0.1:3001"}};
    for (auto& header : headers) request.headers.push_back(std::move(header));
    const sigv4::Request unsigned_request{.method = request.method,
                                          .path = request.path,
                                          .query = request.query,
                                          .headers = request.headers,
                                          .body = request.body};
    for (auto& header : sigv4::sign(unsigned_request, {"local", secret, ""},
                                    {"us-east-1", "lambda"}, base::wall_now())) {
      request.headers.push_back(std::move(header));
    }
    std::optional<HttpResponse> response;
    api_.handle(request, [&](HttpResponse answer) { response = std::move(answer); });
    EXPECT_TRUE(response);
    return response.value_or(HttpResponse{});
  }

  HttpResponse invoke(const std::string& function, std::string body, HttpHeaders headers = {}) {
    return call("POST", "/2015-03-31/functions/" + function + "/invocations", std::move(body),
                std::move(headers));
  }

  static std::string header(const HttpResponse& response, std::string_view name) {
    return std::string(find_header(response.headers, name).value_or("(absent)"));
  }

  OneAnswer invoker_;
  IdSource ids_;
  AppModel model_;
  SignatureRules signatures_{"us-east-1", "local", "local"};
  std::string enqueued_;
  base::Status enqueue_status_;
  LambdaApi api_{
      {.invoker = invoker_,
       .ids = ids_,
       .model = model_,
       .signatures = signatures_,
       .enqueue = [this](const std::string& function, std::string payload, const std::string&) {
         enqueued_ = function + " " + payload;
         return enqueue_status_;
       }}};
};

TEST_F(LambdaApiTest, ASynchronousInvokeReturnsTheFunctionsResult) {
  const auto response = invoke("echo", R"({"x":1})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"a":1})");
  EXPECT_EQ(header(response, "X-Amz-Executed-Version"), "$LATEST");
  EXPECT_EQ(header(response, "X-Amz-Function-Error"), "(absent)");
  EXPECT_EQ(header(response, "X-Amz-Log-Result"), "(absent)");
  EXPECT_EQ(header(response, "x-amzn-RequestId"), invoker_.result.request_id);
  EXPECT_EQ(invoker_.asked, R"(echo {"x":1})");
}

TEST_F(LambdaApiTest, NamesAndArnsAndTheirEncodingAreUnderstood) {
  for (const char* name : {"echo", "echo:$LATEST", "000000000000:function:echo",
                           "arn:aws:lambda:us-east-1:000000000000:function:echo",
                           "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aecho"}) {
    EXPECT_EQ(invoke(name, "{}").status, 200) << name;
  }
  EXPECT_EQ(invoke("echo:7", "{}").status, 404);
  model_.functions["my-function"].name = "my-function";
  EXPECT_EQ(invoke("my-function:$LATEST", "{}").status, 200) << "the word in a name is no ARN's";
}

TEST_F(LambdaApiTest, AnErrorOfTheFunctionIs200WithTheHeader) {
  invoker_.result.outcome = Outcome::kFunctionError;
  EXPECT_EQ(invoke("echo", "{}").status, 200);
  EXPECT_EQ(header(invoke("echo", "{}"), "X-Amz-Function-Error"), "Unhandled");
  invoker_.result.outcome = Outcome::kUnavailable;
  invoker_.result.payload = "no bootstrap";
  const auto unavailable = invoke("echo", "{}");
  EXPECT_EQ(header(unavailable, "X-Amz-Function-Error"), "Unhandled");
  EXPECT_THAT(unavailable.body, HasSubstr("Runtime.InvalidEntrypoint"));
  EXPECT_THAT(unavailable.body, HasSubstr("no bootstrap"));
}

TEST_F(LambdaApiTest, AThrottleIs429) {
  invoker_.result.outcome = Outcome::kThrottled;
  const auto response = invoke("echo", "{}");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "TooManyRequestsException");
}

TEST_F(LambdaApiTest, TheLogTailIsBase64OfAtMost4KB) {
  invoker_.result.log_tail = "a line\n";
  const auto response = invoke("echo", "{}", {{"X-Amz-Log-Type", "Tail"}});
  const auto log = base::base64_decode(header(response, "X-Amz-Log-Result"));
  ASSERT_TRUE(log);
  EXPECT_THAT(*log, HasSubstr("START RequestId: 11111111-2222-4333-8444-555555555555"));
  EXPECT_THAT(*log, HasSubstr("\na line\nEND RequestId: "));
  EXPECT_THAT(*log, HasSubstr("REPORT RequestId: "));
  invoker_.result.log_tail = std::string(10'000, 'x');
  const auto longer = invoke("echo", "{}", {{"X-Amz-Log-Type", "Tail"}});
  EXPECT_EQ(base::base64_decode(header(longer, "X-Amz-Log-Result"))->size(), 4096U);
}

TEST_F(LambdaApiTest, AnAsynchronousInvokeIsEnqueuedAnd202) {
  const auto response = invoke("echo", R"({"x":1})", {{"X-Amz-Invocation-Type", "Event"}});
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(enqueued_, R"(echo {"x":1})");
  EXPECT_EQ(invoker_.asked, "");
  enqueue_status_ = base::fail(base::ErrorCode::kLimit, "full");
  EXPECT_EQ(invoke("echo", "{}", {{"X-Amz-Invocation-Type", "Event"}}).status, 429);
}

TEST_F(LambdaApiTest, ADryRunCallsNothing) {
  EXPECT_EQ(invoke("echo", "{}", {{"X-Amz-Invocation-Type", "DryRun"}}).status, 204);
  EXPECT_EQ(invoker_.asked, "");
  EXPECT_EQ(invoke("echo", "{}", {{"X-Amz-Invocation-Type", "Other"}}).status, 400);
}

TEST_F(LambdaApiTest, WhatIsWrongIsNamed) {
  const auto unknown = invoke("nobody", "{}");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(header(unknown, "x-amzn-ErrorType"), "ResourceNotFoundException");
  EXPECT_THAT(unknown.body, HasSubstr("arn:aws:lambda:us-east-1:000000000000:function:nobody"));
  EXPECT_EQ(invoke("echo", "not JSON").status, 400);
  EXPECT_EQ(invoke("echo", "\"" + std::string(6 * 1024 * 1024, 'x') + "\"").status, 413);
  EXPECT_EQ(call("GET", "/2015-03-31/functions/", "").status, 404);
  EXPECT_EQ(invoke("echo", "").status, 200) << "an empty payload is {}";
  EXPECT_EQ(invoker_.asked, "echo {}");
}

TEST_F(LambdaApiTest, AWrongSignatureIs403) {
  const auto response =
      call("POST", "/2015-03-31/functions/echo/invocations", "{}", {}, "wrong secret");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "InvalidSignatureException");
  EXPECT_EQ(invoker_.asked, "");
}

}  // namespace
}  // namespace beckon::emulator
