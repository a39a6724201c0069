// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/resolver.h"

#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "platform/linux/descriptor.h"

namespace beckon::platform {

using base::ErrorCode;
using base::fail;

// Shared by the loop and the thread. result is the thread's until it writes to the pipe.
struct ThreadResolver::Work {
  std::string host;
  Lookup lookup = nullptr;
  std::shared_ptr<std::atomic<int>> threads;
  Descriptor ended;  // written to at the end
  base::Result<Addresses> result;

  static void* run(void* argument) {
    const std::unique_ptr<std::shared_ptr<Work>> owned(
        static_cast<std::shared_ptr<Work>*>(argument));
    Work& work = **owned;
    work.result = work.lookup(work.host);
    --*work.threads;
    const char byte = 0;
    // It fails where nobody listens any more; then nobody needs to know.
    [[maybe_unused]] const ssize_t n = write(work.ended.get(), &byte, 1);
    return nullptr;
  }
};

namespace {

constexpr std::size_t kStackBytes = 512 * 1024;  // modules of the system's resolver run on it

// A detached thread that gets no signal: they are the loop's. 0, or an errno.
int start_thread(void* (*run)(void*), void* argument) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, run, argument);
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error;
}

}  // namespace

base::Result<Addresses> look_up_host(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error == EAI_NONAME || error == EAI_NODATA) {
    return fail(ErrorCode::kNotFound, "host not found: " + host);
  }
  if (error != 0) {
    const char* why = error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error);
    return fail(ErrorCode::kUnavailable,
                "the name " + host + " cannot be looked up (" + why + "); is there a network?");
  }
  Addresses addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0) {
      addresses.emplace_back(text);
    }
  }
  freeaddrinfo(found);
  if (addresses.empty()) return fail(ErrorCode::kNotFound, "host not found: " + host);
  return addresses;
}

ThreadResolver::ThreadResolver(Loop& loop, Lookup lookup) : loop_(loop), lookup_(lookup) {}

ThreadResolver::~ThreadResolver() {
  if (work_) loop_.unwatch(*this);
}

void ThreadResolver::resolve(const void* key, const std::string& host, Done done) {
  waiters_.push_back({key, host, std::move(done)});
  if (!work_) start_next();
}

void ThreadResolver::forget(const void* key) {
  std::erase_if(waiters_, [&](const Waiter& one) { return one.key == key; });
  if (!work_) return;
  const bool wanted = std::any_of(waiters_.begin(), waiters_.end(),
                                  [&](const Waiter& one) { return one.host == work_->host; });
  if (wanted) return;
  // Whoever asks again asks anew: the network may have come back meanwhile.
  loop_.unwatch(*this);
  work_.reset();
  start_next();
}

void ThreadResolver::start_next() {
  while (!work_ && !waiters_.empty()) {
    const std::string host = waiters_.front().host;
    if (const auto started = start(host); !started) tell(host, std::unexpected(started.error()));
  }
}

base::Status ThreadResolver::start(const std::string& host) {
  const auto failed = [&](const char* why) {
    return fail(ErrorCode::kLimit, "the name " + host + " cannot be looked up (" + why + ")");
  };
  if (*threads_ >= kThreadsMax) return failed("the system's resolver hangs");
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return failed(std::strerror(errno));
  auto work = std::make_shared<Work>();
  work->host = host;
  work->lookup = lookup_;
  work->threads = threads_;
  work->ended.reset(ends[1]);
  if (auto watched = loop_.watch(ends[0], *this); !watched) {
    return failed(watched.error().message.c_str());
  }
  ++*threads_;
  auto owned = std::make_unique<std::shared_ptr<Work>>(work);
  if (const int error = start_thread(&Work::run, owned.get()); error != 0) {
    --*threads_;
    loop_.unwatch(*this);
    return failed(std::strerror(error));
  }
  [[maybe_unused]] const auto* theirs = owned.release();
  ended_ = ends[0];
  work_ = std::move(work);
  return {};
}

bool ThreadResolver::readable() {
  char byte = 0;
  if (read(ended_, &byte, 1) < 0) return true;
  const std::shared_ptr<Work> work = std::move(work_);
  tell(work->host, work->result);
  start_next();
  return false;
}

// Whoever is told may ask again or forget; a new question about this host waits for a new lookup.
void ThreadResolver::tell(const std::string& host, const base::Result<Addresses>& result) {
  std::vector<Waiter> told;
  for (Waiter& one : waiters_) {
    if (one.host == host) told.push_back({one.key, one.host, nullptr});
  }
  for (const Waiter& one : told) {
    const auto waiter = std::find_if(waiters_.begin(), waiters_.end(),
                                     [&](const Waiter& other) { return other.key == one.key; });
    if (waiter == waiters_.end()) continue;
    const Done done = std::move(waiter->done);
    waiters_.erase(waiter);
    done(result);
  }
}

}  // namespace beckon::platform
