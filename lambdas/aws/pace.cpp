// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/pace.h"

#include <algorithm>

namespace beckon::lambdas {

base::Duration Backoff::delay(int retry, std::uint32_t random) const {
  const std::int64_t doubled = base.count() << std::clamp(retry, 0, 20);
  const std::int64_t ceiling = std::min<std::int64_t>(cap.count(), doubled);
  return base::Duration(static_cast<std::int64_t>(random) * (ceiling + 1) >> 32);
}

}  // namespace beckon::lambdas
