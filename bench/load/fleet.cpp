// SPDX-License-Identifier: Apache-2.0
#include "bench/load/fleet.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

namespace beckon::bench {
namespace {

constexpr std::uint64_t kInputTag = ~0ULL;

}  // namespace

std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

Fleet::Fleet(const FleetOptions& options)
    : options_(options),
      target_(parse_target(options.url)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      clients_(options.connections),
      is_writing_(options.connections),
      is_open_(options.connections) {
  began_ns_ = monotonic_ns();
  std::int64_t last_ns = began_ns_;
  while (opened_ < clients_.size()) {
    const std::int64_t now_ns = monotonic_ns();
    allowed_ += static_cast<double>(now_ns - last_ns) / 1e9 * options_.opens_per_s;
    last_ns = now_ns;
    open_some();
    turn(5, [](std::size_t, const std::string&) {});
    if (now_ns - began_ns_ > 300'000'000'000LL) {
      fmt::print(stderr, "beckon-bench-load: only {} of {} connections opened within 300 s\n",
                 opened_, clients_.size());
      std::exit(1);
    }
  }
}

Fleet::~Fleet() {
  for (Client& client : clients_) client.close();
  ::close(epoll_);
}

void Fleet::open_some() {
  for (; allowed_ >= 1 && !to_retry_.empty(); allowed_ -= 1) {
    const std::size_t index = to_retry_.back();
    to_retry_.pop_back();
    start(index);
  }
  for (; allowed_ >= 1 && started_ < clients_.size(); allowed_ -= 1) start(started_++);
}

void Fleet::start(std::size_t index) {
  clients_[index].start(target_, fmt::format("X-User-Id: {}\r\nX-Device-Id: {}-{}\r\n",
                                             options_.user, options_.user, index));
  epoll_event event{.events = EPOLLIN | EPOLLOUT, .data = {.u64 = index}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_[index].fd(), &event);
  is_writing_[index] = true;
}

void Fleet::send(std::size_t index, std::string_view message) {
  clients_[index].send(message);
  update(index);
}

void Fleet::update(std::size_t index) {
  Client& client = clients_[index];
  if (client.state() == Client::State::kClosed || client.wants_write() == is_writing_[index])
    return;
  is_writing_[index] = client.wants_write();
  epoll_event event{.events = EPOLLIN | (is_writing_[index] ? EPOLLOUT : 0U),
                    .data = {.u64 = index}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd(), &event);
}

void Fleet::settle_opening(std::size_t index) {
  Client& client = clients_[index];
  if (client.state() == Client::State::kOpen) {
    is_open_[index] = true;
    ++opened_;
  } else if (client.state() == Client::State::kClosed) {
    if (client.refused_status() != 429) {
      fmt::print(stderr, "beckon-bench-load: connection {} was refused with status {}\n", index,
                 client.refused_status());
      std::exit(1);
    }
    to_retry_.push_back(index);
    allowed_ = 0;  // too fast: start the pace anew
  }
}

std::size_t Fleet::turn(int timeout_ms,
                        const std::function<void(std::size_t, const std::string&)>& got) {
  epoll_event events[256];
  input_ready_ = false;
  const int count = epoll_wait(epoll_, events, 256, timeout_ms);
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u64 == kInputTag) {
      input_ready_ = true;
      continue;
    }
    const auto index = static_cast<std::size_t>(events[i].data.u64);
    Client& client = clients_[index];
    client.on_ready(events[i].events);
    if (!is_open_[index]) {
      settle_opening(index);
    } else if (client.state() == Client::State::kClosed) {
      ++closed_;
    }
    for (const std::string& message : client.messages()) got(index, message);
    update(index);
  }
  return closed_;
}

void Fleet::watch_input(int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kInputTag}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace beckon::bench
