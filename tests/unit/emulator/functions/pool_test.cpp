// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/pool.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <set>

#include "tests/support/temporary_folder.h"
#include "tests/unit/emulator/functions/functions_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;
using Outcome = InvokeResult::Outcome;

class FunctionPoolTest : public FunctionsFixture {
 protected:
  // As a linker does it: a new file in the place of the old one.
  void build_bootstrap() {
    const auto target = directory_ / "bootstrap";
    std::filesystem::remove(target);
    std::filesystem::copy_file(std::filesystem::path(TEST_FUNCTION_DIR) / "bootstrap", target);
  }

  // For the handler "gate", whose processes meet in the folder and wait there.
  std::string gate_event() const { return R"({"dir":")" + directory_.string() + R"("})"; }
  void open_gate() const { std::fclose(std::fopen((directory_ / "open").c_str(), "w")); }
  void wait_until_came(std::ptrdiff_t processes) const {
    const auto begin = base::monotonic_now();
    std::ptrdiff_t came = 0;
    while (came < processes && base::monotonic_now() - begin < tests::kPatience) {
      came = std::distance(std::filesystem::directory_iterator(directory_),
                           std::filesystem::directory_iterator());
    }
    EXPECT_EQ(came, processes);
  }

  tests::TemporaryFolder temporary_;
  const std::filesystem::path directory_ = temporary_.path();
};

TEST_F(FunctionPoolTest, AWarmProcessIsUsedAgain) {
  add("pid", "pid");
  start();
  const pid_t first = pid_of(invoke("pid", "{}"));
  EXPECT_GT(first, 0);
  EXPECT_EQ(pid_of(invoke("pid", "{}")), first);
}

TEST_F(FunctionPoolTest, ConcurrentInvocationsGetProcessesOfTheirOwnUpToTheLimitAndTheRestWaits) {
  add("gate", "gate");
  FunctionsOptions options;
  options.concurrency_max = 3;
  start(options);
  std::vector<tests::Pending<InvokeResult>> results;
  for (int i = 0; i < 6; ++i) results.push_back(invoke_async("gate", gate_event()));
  wait_until_came(3);
  open_gate();
  std::set<pid_t> pids;
  for (const auto& result : results) pids.insert(pid_of(result.get()));
  EXPECT_EQ(pids.size(), 3U);
}

TEST_F(FunctionPoolTest, ReservedConcurrencyIsAnsweredWithThrottlingAtOnce) {
  add("slow", "slow").reserved_concurrency = 1;
  add("none", "echo").reserved_concurrency = 0;
  start();
  auto first = invoke_async("slow", R"({"ms":300})");
  EXPECT_EQ(invoke("slow", R"({"ms":0})").outcome, Outcome::kThrottled);
  EXPECT_EQ(first.get().outcome, Outcome::kSuccess);
  EXPECT_EQ(invoke("slow", R"({"ms":0})").outcome, Outcome::kSuccess);
  EXPECT_EQ(invoke("none", "{}").outcome, Outcome::kThrottled);
}

TEST_F(FunctionPoolTest, AFullQueueThrottles) {
  add("gate", "gate");
  FunctionsOptions options;
  options.concurrency_max = 1;
  options.queue_max = 2;
  start(options);
  std::vector<tests::Pending<InvokeResult>> results;
  results.push_back(invoke_async("gate", gate_event()));
  wait_until_came(1);
  for (int i = 0; i < 2; ++i) results.push_back(invoke_async("gate", gate_event()));
  EXPECT_EQ(invoke("gate", gate_event()).outcome, Outcome::kThrottled);
  open_gate();
  for (const auto& result : results) EXPECT_EQ(result.get().outcome, Outcome::kSuccess);
}

TEST_F(FunctionPoolTest, ARebuiltBinaryIsUsedByTheNextInvocation) {
  build_bootstrap();
  add("pid", "pid").code_dir = directory_;
  start();
  const pid_t old_one = pid_of(invoke("pid", "{}"));
  build_bootstrap();
  const pid_t new_one = pid_of(invoke("pid", "{}"));
  EXPECT_GT(new_one, 0);
  EXPECT_NE(new_one, old_one);
  EXPECT_EQ(pid_of(invoke("pid", "{}")), new_one);
}

TEST_F(FunctionPoolTest, ARunningInvocationOfAReplacedBinaryIsFinished) {
  build_bootstrap();
  add("slow", "slow").code_dir = directory_;
  start();
  auto running = invoke_async("slow", R"({"ms":200})");
  EXPECT_FALSE(running.comes_within(base::Duration(50)));
  build_bootstrap();
  EXPECT_EQ(invoke("slow", R"({"ms":0})").outcome, Outcome::kSuccess);
  EXPECT_EQ(running.get().outcome, Outcome::kSuccess);
}

TEST_F(FunctionPoolTest, ABinaryThatIsBeingWrittenIsWaitedFor) {
  // The linker has made the file but not yet filled it or made it executable.
  const auto target = directory_ / "bootstrap";
  {
    std::FILE* file = std::fopen(target.c_str(), "w");
    std::fclose(file);
  }
  add("echo", "echo").code_dir = directory_;
  start();
  auto result = invoke_async("echo", "1");
  EXPECT_FALSE(result.comes_within(base::Duration(150)));
  build_bootstrap();
  EXPECT_EQ(result.get().outcome, Outcome::kSuccess);
}

TEST_F(FunctionPoolTest, ANonExecutableBinaryIsNamed) {
  build_bootstrap();
  std::filesystem::permissions(directory_ / "bootstrap", std::filesystem::perms::owner_read);
  std::filesystem::last_write_time(
      directory_ / "bootstrap",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  add("echo", "echo").code_dir = directory_;
  start();
  const auto result = invoke("echo", "{}");
  EXPECT_EQ(result.outcome, Outcome::kUnavailable);
  EXPECT_THAT(result.payload, HasSubstr("bootstrap is not executable; chmod +x"));
}

TEST_F(FunctionPoolTest, AnIdleProcessIsEndedAfterItsTime) {
  add("pid", "pid");
  FunctionsOptions options;
  options.idle_max = base::Duration(50);
  start(options);
  const pid_t pid = pid_of(invoke("pid", "{}"));
  const auto begin = base::monotonic_now();
  while (kill(pid, 0) == 0 && base::monotonic_now() - begin < tests::kPatience)
    usleep(1000);  // lint-allow(sleeping-tests): a poll
  EXPECT_NE(kill(pid, 0), 0);
  EXPECT_EQ(invoke("pid", "{}").outcome, Outcome::kSuccess);
}

TEST_F(FunctionPoolTest, AProcessThatDiedWhileIdleIsNotHandedAnInvocation) {
  add("pid", "pid");
  start();
  const pid_t dead = pid_of(invoke("pid", "{}"));
  ASSERT_GT(dead, 0);
  const tests::Pending<InvokeResult> pending;
  thread_.run([&] {
    kill(dead, SIGKILL);
    siginfo_t info{};
    ASSERT_EQ(waitid(P_PID, static_cast<id_t>(dead), &info, WEXITED | WNOWAIT), 0);
    // One turn of the loop later its end has been seen, and some turns later it is believed.
    thread_.loop().post([&] {
      thread_.loop().post([&] {
        functions_->invoke("pid", "{}", {}, [&](InvokeResult result) { pending.set(result); });
      });
    });
  });
  const InvokeResult result = pending.get();
  EXPECT_EQ(result.outcome, Outcome::kSuccess) << result.payload;
  EXPECT_NE(pid_of(result), dead);
}

// What one function has in the queue must not be all of the memory there is.
TEST_F(FunctionPoolTest, AQueueOfTooManyBytesThrottles) {
  add("gate", "gate");
  FunctionsOptions options;
  options.concurrency_max = 1;
  options.queue_bytes_max = 3 * gate_event().size();
  start(options);
  std::vector<tests::Pending<InvokeResult>> results;
  results.push_back(invoke_async("gate", gate_event()));
  wait_until_came(1);
  for (int i = 0; i < 3; ++i) results.push_back(invoke_async("gate", gate_event()));
  EXPECT_EQ(invoke("gate", gate_event()).outcome, Outcome::kThrottled);
  open_gate();
  for (const auto& result : results) EXPECT_EQ(result.get().outcome, Outcome::kSuccess);
  EXPECT_EQ(invoke("gate", gate_event()).outcome, Outcome::kSuccess) << "what went counts no more";
}

TEST_F(FunctionPoolTest, PrewarmingStartsTheProcessThatTheFirstInvocationUses) {
  add("pid", "pid");
  add("gone", "echo").code_dir = "/nowhere";
  start();
  thread_.run([this] { functions_->prewarm(); });
  EXPECT_GT(pid_of(invoke("pid", "{}")), 0);
}

}  // namespace
}  // namespace beckon::emulator
