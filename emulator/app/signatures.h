// SPDX-License-Identifier: Apache-2.0
// Checks the signatures of the APIs that are not JSON APIs: @connections and Lambda's Invoke.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/sigv4/verify.h"
#include "emulator/http/message.h"

namespace beckon::emulator {

struct SignatureRules {
  std::string region;
  std::string access_key_id;
  std::string secret_access_key;

  // The key of that id, for those who verify by themselves.
  sigv4::FindKey find_key() const;
  // Why the request is refused; nothing if it is signed well for this service.
  std::optional<sigv4::Refusal> check(const HttpRequest& request, std::string_view service) const;
};

}  // namespace beckon::emulator
