// SPDX-License-Identifier: Apache-2.0
#include "agent/device_identity.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/identity/device_token.h"

namespace beckon::agent {
namespace {

constexpr std::size_t kTokenIdBytes = 16;
// Used at once; the minute covers a handshake that hangs, not a clock that is wrong.
constexpr base::Duration kTokenLifetime = identity::kTokenLifetimeMax - std::chrono::minutes(1);

}  // namespace

DeviceIdentity::DeviceIdentity(const crypto::PrivateKey& key, std::string device, const Url& url,
                               bool enrol)
    : key_(key),
      device_(std::move(device)),
      audience_(identity::audience(url.host, url.path)),
      enrol_(enrol) {}

Header DeviceIdentity::authorization(base::WallTime now, Entropy& entropy) {
  std::int64_t issued_ms = now.unix_ms;
  if (issued_ms <= last_issued_ms_ &&
      last_issued_ms_ - issued_ms < identity::kClockSkewMax.count()) {
    issued_ms = last_issued_ms_ + 1;
  }
  last_issued_ms_ = issued_ms;
  std::array<std::uint8_t, kTokenIdBytes> random{};
  entropy.fill(random);
  identity::DeviceClaims claims;
  claims.device = device_;
  claims.audience = audience_;
  claims.issued_at_ms = issued_ms;
  claims.expires_at_ms = issued_ms + kTokenLifetime.count();
  claims.token_id = base::base64url({reinterpret_cast<const char*>(random.data()), random.size()});
  if (enrol_) claims.enrolment_key = key_.public_key();
  return {"Authorization", "Bearer " + identity::sign_device_token(claims, key_)};
}

bool is_clock_unset(base::WallTime now) {
  // The year's first second, by the mean length of a year: a day's difference does not matter.
  constexpr std::int64_t kYear_ms = 31'556'952'000;
  constexpr std::int64_t kBuilt_ms = (BECKON_BUILD_YEAR - 1970) * kYear_ms;
  return now.unix_ms < kBuilt_ms;
}

}  // namespace beckon::agent
