// SPDX-License-Identifier: Apache-2.0
// Seeds that once found something. They are run besides the range of the day; what a seed does
// changes with the product, so each says what it was.
#pragma once

namespace beckon::sim {

struct Regression {
  unsigned long long seed;
  const char* found;
};

inline constexpr Regression kRegressions[] = {
    {146, "an event that came by a push while the server counted it as expired was told as lost"},
    {311,
     "a live event too large for the device was taken for the failure of the sync in flight; its "
     "answer then stood for the next sync's, whose failure reports were lost"},
    {2522,
     "a device that lost its storage, whose cursor at the backend was of before a restore, was "
     "taken "
     "for a new one and began at the head"},
};

}  // namespace beckon::sim
