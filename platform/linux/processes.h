// SPDX-License-Identifier: Apache-2.0
// Child processes: started without a shell, in a process group of their own, with a time limit;
// output drained while they run. Everything goes through the event loop; nothing blocks it.
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
  base::Duration timeout{30'000};        // then the group gets SIGTERM …
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
  // done is called once, later, from the loop. Errors: kNotFound (no such program), kDenied (not
  // executable), kLimit (kProcessesMax run, or no descriptors left), kIo.
  base::Status start(const ProcessSpec& spec, Done done);

  // Looks which children ended. Call on SIGCHLD.
  void reap();
  // SIGTERM to every group; those that stay get SIGKILL after their kill_after.
  void terminate_all();
  std::size_t count() const { return children_.size(); }

  static constexpr std::size_t kProcessesMax = 64;
  static constexpr std::size_t kOutputBytesMax = 4096;

 private:
  struct Child final : DescriptorWatcher {
    bool readable() override;
    void hung_up() override { output = -1; }
    void drain();

    pid_t pid = 0;
    int output = -1;  // the loop's
    ProcessResult result;
    Done done;
    base::Duration kill_after{};
    std::optional<base::Instant> signal_at;  // the next signal is due
    bool terminated = false;                 // it has had SIGTERM
  };

  void timer_fired() override;
  void set_timer();
  void terminate(Child& child);
  void finish(std::list<Child>::iterator found);
  base::Result<pid_t> spawn(const ProcessSpec& spec, int input, int output);

  Loop& loop_;
  base::Logger log_;
  std::list<Child> children_;
};

}  // namespace beckon::platform
