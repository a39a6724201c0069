// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/processes.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

// How much is read of one child before the loop looks at others.
constexpr int kReadsPerTurn = 16;

base::ErrorCode code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return ErrorCode::kNotFound;
    case EACCES:
    case EPERM: return ErrorCode::kDenied;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM: return ErrorCode::kLimit;
    default: return ErrorCode::kIo;
  }
}

// The whole input as an anonymous file: nothing to feed while the child runs, no broken pipe if it
// does not read.
base::Result<Descriptor> input_file(const std::string& text) {
  Descriptor file(memfd_create("beckon-event", MFD_CLOEXEC));
  if (!file.valid())
    return fail(code_of(errno), std::string("memfd_create: ") + std::strerror(errno));
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(file.get(), text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0)
      return fail(ErrorCode::kIo, std::string("writing the event: ") + std::strerror(errno));
    done += static_cast<std::size_t>(n);
  }
  lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

// Whether somebody is in this group, whose leader has ended and is reaped. As long as there is, no
// process can be given the group's number; so if one has it, the number is another group's by now.
bool group_lives(pid_t group) {
  if (kill(group, 0) == 0 || errno == EPERM) return false;
  // Orphans come to us if we are a container's first process.
  while (waitpid(-group, nullptr, WNOHANG) > 0) {
  }
  return kill(-group, 0) == 0 || errno == EPERM;
}

struct SpawnSettings {
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

}  // namespace

base::Status ProcessResult::status() const {
  if (timed_out) return fail(ErrorCode::kTimeout, "timeout");
  if (WIFSIGNALED(wait_status)) {
    return fail(ErrorCode::kInternal, "killed by signal " + std::to_string(WTERMSIG(wait_status)));
  }
  if (WEXITSTATUS(wait_status) != 0) {
    return fail(ErrorCode::kInternal, "exit status " + std::to_string(WEXITSTATUS(wait_status)));
  }
  return {};
}

base::Result<pid_t> Processes::spawn(const ProcessSpec& spec, int input, int output) {
  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.actions, input, STDIN_FILENO);
  if (output >= 0) {
    posix_spawn_file_actions_adddup2(&settings.actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&settings.actions, output, STDERR_FILENO);
  }
  if (!spec.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(&settings.actions, spec.directory.c_str());
  }
#ifdef __GLIBC__
  // All our descriptors are close-on-exec; this is for those that a library forgot.
  posix_spawn_file_actions_addclosefrom_np(&settings.actions, STDERR_FILENO + 1);
#endif
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&settings.attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&settings.attributes, &signals);
  posix_spawnattr_setpgroup(&settings.attributes, 0);
  posix_spawnattr_setflags(&settings.attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error =
      posix_spawnp(&pid, spec.arguments[0].c_str(), &settings.actions, &settings.attributes,
                   pointers(spec.arguments).data(), pointers(spec.environment).data());
  if (error == 0) return pid;
  std::string what = "cannot run " + spec.arguments[0];
  if (!spec.directory.empty()) what += " in " + spec.directory;
  return fail(code_of(error), what + ": " + std::strerror(error));
}

base::Status Processes::start(const ProcessSpec& spec, Done done) {
  if (count() >= kProcessesMax) {
    return fail(ErrorCode::kLimit, std::to_string(kProcessesMax) + " commands run already");
  }
  auto input = input_file(spec.input);
  if (!input) return std::unexpected(input.error());
  int ends[2] = {-1, -1};
  if (spec.capture && pipe2(ends, O_CLOEXEC) != 0) {
    return fail(code_of(errno), std::string("pipe: ") + std::strerror(errno));
  }
  const Descriptor writing(ends[1]);
  Child& child = children_.emplace_back();
  child.output = ends[0];
  // Watched before there is a process: what goes wrong then has nothing to undo.
  if (child.output >= 0) {
    if (auto watched = loop_.watch(child.output, child); !watched) {
      children_.pop_back();
      return watched;
    }
  }
  const auto pid = spawn(spec, input->get(), writing.get());
  if (!pid) {
    if (child.output >= 0) loop_.unwatch(child);
    children_.pop_back();
    return std::unexpected(pid.error());
  }
  child.pid = *pid;
  child.done = std::move(done);
  child.kill_after = spec.kill_after;
  child.signal_at = base::monotonic_now() + spec.timeout;
  set_timer();
  return {};
}

// False at the end of it.
bool Processes::Child::readable() {
  if (take_output()) return true;
  output = -1;
  return false;
}

// Reads what is there, within a turn. What is beyond the limit is read and dropped, so that nobody
// waits in a write. False at the end of it.
bool Processes::Child::take_output() {
  char bytes[4096];
  for (int turn = 0; turn < kReadsPerTurn; ++turn) {
    const ssize_t n = read(output, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return true;
    if (n <= 0) return false;
    const std::size_t room = kOutputBytesMax - result.output.size();
    result.output.append(bytes, std::min(static_cast<std::size_t>(n), room));
    if (static_cast<std::size_t>(n) > room) result.output_cut = true;
  }
  return true;
}

void Processes::reap() {
  for (auto child = children_.begin(); child != children_.end();) {
    const auto next = std::next(child);
    siginfo_t info{};
    const int seen =
        waitid(P_PID, static_cast<id_t>(child->pid), &info, WEXITED | WNOHANG | WNOWAIT);
    if (seen == 0 && info.si_pid == child->pid) finish(child);
    child = next;
  }
}

void Processes::finish(std::list<Child>::iterator found) {
  end_group(*found);
  // What is in the pipe now: a turn reads as much as a pipe holds.
  if (found->output >= 0) {
    found->take_output();
    loop_.unwatch(*found);
  }
  const ProcessResult result = std::move(found->result);
  const Done done = std::move(found->done);
  children_.erase(found);
  set_timer();
  done(result);
}

// The command itself has ended and is reaped here; what it left behind gets SIGTERM, unless it had
// it with the command, and SIGKILL after its grace.
void Processes::end_group(Child& child) {
  // While the leader is not reaped its group's number cannot be another group's.
  const bool killed = child.terminated && !child.signal_at;
  if (killed) kill(-child.pid, SIGKILL);
  if (!child.terminated) kill(-child.pid, SIGTERM);
  waitpid(child.pid, &child.result.wait_status, 0);
  if (killed || !group_lives(child.pid)) return;
  const base::Instant grace_end = base::monotonic_now() + child.kill_after;
  leftovers_.push_back(
      {child.pid, child.signal_at && child.terminated ? *child.signal_at : grace_end});
}

void Processes::forget_ended_groups() {
  std::erase_if(leftovers_, [](const Leftover& one) { return !group_lives(one.group); });
}

std::size_t Processes::count() {
  forget_ended_groups();
  return children_.size() + leftovers_.size();
}

void Processes::terminate(Child& child) {
  if (!child.terminated) {
    child.terminated = true;
    child.signal_at = base::monotonic_now() + child.kill_after;
    kill(-child.pid, SIGTERM);
    return;
  }
  child.signal_at.reset();
  kill(-child.pid, SIGKILL);
}

void Processes::timer_fired() {
  const base::Instant now = base::monotonic_now();
  for (Child& child : children_) {
    if (!child.signal_at || *child.signal_at > now) continue;
    if (!child.terminated) child.result.timed_out = true;
    terminate(child);
  }
  forget_ended_groups();
  std::erase_if(leftovers_, [&](const Leftover& one) {
    if (one.kill_at > now) return false;
    kill(-one.group, SIGKILL);
    return true;
  });
  set_timer();
}

void Processes::set_timer() {
  std::optional<base::Instant> first;
  for (const Child& child : children_) {
    if (child.signal_at && (!first || *child.signal_at < *first)) first = child.signal_at;
  }
  for (const Leftover& one : leftovers_) {
    if (!first || one.kill_at < *first) first = one.kill_at;
  }
  loop_.set_timer(first, *this);
}

void Processes::terminate_all() {
  for (Child& child : children_) {
    if (!child.terminated) terminate(child);
  }
  set_timer();
}

// Nothing of ours stays behind: whoever still runs has been asked to end before.
Processes::~Processes() {
  loop_.set_timer(std::nullopt, *this);
  for (Child& child : children_) {
    if (child.output >= 0) loop_.unwatch(child);
    kill(-child.pid, SIGKILL);
    waitpid(child.pid, nullptr, 0);
  }
  forget_ended_groups();
  for (const Leftover& one : leftovers_) kill(-one.group, SIGKILL);
}

}  // namespace beckon::platform
