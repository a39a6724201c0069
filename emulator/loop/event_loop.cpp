// SPDX-License-Identifier: Apache-2.0
#include "emulator/loop/event_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/assert.h"

namespace beckon::emulator {
namespace {

constexpr int kBatchEventsMax = 256;

struct Watch {
  std::function<void(std::uint32_t)> ready;
  // Tells this watch from an earlier one of the same fd number, whose events may still lie in the
  // batch that is being worked off.
  std::uint32_t generation = 0;
  bool active = true;
};

std::uint64_t pack(int fd, std::uint32_t generation) {
  return (static_cast<std::uint64_t>(generation) << 32) | static_cast<std::uint32_t>(fd);
}

}  // namespace

struct EventLoop::State {
  int epoll_fd = -1;
  // Indexed by fd. Shared, since a callback may unwatch itself while it runs.
  std::vector<std::shared_ptr<Watch>> watches;
  std::uint32_t generation = 0;

  std::map<std::pair<base::Instant, TimerId>, std::function<void()>> timers;
  std::unordered_map<TimerId, base::Instant> timer_times;
  TimerId last_timer = 0;

  std::vector<std::function<void()>> posted;
  std::vector<std::function<void()>> running;  // keeps its capacity from turn to turn
  bool stopping = false;
  bool destroying = false;

  const std::shared_ptr<Watch>& watch_of(int fd) const {
    const auto index = static_cast<std::size_t>(fd);
    BECKON_ASSERT(fd >= 0 && index < watches.size() && watches[index] != nullptr);
    return watches[index];
  }

  bool has_callbacks() const { return !posted.empty() || !timers.empty() || !watches.empty(); }

  int wait_ms() const {
    if (!posted.empty()) return 0;
    if (timers.empty()) return -1;
    const auto left = timers.begin()->first.first - base::monotonic_now();
    const std::int64_t ms = std::clamp<std::int64_t>(left.count(), 0, 60'000);
    return static_cast<int>(ms);
  }

  void run_posted() {
    // What is posted meanwhile belongs to the next turn.
    running.swap(posted);
    for (auto& callback : running) {
      if (stopping) break;
      callback();
    }
    running.clear();
  }

  void run_timers() {
    if (timers.empty()) return;
    const base::Instant now = base::monotonic_now();
    // Timers made by these callbacks with a zero delay wait for the next turn: ids grow.
    const TimerId newest = last_timer;
    auto next = timers.begin();
    while (next != timers.end() && next->first.first <= now && !stopping) {
      if (next->first.second > newest) {
        ++next;
        continue;
      }
      std::function<void()> callback = std::move(next->second);
      timer_times.erase(next->first.second);
      timers.erase(next);
      callback();
      next = timers.begin();
    }
  }

  void dispatch(const epoll_event& event) const {
    const auto fd = static_cast<std::size_t>(event.data.u64 & 0xffffffffU);
    const auto of_generation = static_cast<std::uint32_t>(event.data.u64 >> 32);
    if (fd >= watches.size()) return;
    const std::shared_ptr<Watch> watch = watches[fd];
    if (watch == nullptr || watch->generation != of_generation || !watch->active) return;
    watch->ready(event.events);
  }
};

EventLoop::EventLoop() : state_(new State) {
  state_->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  BECKON_ASSERT(state_->epoll_fd >= 0);
}

EventLoop::~EventLoop() {
  // Callbacks may own objects that unwatch, cancel and post when they go. Each container is taken
  // out first, so that these calls find the members whole and never one that is being emptied.
  state_->destroying = true;
  while (state_->has_callbacks()) {
    const auto posted = std::exchange(state_->posted, {});
    state_->timer_times.clear();
    const auto timers = std::exchange(state_->timers, {});
    const auto watches = std::exchange(state_->watches, {});
  }
  close(state_->epoll_fd);
  delete state_;
}

void EventLoop::watch(int fd, std::uint32_t epoll_events,
                      std::function<void(std::uint32_t)> ready) {
  BECKON_ASSERT(fd >= 0);
  const auto index = static_cast<std::size_t>(fd);
  if (index >= state_->watches.size()) state_->watches.resize(index + 1);
  BECKON_ASSERT(state_->watches[index] == nullptr);
  auto watch = std::make_shared<Watch>();
  watch->ready = std::move(ready);
  watch->generation = ++state_->generation;
  epoll_event event{};
  event.events = epoll_events;
  event.data.u64 = pack(fd, watch->generation);
  const int rc = epoll_ctl(state_->epoll_fd, EPOLL_CTL_ADD, fd, &event);
  BECKON_ASSERT(rc == 0);
  state_->watches[index] = std::move(watch);
}

void EventLoop::set_events(int fd, std::uint32_t epoll_events) {
  if (state_->destroying) return;
  epoll_event event{};
  event.events = epoll_events;
  event.data.u64 = pack(fd, state_->watch_of(fd)->generation);
  const int rc = epoll_ctl(state_->epoll_fd, EPOLL_CTL_MOD, fd, &event);
  BECKON_ASSERT(rc == 0);
}

void EventLoop::unwatch(int fd) {
  if (state_->destroying) return;
  state_->watch_of(fd)->active = false;
  epoll_ctl(state_->epoll_fd, EPOLL_CTL_DEL, fd, nullptr);
  state_->watches[static_cast<std::size_t>(fd)].reset();
}

EventLoop::TimerId EventLoop::call_after(base::Duration after, std::function<void()> callback) {
  // The clock's milliseconds are cut off, so one more makes "not before" true.
  const base::Duration wait = after.count() > 0 ? after + base::Duration(1) : base::Duration(0);
  const base::Instant at = base::monotonic_now() + wait;
  const TimerId id = ++state_->last_timer;
  state_->timers.emplace(std::make_pair(at, id), std::move(callback));
  state_->timer_times.emplace(id, at);
  return id;
}

void EventLoop::cancel(TimerId id) {
  const auto found = state_->timer_times.find(id);
  if (found == state_->timer_times.end()) return;
  const base::Instant at = found->second;
  state_->timer_times.erase(found);
  // The callback may own the caller: it is destroyed after the maps are in order again.
  auto node = state_->timers.extract(std::make_pair(at, id));
}

void EventLoop::post(std::function<void()> callback) {
  state_->posted.push_back(std::move(callback));
}

void EventLoop::run() {
  std::array<epoll_event, kBatchEventsMax> events;
  state_->stopping = false;
  while (!state_->stopping) {
    const int count =
        epoll_wait(state_->epoll_fd, events.data(), kBatchEventsMax, state_->wait_ms());
    BECKON_ASSERT(count >= 0 || errno == EINTR);
    for (int i = 0; i < count && !state_->stopping; ++i) {
      state_->dispatch(events[static_cast<std::size_t>(i)]);
    }
    if (!state_->stopping) state_->run_timers();
    if (!state_->stopping) state_->run_posted();
  }
}

void EventLoop::stop() {
  state_->stopping = true;
}

}  // namespace beckon::emulator
