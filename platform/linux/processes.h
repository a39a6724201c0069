// SPDX-License-Identifier: Apache-2.0
// Child processes: started without a shell, in a process group of their own, with a time limit;
// output drained while they run. When a command ends, what is left of its group is ended as well:
// nothing outlives its command but what left the group on purpose (setsid). Everything goes through
// the event loop; nothing blocks it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/time.h"
#include "platform/linux/descriptor.h"
#include "platform/lws/loop.h"

namespace beckon::platform {

struct ProcessSpec {
  std::vector<std::string> arguments;    // [0] is looked up in PATH
  std::vector<std::string> environment;  // "NAME=value", all of it
  std::string input;                     // its standard input, whole
  std::string directory;                 // empty: the agent's
  base::Duration timeout{30'000};        // then, or at its end, the group gets SIGTERM …
  base::Duration kill_after{2'000};      // … and SIGKILL
  bool capture = true;                   // false: output goes where the agent's goes
};

struct ProcessResult {
  int wait_status = 0;  // as waitpid gives it
  bool timed_out = false;
  std::string output;  // stdout and stderr as they came, at most kOutputBytesMax
  bool output_cut = false;

  // "exit status 3", "killed by signal 9", "timeout"; nothing for a success.
  base::Status status() const;
};

class Processes final : private TimerWatcher {
 public:
  Processes(Loop& loop, base::LogSink& log) : loop_(loop), log_(log, "exec") {}
  ~Processes();

  using Done = std::function<void(const ProcessResult&)>;
  // done is called once, later, from the loop, when the command itself has ended. Errors: kNotFound
  // (no such program), kDenied (not executable), kLimit (kProcessesMax run, or no descriptors
  // left), kIo.
  base::Status start(const ProcessSpec& spec, Done done);

  // Looks which children ended. Call on SIGCHLD.
  void reap();
  // SIGTERM to every group; those that stay get SIGKILL after their kill_after.
  void terminate_all();
  // Commands that run, and groups of ended ones in which somebody is left.
  std::size_t count();

  static constexpr std::size_t kProcessesMax = 64;
  static constexpr std::size_t kOutputBytesMax = 4096;

 private:
  struct Child final : DescriptorWatcher {
    bool readable() override;
    void hung_up() override { output = -1; }
    bool take_output();

    pid_t pid = 0;
    int output = -1;  // the loop's
    ProcessResult result;
    Done done;
    base::Duration kill_after{};
    std::optional<base::Instant> signal_at;  // the next signal is due
    bool terminated = false;                 // it has had SIGTERM
  };
  // The group of a command that has ended; it has had SIGTERM.
  struct Leftover {
    pid_t group = 0;
    base::Instant kill_at{};
  };

  void timer_fired() override;
  void set_timer();
  void terminate(Child& child);
  void finish(std::list<Child>::iterator found);
  void end_group(Child& child);
  void forget_ended_groups();
  base::Result<pid_t> spawn(const ProcessSpec& spec, int input, int output);

  Loop& loop_;
  base::Logger log_;
  std::list<Child> children_;
  std::vector<Leftover> leftovers_;
};

}  // namespace beckon::platform
