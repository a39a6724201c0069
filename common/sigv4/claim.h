// SPDX-License-Identifier: Apache-2.0
// What a request says about its own signature, read from its Authorization header or from its
// query. Used by verify.cpp only; decides nothing about whether the claim is true.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "common/sigv4/verify.h"

namespace beckon::sigv4 {

struct Claim {
  bool presigned = false;
  std::string algorithm;
  std::string credential;
  std::string signed_headers;
  std::string signature;
  std::string date;
  std::optional<std::string> session_token;
  std::optional<base::Duration> expires;
};

std::unexpected<Refusal> refuse(Failure failure, std::string message);

// 'text'
std::string quoted(std::string_view text);

// Errors: kMissingToken, kIncompleteSignature.
std::expected<Claim, Refusal> read_claim(const Request& request);

}  // namespace beckon::sigv4
