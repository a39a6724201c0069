// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/stdout_action.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace beckon::platform {
namespace {

class StdoutAction final : public agent::Action {
 public:
  explicit StdoutAction(const std::function<void(const base::Error&)>& broken) : broken_(broken) {}
  void start(agent::Run run, const agent::ReceivedEvent& event,
             agent::RunObserver& observer) override {
    if (const auto written = write_standard_output(event.line() + "\n"); !written) {
      broken_(written.error());
      return;
    }
    observer.run_finished(run, {});
  }

 private:
  const std::function<void(const base::Error&)>& broken_;  // the type's, which lives longer
};

}  // namespace

base::Status write_standard_output(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(STDOUT_FILENO, text.data(), text.size());
    if (n > 0) {
      text.remove_prefix(static_cast<std::size_t>(n));
    } else if (n < 0 && errno == EAGAIN) {
      // Somebody made it non-blocking; the loop has nothing better to do than what it was asked.
      pollfd waiting{STDOUT_FILENO, POLLOUT, 0};
      poll(&waiting, 1, -1);
    } else if (n < 0 && errno != EINTR) {
      return base::fail(base::ErrorCode::kIo,
                        std::string("standard output: ") + std::strerror(errno));
    }
  }
  return {};
}

std::unique_ptr<agent::Action> StdoutActionType::make(agent::ObjectReader&) {
  return make();
}

std::unique_ptr<agent::Action> StdoutActionType::make() {
  return std::make_unique<StdoutAction>(broken_);
}

}  // namespace beckon::platform
