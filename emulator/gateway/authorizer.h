// SPDX-License-Identifier: Apache-2.0
// What a REQUEST authorizer's answer means for one connection. When it is called is the
// handshake's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace beckon::emulator {

struct AuthorizerVerdict {
  enum class Kind : std::uint8_t {
    kAllow,
    kDeny,           // an explicit Deny matches
    kNotAllowed,     // no Allow matches
    kMisconfigured,  // the answer has not the form that API Gateway demands
  };
  Kind kind = Kind::kMisconfigured;
  std::string reason;  // for the log
  // The members of requestContext.authorizer as JSON text without braces: the context's values as
  // strings, then principalId.
  std::string context_members;
};

// method_arn: of the $connect route. payload: the authorizer's result.
AuthorizerVerdict evaluate_authorizer(std::string_view payload, std::string_view method_arn);

// IAM's wildcards: '*' is any run of characters, '?' any one.
bool iam_pattern_matches(std::string_view pattern, std::string_view text);

}  // namespace beckon::emulator
