// SPDX-License-Identifier: Apache-2.0
// What a device with a key says about itself: a fresh token for every attempt to connect. Where the
// key is kept, and what time it is, is the platform's.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "agent/ports.h"
#include "agent/url.h"
#include "common/base/time.h"
#include "common/crypto/es256.h"

namespace beckon::agent {

class DeviceIdentity {
 public:
  // url: where the device connects; tokens are for this API and stage alone. enrol: tokens carry
  // the public key, for a backend that does not know it yet.
  DeviceIdentity(const crypto::PrivateKey& key, std::string device, const Url& url, bool enrol);

  // The Authorization header. Never the same twice. Tokens are accepted in the order of their
  // times: if the clock stood still or went back by up to a minute since the last one, this one is
  // a millisecond younger than that; beyond that the clock is believed.
  Header authorization(base::WallTime now, Entropy& entropy);

  const crypto::PublicKey& public_key() const { return key_.public_key(); }
  const std::string& device() const { return device_; }
  bool enrols() const { return enrol_; }

 private:
  crypto::PrivateKey key_;
  std::string device_;
  std::string audience_;
  bool enrol_;
  std::int64_t last_issued_ms_ = 0;
};

// True if the clock shows a time before this program was built: then no token can be right, and the
// clock is to be set first.
bool is_clock_unset(base::WallTime now);

}  // namespace beckon::agent
