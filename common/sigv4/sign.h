// SPDX-License-Identifier: Apache-2.0
// Signing a request, in its headers or in its query. Decides which headers are signed: all that are
// given, but those that proxies and HTTP libraries change on the way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/sigv4/canonical.h"

namespace beckon::sigv4 {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // "": permanent credentials
};

struct Target {
  std::string region;   // "eu-west-1"
  std::string service;  // "dynamodb", "execute-api", "events", …
};

// The headers to add to the request, which must have Host and must not have them already:
// X-Amz-Date, X-Amz-Security-Token if there is a token, Authorization.
std::vector<Header> sign(const Request& request, const Credentials& credentials,
                         const Target& target, base::WallTime now);

// The whole query of the presigned form of the request: the request's own query, then X-Amz-… and
// the signature. Only Host is signed of the headers. Valid for expires_s seconds from now.
std::string presign(const Request& request, const Credentials& credentials, const Target& target,
                    base::WallTime now, std::int64_t expires_s);

}  // namespace beckon::sigv4
