// SPDX-License-Identifier: Apache-2.0
// Tells when a network came up: an address, a default route, a link with carrier. The kernel says
// so by itself (rtnetlink); while nothing changes nothing runs. What counts stands in
// network_news.h, what to do about it is the listener's.
#pragma once

#include <functional>
#include <memory>

#include "common/base/error.h"
#include "common/base/time.h"
#include "platform/linux/network_news.h"
#include "platform/lws/loop.h"

namespace beckon::platform {

class NetworkWatch final : private DescriptorWatcher, private TimerWatcher {
 public:
  // came_up is called from the loop, once for all that happens within kGather of the first news.
  // Errors: kIo (no rtnetlink here), kLimit.
  static base::Result<std::unique_ptr<NetworkWatch>> create(Loop& loop,
                                                            std::function<void()> came_up);
  ~NetworkWatch();

  // A link, its addresses and its routes come one after the other.
  static constexpr base::Duration kGather{300};

 private:
  NetworkWatch(Loop& loop, std::function<void()> came_up)
      : loop_(loop), came_up_(std::move(came_up)) {}
  bool readable() override;
  void hung_up() override {}
  void timer_fired() override;

  Loop& loop_;
  std::function<void()> came_up_;
  NetworkNews news_;
  int fd_ = -1;  // the loop's
  bool gathering_ = false;
};

}  // namespace beckon::platform
