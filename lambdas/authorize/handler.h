// SPDX-License-Identifier: Apache-2.0
// `authorize`: who is connecting? In open mode it takes a client's word for it. What it answers is
// the only source of identity for every other function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/log.h"

namespace beckon::lambdas {

struct AuthorizeSettings {
  std::vector<std::string> allowed_origins;  // exact; empty: no browser may connect
};

// "https://a.example, https://b.example" as a list.
std::vector<std::string> split_origins(std::string_view text);

// The user's and the device's id from X-User-Id and X-Device-Id, or else from the query parameters
// user and device. The result is an IAM policy for this connection: Allow with userId and deviceId
// as context, or Deny (403) for an Origin that is not allowed. Errors: kDenied with the text
// "Unauthorized", which API Gateway answers with 401, if an id is missing or malformed; kInvalid if
// this is no authorizer's event.
base::Result<std::string> handle_authorize(base::LogSink& sink, const AuthorizeSettings& settings,
                                           std::string_view text);

}  // namespace beckon::lambdas
