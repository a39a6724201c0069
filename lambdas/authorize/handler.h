// SPDX-License-Identifier: Apache-2.0
// `authorize`: who is connecting? With keys it believes a token that the device's key has signed
// (device_key.h); in open mode it takes a client's word for it. What it answers is the only source
// of identity for every other function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "lambdas/backend/auth_mode.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

struct AuthorizeSettings {
  AuthMode mode = AuthMode::kDeviceKey;
  std::vector<std::string> allowed_origins;  // exact; empty: no browser may connect
  std::vector<std::string> audiences;        // accepted besides the API's own, of custom domains
  bool enrolment = false;                    // unknown devices may ask to be claimed
};

// "https://a.example, https://b.example" as a list.
std::vector<std::string> split_list(std::string_view text);

// The result is an IAM policy for this connection: Allow with userId, deviceId and, with keys,
// publicKey as context, or Deny (403). In open mode the names come from X-User-Id and X-Device-Id,
// or else from the query parameters user and device; with keys from the device's row alone. Errors:
// kDenied with the text "Unauthorized", which API Gateway answers with 401; kInvalid if this is no
// authorizer's event; those of Database, for which it answers 500. DynamoDB calls: none in open
// mode, else at most two, four for a device that asks to be claimed.
base::Result<std::string> handle_authorize(Host& host, const AuthorizeSettings& settings,
                                           std::string_view text);

}  // namespace beckon::lambdas
