// SPDX-License-Identifier: Apache-2.0
// What actions have in common whose runs outlast start(), as a process or a request does: a run
// that cannot begin is over at once, with why.
#pragma once

#include "agent/action.h"

namespace beckon::platform {

class LongAction : public agent::Action {
 public:
  void start(agent::Run run, const agent::ReceivedEvent& event,
             agent::RunObserver& observer) final {
    if (const auto begun = begin(run, event, observer); !begun) {
      observer.run_finished(run, std::unexpected(begun.error()));
    }
  }

 private:
  // From here on the run reports its end itself. An error: it did not begin, and reports nothing.
  virtual base::Status begin(agent::Run run, const agent::ReceivedEvent& event,
                             agent::RunObserver& observer) = 0;
};

}  // namespace beckon::platform
