// SPDX-License-Identifier: Apache-2.0
// Signals through the event loop: a handler is an ordinary function, never interrupted code.
#pragma once

#include <functional>
#include <memory>

#include "common/base/error.h"
#include "platform/lws/loop.h"

namespace beckon::platform {

class Signals final : private DescriptorWatcher {
 public:
  struct Handlers {
    std::function<void(int number)> stop;  // SIGTERM, SIGINT
    std::function<void()> reload;          // SIGHUP
    std::function<void()> child;           // SIGCHLD: one call may stand for several children
  };

  // Blocks these signals for the process (children are started with an empty mask) and ignores
  // SIGPIPE. Errors: kIo, kLimit.
  static base::Result<std::unique_ptr<Signals>> create(Loop& loop, Handlers handlers);

 private:
  explicit Signals(Handlers handlers) : handlers_(std::move(handlers)) {}
  bool readable() override;
  void hung_up() override {}

  Handlers handlers_;
  int fd_ = -1;  // the loop's
};

}  // namespace beckon::platform
