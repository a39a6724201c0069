// SPDX-License-Identifier: Apache-2.0
// A real event loop with signals and child processes, run until a test has what it waits for.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "platform/linux/processes.h"
#include "platform/linux/signals.h"
#include "platform/lws/loop.h"

namespace beckon::platform {

class LoopTest : public ::testing::Test, private TimerWatcher {
 protected:
  void SetUp() override {
    auto loop = Loop::create({}, base::null_log());
    ASSERT_TRUE(loop);
    loop_ = std::move(*loop);
    processes_ = std::make_unique<Processes>(*loop_, base::null_log());
    auto signals = Signals::create(
        *loop_, {.stop = [](int) {}, .reload = [] {}, .child = [this] { processes_->reap(); }});
    ASSERT_TRUE(signals);
    signals_ = std::move(*signals);
  }
  void TearDown() override {
    processes_.reset();
    signals_.reset();
    loop_.reset();
  }

  // Runs the loop until stop(), or fails after ten seconds.
  void run() {
    timed_out_ = false;
    loop_->set_timer(base::monotonic_now() + base::Duration(10'000), *this);
    loop_->run();
    loop_->set_timer(std::nullopt, *this);
    EXPECT_FALSE(timed_out_) << "nothing came within ten seconds";
  }
  void stop() { loop_->stop(); }

  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Processes> processes_;
  std::unique_ptr<Signals> signals_;

 private:
  void timer_fired() override {
    timed_out_ = true;
    loop_->stop();
  }

  bool timed_out_ = false;
};

}  // namespace beckon::platform
