// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/answered_http.h"
#include "cli/commands.h"

namespace beckon::cli {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;
using ::testing::Not;

class OneReply final : public lambdas::Http {
 public:
  std::vector<base::Result<lambdas::HttpReply>> exchange(std::span<const lambdas::HttpRequest>,
                                                         const lambdas::HttpLimits&) override {
    return {reply};
  }
  base::Result<lambdas::HttpReply> reply;
};

Access emulator() {
  Access access;
  access.endpoint_url = "http://127.0.0.1:3001";
  access.why_endpoint = kFromFlag;
  return access;
}

Access aws() {
  Access access;
  access.region = "eu-west-1";
  return access;
}

Access answered(Access access) {
  access.answered = true;
  return access;
}

TEST(Explain, OnlyABackendThatDidNotAnswerCannotBeReached) {
  for (const ErrorCode code : {ErrorCode::kUnavailable, ErrorCode::kTimeout}) {
    const base::Error silent{code, "could not connect"};
    EXPECT_THAT(explain(silent, emulator()), HasSubstr("cannot reach http://127.0.0.1:3001"));
    EXPECT_THAT(explain(silent, emulator()), HasSubstr("Is the emulator running?"));
    EXPECT_THAT(explain(silent, aws()), HasSubstr("cannot reach AWS in eu-west-1"));
    const base::Error failed{code, "dynamodb Query: InternalServerError: no luck"};
    for (const Access& access : {answered(emulator()), answered(aws())}) {
      const std::string text = explain(failed, access);
      EXPECT_THAT(text, HasSubstr("answered with an error: dynamodb Query: InternalServerError"));
      EXPECT_THAT(text, Not(HasSubstr("cannot reach")));
      EXPECT_THAT(text, Not(HasSubstr("running?")));
    }
    EXPECT_THAT(explain(failed, answered(aws())), HasSubstr("health.aws.amazon.com"));
  }
}

TEST(Explain, ASignatureForAnotherRegionIsAboutTheRegionAndNotAboutTheKey) {
  const base::Error refused{ErrorCode::kDenied,
                            "ssm GetParametersByPath: InvalidSignatureException: Credential should "
                            "be scoped to a valid region, not 'eu-west-1'."};
  Access access = emulator();
  access.region = "eu-west-1";
  const std::string text = explain(refused, access);
  EXPECT_THAT(text, HasSubstr("The region is 'eu-west-1', from --region, AWS_REGION or"));
  EXPECT_THAT(text, Not(HasSubstr("AWS_SECRET_ACCESS_KEY")));
}

TEST(Explain, AnUnknownKeyIsAboutTheKeyAndOnAwsAboutTheRegionToo) {
  const base::Error unknown{ErrorCode::kDenied,
                            "ssm GetParametersByPath: UnrecognizedClientException: The security "
                            "token included in the request is invalid."};
  EXPECT_THAT(explain(unknown, aws()), HasSubstr("AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(explain(unknown, aws()), HasSubstr("is 'eu-west-1' right (--region)?"));
  EXPECT_THAT(explain(unknown, emulator()), Not(HasSubstr("--region")));
  const base::Error forbidden{ErrorCode::kDenied, "AccessDeniedException: not authorized"};
  EXPECT_THAT(explain(forbidden, aws()), Not(HasSubstr("--region")));
}

TEST(Explain, WhatIsNotThereMayBeInAnotherRegion) {
  const base::Error missing{ErrorCode::kNotFound, "dynamodb Query: ResourceNotFoundException"};
  EXPECT_THAT(explain(missing, aws()), HasSubstr("--region (it is 'eu-west-1')"));
}

// What a backend says is shown to a person at a terminal.
TEST(Explain, NoAnswerCommandsTheTerminal) {
  for (const ErrorCode code :
       {ErrorCode::kUnavailable, ErrorCode::kDenied, ErrorCode::kNotFound, ErrorCode::kInvalid}) {
    EXPECT_THAT(explain({code, "\x1B[2J\xC2\x9B"}, answered(aws())), HasSubstr(R"(\x1b[2J\x)"));
  }
}

TEST(Explain, TheLastExchangeSaysWhetherThereIsSomebody) {
  OneReply inner;
  bool is_answered = false;
  AnsweredHttp http(inner, is_answered);
  inner.reply = lambdas::HttpReply{.status = 503, .headers = {}, .body = ""};
  http.exchange({}, {});
  EXPECT_TRUE(is_answered) << "any status is an answer";
  inner.reply = base::fail(ErrorCode::kUnavailable, "could not connect");
  http.exchange({}, {});
  EXPECT_FALSE(is_answered);
}

}  // namespace
}  // namespace beckon::cli
