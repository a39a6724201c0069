// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>
#include <csignal>

#include <cerrno>
#include <cstring>
#include <utility>

namespace beckon::platform {

base::Result<std::unique_ptr<Signals>> Signals::create(Loop& loop, Handlers handlers) {
  std::unique_ptr<Signals> signals(new Signals(std::move(handlers)));
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&set, number);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  signals->fd_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals->fd_ < 0) {
    return base::fail(base::ErrorCode::kIo, std::string("signalfd: ") + std::strerror(errno));
  }
  if (auto watched = loop.watch(signals->fd_, *signals); !watched) {
    return std::unexpected(watched.error());
  }
  return signals;
}

bool Signals::readable() {
  signalfd_siginfo info;
  while (read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    switch (static_cast<int>(info.ssi_signo)) {
      case SIGTERM:
      case SIGINT: handlers_.stop(static_cast<int>(info.ssi_signo)); break;
      case SIGHUP: handlers_.reload(); break;
      case SIGCHLD: handlers_.child(); break;
      default: break;
    }
  }
  return true;
}

}  // namespace beckon::platform
