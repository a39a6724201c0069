// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/identity.h"

#include "agent/url.h"
#include "common/identity/claim_code.h"
#include "platform/linux/key_file.h"

namespace beckon::platform {

base::Result<std::unique_ptr<agent::DeviceIdentity>> load_identity(const agent::Config& config,
                                                                   const std::string& named_by) {
  if (config.key_file.empty()) return std::unique_ptr<agent::DeviceIdentity>();
  const auto key = read_key_file(config.key_file);
  if (!key) return base::fail(key.error().code, named_by + ": " + key.error().message);
  const auto url = agent::parse_websocket_url(config.url);
  if (!url) return std::unique_ptr<agent::DeviceIdentity>();
  return std::make_unique<agent::DeviceIdentity>(*key, config.device, *url, config.claim);
}

void ClaimNotice::failed(agent::Attempt attempt, int http_status, std::string_view reason) {
  next_.failed(attempt, http_status, reason);
  if (http_status != 403) return;
  log_.warning(
      "if this device is not registered yet: its code is %s. Whoever operates Beckon types: beckon "
      "device claim %s --user USER",
      code_.c_str(), code_.c_str());
  print_(code_);
}

std::string claim_code_of(const agent::DeviceIdentity& identity) {
  return identity::format_claim_code(
      identity::claim_code(identity.public_key(), identity.device()));
}

}  // namespace beckon::platform
