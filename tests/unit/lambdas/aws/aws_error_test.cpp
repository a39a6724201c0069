// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/aws_error.h"

#include <gtest/gtest.h>

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

struct Case {
  int status;
  const char* type;
  ErrorCode code;
  Retry retry;
};

// What each error of the services means to us, and whether sending the call again can help.
TEST(AwsError, JudgesByNameAndElseByStatus) {
  const Case table[] = {
      {400, "ConditionalCheckFailedException", ErrorCode::kConflict, Retry::kNo},
      {400, "TransactionCanceledException", ErrorCode::kConflict, Retry::kNo},
      {400, "TransactionConflictException", ErrorCode::kUnavailable, Retry::kSafe},
      {400, "ProvisionedThroughputExceededException", ErrorCode::kUnavailable, Retry::kSafe},
      {400, "ThrottlingException", ErrorCode::kUnavailable, Retry::kSafe},
      {400, "RequestLimitExceeded", ErrorCode::kUnavailable, Retry::kSafe},
      {400, "ValidationException", ErrorCode::kInvalid, Retry::kNo},
      {400, "UnknownOperationException", ErrorCode::kInvalid, Retry::kNo},
      {400, "ResourceNotFoundException", ErrorCode::kNotFound, Retry::kNo},
      {400, "ParameterNotFound", ErrorCode::kNotFound, Retry::kNo},
      {400, "AccessDeniedException", ErrorCode::kDenied, Retry::kNo},
      {400, "UnrecognizedClientException", ErrorCode::kDenied, Retry::kNo},
      {400, "InvalidSignatureException", ErrorCode::kDenied, Retry::kNo},
      {403, "SomethingNew", ErrorCode::kDenied, Retry::kNo},
      {429, "", ErrorCode::kUnavailable, Retry::kSafe},
      {503, "", ErrorCode::kUnavailable, Retry::kSafe},
      {500, "InternalServerError", ErrorCode::kInternal, Retry::kUnknown},
      {502, "", ErrorCode::kInternal, Retry::kUnknown},
      {413, "", ErrorCode::kLimit, Retry::kNo},
      {404, "", ErrorCode::kNotFound, Retry::kNo},
      {400, "", ErrorCode::kInvalid, Retry::kNo},
      {302, "", ErrorCode::kInternal, Retry::kNo},
  };
  for (const Case& each : table) {
    const Verdict verdict = judge(each.status, each.type);
    EXPECT_EQ(verdict.code, each.code) << each.status << each.type;
    EXPECT_EQ(verdict.retry, each.retry) << each.status << each.type;
  }
}

// The name is what stands between '#' and ':', whichever of them there is.
TEST(AwsError, TakesTheBareName) {
  EXPECT_EQ(bare_error_type("com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"),
            "ResourceNotFoundException");
  EXPECT_EQ(bare_error_type("ValidationException"), "ValidationException");
  EXPECT_EQ(bare_error_type("GoneException:http://internal.example/"), "GoneException");
  EXPECT_EQ(bare_error_type(""), "");
}

}  // namespace
}  // namespace beckon::lambdas
