// SPDX-License-Identifier: Apache-2.0
// Time and chance as the retrying clients see them: a port, so that tests neither wait nor roll
// dice. And the one rule of backing off.
#pragma once

#include <cstdint>

#include "common/base/time.h"

namespace beckon::lambdas {

class Pace {
 public:
  virtual base::Instant now() = 0;
  virtual base::WallTime wall_now() = 0;
  virtual void wait(base::Duration duration) = 0;
  virtual std::uint32_t random() = 0;  // uniform

 protected:
  ~Pace() = default;
};

// The operating system's clocks and generator; wait() sleeps.
class SystemPace final : public Pace {
 public:
  base::Instant now() override;
  base::WallTime wall_now() override;
  void wait(base::Duration duration) override;
  std::uint32_t random() override;
};

// Full jitter: uniform between 0 and min(cap, base * 2^retry). retry counts from 0.
struct Backoff {
  base::Duration base{25};
  base::Duration cap{2000};
  base::Duration delay(int retry, std::uint32_t random) const;
};

}  // namespace beckon::lambdas
