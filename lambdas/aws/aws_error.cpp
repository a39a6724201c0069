// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/aws_error.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

struct Row {
  std::string_view type;
  Verdict verdict;
};

constexpr Verdict kThrottled{ErrorCode::kUnavailable, Retry::kSafe};
constexpr Verdict kDenied{ErrorCode::kDenied, Retry::kNo};
constexpr Verdict kInvalid{ErrorCode::kInvalid, Retry::kNo};
constexpr Verdict kMissing{ErrorCode::kNotFound, Retry::kNo};
constexpr Verdict kConflict{ErrorCode::kConflict, Retry::kNo};

constexpr Row kRows[] = {
    {"ConditionalCheckFailedException", kConflict},
    {"TransactionCanceledException", kConflict},
    // Another transaction holds the item: nothing was written, and a moment later it is free.
    {"TransactionConflictException", kThrottled},
    {"TransactionInProgressException", kThrottled},
    {"ProvisionedThroughputExceededException", kThrottled},
    {"ThrottlingException", kThrottled},
    {"Throttling", kThrottled},
    {"RequestLimitExceeded", kThrottled},
    {"TooManyRequestsException", kThrottled},
    {"ServiceUnavailable", kThrottled},
    {"ServiceUnavailableException", kThrottled},
    {"LimitExceededException", {ErrorCode::kLimit, Retry::kNo}},
    {"ItemCollectionSizeLimitExceededException", {ErrorCode::kLimit, Retry::kNo}},
    {"ResourceInUseException", {ErrorCode::kAlreadyExists, Retry::kNo}},
    {"ValidationException", kInvalid},
    {"SerializationException", kInvalid},
    {"IdempotentParameterMismatchException", kInvalid},
    {"UnknownOperationException", kInvalid},
    {"ResourceNotFoundException", kMissing},
    {"ParameterNotFound", kMissing},
    {"AccessDeniedException", kDenied},
    {"AccessDenied", kDenied},
    {"NotAuthorizedForSourceException", kDenied},
    {"UnrecognizedClientException", kDenied},
    {"InvalidSignatureException", kDenied},
    {"IncompleteSignatureException", kDenied},
    {"IncompleteSignature", kDenied},
    {"MissingAuthenticationTokenException", kDenied},
    {"MissingAuthenticationToken", kDenied},
    {"ExpiredTokenException", kDenied},
    {"ExpiredToken", kDenied},
    {"InvalidClientTokenId", kDenied},
};

}  // namespace

std::string_view bare_error_type(std::string_view type) {
  type = type.substr(type.rfind('#') + 1);  // npos + 1 is 0
  return type.substr(0, type.find(':'));
}

Verdict judge(int status, std::string_view type) {
  for (const Row& row : kRows) {
    if (row.type == type) return row.verdict;
  }
  if (status == 429 || status == 503) return kThrottled;
  if (status >= 500) return {ErrorCode::kInternal, Retry::kUnknown};
  if (status == 401 || status == 403) return kDenied;
  if (status == 404) return kMissing;
  if (status == 413) return {ErrorCode::kLimit, Retry::kNo};
  if (status >= 400) return kInvalid;
  return {ErrorCode::kInternal, Retry::kNo};
}

}  // namespace beckon::lambdas
