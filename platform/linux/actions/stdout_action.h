// SPDX-License-Identifier: Apache-2.0
// The action "stdout": the event as one line of JSON on standard output. What ad hoc mode does.
#pragma once

#include <functional>

#include "agent/action.h"

namespace beckon::platform {

// Writes all of text to standard output, waiting where it must. kIo: nobody reads it any more, or
// the disk behind it is full.
base::Status write_standard_output(std::string_view text);

class StdoutActionType final : public agent::ActionType {
 public:
  // broken is called when nobody reads standard output any more; the run that met it never ends,
  // so its event is not acknowledged.
  explicit StdoutActionType(std::function<void(const base::Error&)> broken)
      : broken_(std::move(broken)) {}
  std::string_view name() const override { return "stdout"; }
  std::unique_ptr<agent::Action> make(agent::ObjectReader& config) override;
  std::unique_ptr<agent::Action> make();

 private:
  std::function<void(const base::Error&)> broken_;
};

}  // namespace beckon::platform
