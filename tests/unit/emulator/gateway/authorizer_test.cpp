// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/authorizer.h"

#include <gtest/gtest.h>

namespace beckon::emulator {
namespace {

using Kind = AuthorizerVerdict::Kind;

constexpr const char* kArn = "arn:aws:execute-api:us-east-1:000000000000:abcdefghij/dev/$connect";

std::string statement(const std::string& effect, const std::string& resource,
                      const std::string& action = "execute-api:Invoke") {
  return R"({"Action":")" + action + R"(","Effect":")" + effect + R"(","Resource":")" + resource +
         R"("})";
}

Kind verdict_of(const std::string& statements) {
  return evaluate_authorizer(
             R"({"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":)" +
                 statements + "}}",
             kArn)
      .kind;
}

TEST(IamPattern, StarsAndQuestionMarksMatchAsInIam) {
  EXPECT_TRUE(iam_pattern_matches("*", ""));
  EXPECT_TRUE(iam_pattern_matches("a*c*e", "abcde"));
  EXPECT_TRUE(iam_pattern_matches("a?c", "abc"));
  EXPECT_TRUE(iam_pattern_matches("**a", "a"));
  EXPECT_FALSE(iam_pattern_matches("a?c", "ac"));
  EXPECT_FALSE(iam_pattern_matches("a*b", "abc"));
  EXPECT_FALSE(iam_pattern_matches("abc", "ABC"));
  EXPECT_FALSE(iam_pattern_matches("", "a"));
}

TEST(Authorizer, AnAllowThatMatchesAllowsAndADenyAlwaysWins) {
  EXPECT_EQ(verdict_of("[" + statement("Allow", kArn) + "]"), Kind::kAllow);
  EXPECT_EQ(verdict_of(statement("Allow", "*")), Kind::kAllow);
  EXPECT_EQ(verdict_of(statement("Allow", "arn:aws:execute-api:*:*:abcdefghij/dev/*")),
            Kind::kAllow);
  EXPECT_EQ(verdict_of(statement("Allow", "*", "*")), Kind::kAllow);
  EXPECT_EQ(verdict_of(statement("Allow", "*", "execute-api:*")), Kind::kAllow);
  EXPECT_EQ(
      verdict_of(R"({"Action":["x","execute-api:Invoke"],"Effect":"Allow","Resource":["a","*"]})"),
      Kind::kAllow);
  EXPECT_EQ(verdict_of("[" + statement("Allow", "*") + "," + statement("Deny", kArn) + "]"),
            Kind::kDeny);
  EXPECT_EQ(verdict_of("[" + statement("Deny", "*") + "," + statement("Allow", "*") + "]"),
            Kind::kDeny);
  EXPECT_EQ(verdict_of(statement("Allow", "arn:aws:execute-api:*:*:other/*")), Kind::kNotAllowed);
  EXPECT_EQ(verdict_of(statement("Allow", "*", "lambda:Invoke")), Kind::kNotAllowed);
  EXPECT_EQ(verdict_of("[]"), Kind::kNotAllowed);
}

TEST(Authorizer, AnAnswerOfAWrongShapeIsAMisconfigurationThatSaysWhy) {
  const std::string policy = R"("policyDocument":{"Statement":)" + statement("Allow", "*") + "}";
  const std::pair<std::string, const char*> cases[] = {
      {"nonsense", "not a JSON object"},
      {"[]", "not a JSON object"},
      {"{" + policy + "}", "principalId"},
      {R"({"principalId":"p"})", "policyDocument"},
      {R"({"principalId":"p","policyDocument":{}})", "Statement"},
      {R"({"principalId":"p","policyDocument":{"Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}})",
       "Effect"},
      {R"({"principalId":"p","policyDocument":{"Statement":{"Effect":"Allow","NotAction":"x","Resource":"*"}}})",
       "NotAction"},
      {R"({"principalId":"p",)" + policy + R"(,"context":{"a":{"b":1}}})", "context.a"},
      {R"({"principalId":")" + std::string(8200, 'p') + R"(",)" + policy + "}", "8 KB"},
  };
  for (const auto& [payload, reason] : cases) {
    const auto verdict = evaluate_authorizer(payload, kArn);
    EXPECT_EQ(verdict.kind, Kind::kMisconfigured) << payload.substr(0, 100);
    EXPECT_NE(verdict.reason.find(reason), std::string::npos) << verdict.reason;
  }
}

TEST(Authorizer, ContextScalarsBecomeStringsAndThePrincipalIsAmongThem) {
  const auto verdict = evaluate_authorizer(
      R"({"principalId":"d-17","policyDocument":{"Statement":)" + statement("Allow", "*") +
          R"(},"context":{"userId":"u\"9","tier":1,"beta":true,"none":null}})",
      kArn);
  ASSERT_EQ(verdict.kind, Kind::kAllow) << verdict.reason;
  EXPECT_EQ(verdict.context_members,
            R"("userId":"u\"9","tier":"1","beta":"true","principalId":"d-17")");
}

}  // namespace
}  // namespace beckon::emulator
