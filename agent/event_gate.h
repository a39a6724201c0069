// SPDX-License-Identifier: Apache-2.0
// Whom the dispatcher asks for rules that not every event may run. A port of the core: a device
// that has no such rules carries nothing of what answers (see signature_gate.h).
#pragma once

#include <cstdint>
#include <string>

#include "agent/event.h"
#include "common/base/error.h"
#include "common/base/time.h"

namespace beckon::agent {

class EventGate {
 public:
  using Mark = std::uint64_t;

  struct Verdict {
    enum class Kind : std::uint8_t {
      kRun,      // ended(mark) must follow
      kDone,     // it came again after its end: nothing runs, and nothing is to be reported
      kRefused,  // nothing runs; reason says why
    };
    Kind kind = Kind::kRefused;
    Mark mark = 0;
    std::string reason = {};  // one sentence, for the sender
  };
  virtual Verdict judge(const ReceivedEvent& event, base::WallTime now) = 0;

  // All actions of the event are over. What is to be kept of that is stored before this returns; if
  // the storage refuses, flush() tries again.
  virtual void ended(Mark mark) = 0;

  // Whether all that ended is stored: the cursor may pass these events only then. Costs nothing if
  // it is. Errors: the storage's.
  virtual base::Status flush() = 0;

 protected:
  ~EventGate() = default;
};

}  // namespace beckon::agent
