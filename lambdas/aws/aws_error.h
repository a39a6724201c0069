// SPDX-License-Identifier: Apache-2.0
// What an AWS JSON API's error means to us: its name, whether a retry can help, and its code. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "lambdas/aws/http.h"

namespace beckon::lambdas {

enum class Retry : std::uint8_t {
  kNo,
  kSafe,     // the service says that it did nothing
  kUnknown,  // it may have happened: only calls that may be repeated are retried
};

struct Verdict {
  base::ErrorCode code = base::ErrorCode::kInternal;
  Retry retry = Retry::kNo;
};

// The bare name of an error: "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException" and
// "ResourceNotFoundException:http://…" become "ResourceNotFoundException".
std::string_view bare_error_type(std::string_view type);

// type: bare; "" if the reply named none.
Verdict judge(int status, std::string_view type);

}  // namespace beckon::lambdas
