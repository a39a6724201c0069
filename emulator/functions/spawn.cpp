// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/spawn.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

// clone() under the other name that C libraries give it. The thread sanitizer takes a call of
// clone() for fork() and stops watching the calling thread for good, whose memory the child shares
// here.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" int __clone(int (*function)(void*), void* stack, int flags, void* argument, ...);

namespace beckon::emulator {
namespace {

constexpr rlim_t kLambdaFilesMax = 1024;
constexpr std::size_t kChildStackBytes = 64U << 10;

// What the child works with. It shares our memory until it calls exec, so it makes system calls
// only and allocates nothing.
struct ChildPlan {
  const char* executable = nullptr;
  const char* directory = nullptr;
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  int output_fd = -1;
  int input_fd = -1;
  pid_t parent = 0;
  rlimit files{};
  int error = 0;
};

int child_main(void* argument) {
  auto* plan = static_cast<ChildPlan*>(argument);
  // Blocked and ignored signals would be inherited through exec.
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) {
    sigaction(signal, &standard, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setpgid(0, 0);
  setrlimit(RLIMIT_NOFILE, &plan->files);
  const bool ready = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == plan->parent &&
                     dup2(plan->input_fd, STDIN_FILENO) >= 0 &&
                     dup2(plan->output_fd, STDOUT_FILENO) >= 0 &&
                     dup2(plan->output_fd, STDERR_FILENO) >= 0 && chdir(plan->directory) == 0;
  if (ready) execve(plan->executable, plan->arguments, plan->environment);
  plan->error = errno != 0 ? errno : ECANCELED;
  _exit(127);
}

// The child's memory is ours, so the parent stands still until it has called exec or ended: no copy
// of the emulator's page tables is made, however large it is.
pid_t clone_child(ChildPlan& plan) {
  alignas(16) static thread_local std::array<char, kChildStackBytes> stack;
  return __clone(child_main, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

const char* signal_text(int signal) {
  // strsignal() speaks the user's language and starts with a capital letter.
  switch (signal) {
    case SIGABRT: return "aborted";
    case SIGBUS: return "bus error";
    case SIGFPE: return "floating point exception";
    case SIGILL: return "illegal instruction";
    case SIGINT: return "interrupt";
    case SIGKILL: return "killed";
    case SIGPIPE: return "broken pipe";
    case SIGSEGV: return "segmentation fault";
    case SIGTERM: return "terminated";
    case SIGTRAP: return "trace/breakpoint trap";
    default: return nullptr;
  }
}

}  // namespace

SpawnResult spawn(const SpawnRequest& request) {
  SpawnResult result;
  std::array<int, 2> output{-1, -1};
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (input < 0 || pipe2(output.data(), O_CLOEXEC) != 0) {
    result.error = errno;
    if (input >= 0) close(input);
    return result;
  }
  const std::vector<std::string> arguments{request.executable};
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(request.environment);
  ChildPlan plan;
  plan.executable = request.executable.c_str();
  plan.directory = request.directory.c_str();
  plan.arguments = argument_pointers.data();
  plan.environment = environment_pointers.data();
  plan.output_fd = output[1];
  plan.input_fd = input;
  plan.parent = getpid();
  getrlimit(RLIMIT_NOFILE, &plan.files);
  plan.files.rlim_cur = plan.files.rlim_max = std::min(kLambdaFilesMax, plan.files.rlim_max);

  result.pid = clone_child(plan);
  result.error = result.pid < 0 ? errno : plan.error;
  close(input);
  close(output[1]);
  if (result.pid > 0 && plan.error != 0) waitpid(result.pid, nullptr, 0);
  if (result.error == 0) {
    result.pid_fd = static_cast<int>(syscall(SYS_pidfd_open, result.pid, 0));
    if (result.pid_fd < 0) {
      result.error = errno;
      kill_and_reap(result.pid);
    }
  }
  if (result.error != 0) {
    close(output[0]);
    return result;
  }
  fcntl(output[0], F_SETFL, O_NONBLOCK);
  result.output_fd = output[0];
  return result;
}

int kill_and_reap(pid_t pid) {
  // The group first: once the process has been waited for, its number may be another's.
  kill(-pid, SIGKILL);
  kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string describe_exit(int wait_status) {
  if (WIFEXITED(wait_status)) {
    const int code = WEXITSTATUS(wait_status);
    return code == 0 ? std::string() : "exit status " + std::to_string(code);
  }
  const int signal = WTERMSIG(wait_status);
  const char* text = signal_text(signal);
  return std::string("signal: ") + (text != nullptr ? text : std::to_string(signal).c_str());
}

}  // namespace beckon::emulator
