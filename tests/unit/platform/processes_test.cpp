// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/processes.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/unit/platform/loop_fixture.h"

namespace beckon::platform {
namespace {

using ::testing::HasSubstr;

// A file for commands to write into.
class TemporaryFile {
 public:
  TemporaryFile() { close(mkstemp(name_.data())); }
  ~TemporaryFile() { unlink(name_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& name() const { return name_; }
  std::string text() const {
    std::ifstream file(name_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::string name_ = "/tmp/beckon-processes-XXXXXX";
};

class ProcessesTest : public LoopTest {
 protected:
  ProcessSpec shell(const std::string& script) {
    ProcessSpec spec;
    spec.arguments = {"sh", "-c", script};
    spec.environment = {"PATH=/usr/bin:/bin"};
    return spec;
  }
  // Waits until nobody of the group is left. Killed orphans are reaped by init, in its own time;
  // until then they count as there.
  bool group_ends(const std::string& output) {
    const std::string group = output.substr(0, output.find('\n'));
    EXPECT_FALSE(group.empty());
    return run_to_end(shell("while kill -0 -" + group + "; do sleep 0.01; done"))
        .status()
        .has_value();
  }
  ProcessResult run_to_end(const ProcessSpec& spec) {
    ProcessResult got;
    const base::Status started = processes_->start(spec, [&](const ProcessResult& result) {
      got = result;
      stop();
    });
    EXPECT_TRUE(started) << started.error().message;
    if (started) run();
    return got;
  }
};

TEST_F(ProcessesTest, ACommandGetsItsInputAndItsOutputIsKept) {
  ProcessSpec spec = shell("cat; echo to-stderr >&2");
  spec.input = "hello\n";
  const ProcessResult result = run_to_end(spec);
  EXPECT_TRUE(result.status());
  EXPECT_EQ(result.output, "hello\nto-stderr\n");
}

TEST_F(ProcessesTest, ACommandThatDoesNotReadItsInputIsNoTrouble) {
  ProcessSpec spec = shell("exit 0");
  spec.input = std::string(1024 * 1024, 'x');
  EXPECT_TRUE(run_to_end(spec).status());
}

TEST_F(ProcessesTest, AFailureSaysHow) {
  EXPECT_EQ(run_to_end(shell("exit 3")).status().error().message, "exit status 3");
}

TEST_F(ProcessesTest, ADeathBySignalSaysWhich) {
  EXPECT_EQ(run_to_end(shell("kill -9 $$")).status().error().message, "killed by signal 9");
}

TEST_F(ProcessesTest, AProgramThatIsNotThereIsSaidAtOnce) {
  ProcessSpec spec;
  spec.arguments = {"/nowhere/program"};
  const base::Status started = processes_->start(spec, [](const ProcessResult&) { FAIL(); });
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, base::ErrorCode::kNotFound);
  EXPECT_THAT(started.error().message, HasSubstr("/nowhere/program"));
  EXPECT_EQ(processes_->count(), 0U);
}

TEST_F(ProcessesTest, ATimeLimitEndsACommandWithTerm) {
  ProcessSpec spec = shell("trap 'echo bye; exit 0' TERM; while :; do sleep 0.01; done");
  spec.timeout = base::Duration(200);
  const ProcessResult result = run_to_end(spec);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status().error().message, "timeout");
  EXPECT_THAT(result.output, HasSubstr("bye"));
}

// Each of these broke a device client somewhere.
TEST_F(ProcessesTest, AWholeGroupThatIgnoresTermAndFloodsStderrIsKilled) {
  ProcessSpec spec = shell(
      "trap '' TERM; (trap '' TERM; echo $$ >&2; while :; do sleep 0.01; done) & "
      "echo group $$; head -c 1048576 /dev/zero >&2; while :; do sleep 0.01; done");
  spec.timeout = base::Duration(500);
  spec.kill_after = base::Duration(200);
  const ProcessResult result = run_to_end(spec);
  EXPECT_TRUE(result.timed_out);
  EXPECT_TRUE(result.output_cut);
  EXPECT_EQ(result.output.size(), Processes::kOutputBytesMax);
  const std::size_t at = result.output.find("group ");
  ASSERT_NE(at, std::string::npos);
  EXPECT_TRUE(group_ends(result.output.substr(at + 6)));
}

TEST_F(ProcessesTest, TheLoopGoesOnWhileACommandFloods) {
  ProcessSpec flood = shell("cat /dev/zero");
  flood.timeout = base::Duration(10'000);
  ASSERT_TRUE(processes_->start(flood, [](const ProcessResult&) {}));
  const base::Instant begun = base::monotonic_now();
  EXPECT_TRUE(run_to_end(shell("exit 0")).status());
  EXPECT_LT(base::monotonic_now() - begun, base::Duration(3000));
}

TEST_F(ProcessesTest, WhatACommandLeavesBehindDoesNotHoldItsEnd) {
  const base::Instant begun = base::monotonic_now();
  const ProcessResult result = run_to_end(shell("sleep 5 & echo done"));
  EXPECT_TRUE(result.status());
  EXPECT_EQ(result.output, "done\n");
  EXPECT_LT(base::monotonic_now() - begun, base::Duration(4000));
}

TEST_F(ProcessesTest, WhatACommandLeavesBehindIsEndedWithTermThenKill) {
  const TemporaryFile file;
  // One that ends by SIGTERM, and one that notes it and goes on. It does not wait for anybody: dash
  // can miss a signal while it starts a program.
  ProcessSpec spec = shell("sleep 1000 & (trap 'echo term >>" + file.name() + "' TERM; echo up >" +
                           file.name() + "; while :; do :; done) & while ! grep -q up " +
                           file.name() + "; do sleep 0.01; done; echo $$");
  spec.kill_after = base::Duration(200);
  const ProcessResult result = run_to_end(spec);
  EXPECT_TRUE(result.status());
  EXPECT_TRUE(group_ends(result.output));
  EXPECT_EQ(processes_->count(), 0U);
  EXPECT_EQ(file.text(), "up\nterm\n");
}

TEST_F(ProcessesTest, NothingOfACommandIsLeftWhenAllAreTerminated) {
  const TemporaryFile file;
  ProcessSpec spec =
      shell("trap '' TERM; sleep 1000 & echo $$ >" + file.name() + "; exec sleep 1000");
  spec.kill_after = base::Duration(100);
  ASSERT_TRUE(processes_->start(spec, [&](const ProcessResult&) { stop(); }));
  const std::string wait = "while [ ! -s " + file.name() + " ]; do sleep 0.01; done";
  ASSERT_TRUE(run_to_end(shell(wait)).status());
  processes_->terminate_all();
  run();
  EXPECT_TRUE(group_ends(file.text()));
}

TEST_F(ProcessesTest, NoDescriptorOfOursReachesACommand) {
  const int leaked = open("/dev/null", O_RDONLY);  // without close-on-exec, as a library might
  const ProcessResult result = run_to_end(shell("ls /proc/self/fd | wc -l"));
  close(leaked);
  EXPECT_EQ(result.output, "4\n") << "0, 1, 2 and ls's own";
}

TEST_F(ProcessesTest, SignalsAreAsInAFreshProcess) {
  const ProcessResult result = run_to_end(shell("grep -E 'Sig(Blk|Ign)' /proc/self/status"));
  EXPECT_THAT(result.output, HasSubstr("SigBlk:\t0000000000000000"));
  // glibc ignores its own two, 32 and 33, in every spawned process.
  EXPECT_THAT(result.output, ::testing::ContainsRegex("SigIgn:\t0000000[01][08]0000000\n"));
}

TEST_F(ProcessesTest, TooManyCommandsAreRefusedNotForgotten) {
  ProcessSpec spec = shell("exec sleep 30");
  for (std::size_t i = 0; i < Processes::kProcessesMax; ++i) {
    ASSERT_TRUE(processes_->start(spec, [](const ProcessResult&) {}));
  }
  EXPECT_EQ(processes_->start(spec, [](const ProcessResult&) {}).error().code,
            base::ErrorCode::kLimit);
}

}  // namespace
}  // namespace beckon::platform
