// SPDX-License-Identifier: Apache-2.0
// The agent's event loop: one libwebsockets context, timers, and descriptors that others watch.
// It sleeps until one of them has something; nothing else wakes it. Decides nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/time.h"

struct lws;
struct lws_context;
struct lws_vhost;

namespace beckon::platform {

// Somebody who waits for a descriptor. Called from the loop only.
class DescriptorWatcher {
 public:
  // There is something to read, or the end of it. False: watch no more; the loop closes it.
  virtual bool readable() = 0;
  // The other end hung up, all was read, and the loop has closed the descriptor. Not called after
  // readable() said false, nor after unwatch().
  virtual void hung_up() = 0;

 protected:
  ~DescriptorWatcher() = default;
};

class TimerWatcher {
 public:
  virtual void timer_fired() = 0;

 protected:
  ~TimerWatcher() = default;
};

struct LoopOptions {
  // What TLS trusts: a file, or a text that outlives the call, of certificates in PEM. Both empty:
  // no TLS connection can be verified, so none is made.
  std::string ca_file = {};
  std::string_view ca_text = {};
  std::size_t descriptors_max = 100;  // a few of them for connections
};

class Loop {
 public:
  // Errors: kIo (libwebsockets has no memory or does not take the CA file). log outlives the loop.
  static base::Result<std::unique_ptr<Loop>> create(const LoopOptions& options, base::LogSink& log);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Serves until stop(), which may come first.
  void run();
  void stop();
  // Called after every wake-up, when what it was for is done. Costs no wake-up.
  void set_woke(std::function<void()> woke) { woke_ = std::move(woke); }

  // Takes fd over, makes it non-blocking and calls watcher whenever it is readable. Errors: kLimit,
  // and fd is closed.
  base::Status watch(int fd, DescriptorWatcher& watcher);
  // Closes the descriptor that watcher waits for; it is not called any more.
  void unwatch(DescriptorWatcher& watcher);

  // Each watcher has one timer: it fires once at `at` (soon if that is past), unless it is set anew
  // before. Nothing: it does not fire, and the watcher is forgotten.
  void set_timer(std::optional<base::Instant> at, TimerWatcher& watcher);

  // A place for connections with trust of their own: a file of certificates in PEM, or "" for
  // connections without TLS. They use no proxy, whatever the environment says. Null: no memory, or
  // no certificates. It lives as long as the loop.
  lws_vhost* add_vhost(const std::string& name, const std::string& ca_file);

  // For the transport.
  lws_context* context() { return context_; }
  base::LogSink& log() { return log_; }
  bool has_trust() const { return has_trust_; }

  struct Internal;

 private:
  explicit Loop(base::LogSink& log);

  base::LogSink& log_;
  lws_context* context_ = nullptr;
  bool stopped_ = false;
  bool has_trust_ = false;
  std::size_t watches_max_ = 0;
  std::function<void()> woke_;
  std::unique_ptr<Internal> internal_;
};

}  // namespace beckon::platform
