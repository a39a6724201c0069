// SPDX-License-Identifier: Apache-2.0
// A blocking TCP client for tests: every wait ends after a time limit, so a test fails and does not
// hang.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/time.h"

namespace beckon::tests {

// How long a test waits for something that must happen. Generous: the machine may be busy.
inline constexpr base::Duration kPatience{10'000};

class TcpClient {
 public:
  // Connects at once; connected() tells whether it worked.
  TcpClient(const std::string& host, int port);
  ~TcpClient();
  TcpClient(TcpClient&& other) noexcept;
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  bool connected() const { return fd_ >= 0; }
  // False if the other side has closed.
  bool send(std::string_view bytes);
  // Exactly so many bytes; fewer if the other side closed or the time is up.
  std::string receive(std::size_t bytes);
  // Up to and with the delimiter; less if the other side closed or the time is up.
  std::string receive_until(std::string_view delimiter);
  // Everything until the other side closes; timed_out() tells if it did not.
  std::string receive_all();
  bool timed_out() const { return timed_out_; }
  // True if nothing arrives within that time (and nothing is buffered).
  bool is_silent(base::Duration time);

  // Says that nothing more will be sent.
  void shutdown_sending();
  // Resets the link instead of closing it.
  void reset();
  void close();
  int fd() const { return fd_; }

 private:
  // Reads more into the buffer; false at the end or when the time is up.
  bool fill();

  int fd_ = -1;
  bool timed_out_ = false;
  std::string buffer_;
};

}  // namespace beckon::tests
