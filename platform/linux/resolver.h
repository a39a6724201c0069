// SPDX-License-Identifier: Apache-2.0
// Names to addresses by the system's resolver, which blocks: each lookup runs in a thread of its
// own, and the loop hears of its end through a pipe. A lookup cannot be broken off; one that nobody
// waits for any more ends by itself, unheard, and never delays the end of the program.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "platform/lws/loop.h"
#include "platform/lws/name_resolver.h"

namespace beckon::platform {

// What getaddrinfo says. Errors: kNotFound (nobody has this name), kUnavailable (no answer).
base::Result<Addresses> look_up_host(const std::string& host);

class ThreadResolver final : public NameResolver, private DescriptorWatcher {
 public:
  using Lookup = base::Result<Addresses> (*)(const std::string& host);

  // lookup runs in other threads, several at once. loop outlives the resolver.
  explicit ThreadResolver(Loop& loop, Lookup lookup = look_up_host);
  ~ThreadResolver();

  // One lookup is listened to at a time: whoever waits for the same host shares it, another host
  // comes after it. Errors besides the lookup's: kLimit (kThreadsMax lookups hang, no memory).
  void resolve(const void* key, const std::string& host, Done done) override;
  void forget(const void* key) override;

  static constexpr int kThreadsMax = 4;

 private:
  struct Work;
  struct Waiter {
    const void* key = nullptr;
    std::string host;
    Done done;
  };

  bool readable() override;
  void hung_up() override {}
  void start_next();
  base::Status start(const std::string& host);
  void tell(const std::string& host, const base::Result<Addresses>& result);

  Loop& loop_;
  Lookup lookup_;
  std::shared_ptr<std::atomic<int>> threads_ = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<Work> work_;  // the lookup that is listened to
  int ended_ = -1;              // its pipe; the loop's
  std::vector<Waiter> waiters_;
};

}  // namespace beckon::platform
