// SPDX-License-Identifier: Apache-2.0
// Many connections on one epoll: opened at a pace, handed to whoever measures.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/client.h"

namespace beckon::bench {

struct FleetOptions {
  std::string url;
  std::size_t connections = 1;
  double opens_per_s = 450;  // API Gateway takes 500 new connections a second
  std::string user = "bench";
};

// CLOCK_MONOTONIC: the same clock as Python's time.monotonic_ns(), across processes.
std::int64_t monotonic_ns();

class Fleet {
 public:
  // Opens everything; ends the program with a sentence if a connection is refused for another
  // reason than too many at once.
  explicit Fleet(const FleetOptions& options);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  std::size_t size() const { return clients_.size(); }
  void send(std::size_t index, std::string_view message);

  // One turn: waits at most timeout_ms and calls got(index, message) for every message. Gives the
  // number of connections that have closed so far.
  std::size_t turn(int timeout_ms, const std::function<void(std::size_t, const std::string&)>& got);

  // Also wakes up turn() for fd; readable(fd) tells.
  void watch_input(int fd);
  bool input_ready() const { return input_ready_; }

 private:
  void open_some();
  void start(std::size_t index);
  void update(std::size_t index);
  void settle_opening(std::size_t index);

  FleetOptions options_;
  Target target_;
  int epoll_ = -1;
  std::vector<Client> clients_;
  std::vector<bool> is_writing_;
  std::vector<bool> is_open_;
  std::vector<std::size_t> to_retry_;
  std::size_t started_ = 0;
  std::size_t opened_ = 0;
  std::size_t closed_ = 0;
  std::int64_t began_ns_ = 0;
  double allowed_ = 1;
  bool input_ready_ = false;
};

}  // namespace beckon::bench
