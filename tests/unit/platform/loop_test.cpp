// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/loop.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "platform/linux/processes.h"

namespace beckon::platform {
namespace {

class SilentWatcher final : public DescriptorWatcher {
 public:
  bool readable() override { return false; }
  void hung_up() override {}
};

std::unique_ptr<Loop> make_loop(std::size_t descriptors_max) {
  auto loop = Loop::create({.ca_file = "", .descriptors_max = descriptors_max}, base::null_log());
  EXPECT_TRUE(loop);
  return loop ? std::move(*loop) : nullptr;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

// One end stays open: nothing becomes readable.
int idle_descriptor(int& other_end) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  other_end = ends[1];
  return ends[0];
}

TEST(Loop, WhatItCannotWatchItCloses) {
  const auto loop = make_loop(14);
  SilentWatcher watcher;
  int other = -1;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(loop->watch(idle_descriptor(other), watcher));
  const int fd = idle_descriptor(other);
  const base::Status watched = loop->watch(fd, watcher);
  ASSERT_FALSE(watched);
  EXPECT_EQ(watched.error().code, base::ErrorCode::kLimit);
  EXPECT_EQ(fcntl(fd, F_GETFD), -1) << "still open";
}

TEST(Loop, ACommandWhoseOutputCannotBeWatchedIsNotStartedAndLeaksNothing) {
  const auto loop = make_loop(13);
  SilentWatcher watcher;
  int other = -1;
  ASSERT_TRUE(loop->watch(idle_descriptor(other), watcher));
  Processes processes(*loop, base::null_log());
  const std::size_t before = open_descriptors();
  ProcessSpec spec;
  spec.arguments = {"true"};
  const base::Status started = processes.start(spec, [](const ProcessResult&) { FAIL(); });
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, base::ErrorCode::kLimit);
  EXPECT_EQ(processes.count(), 0U);
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace beckon::platform
