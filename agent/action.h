// SPDX-License-Identifier: Apache-2.0
// Actions: what a rule does with an event. An ActionType makes actions from their configuration; an
// Action runs for one event at a time or for several at once, and reports each run's end. Types are
// gathered in a table by main: nothing registers itself.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "agent/config_reader.h"
#include "agent/event.h"
#include "common/base/error.h"

namespace beckon::agent {

// Names a run of an action; not used for another one while it lasts.
using Run = std::uint64_t;

class RunObserver {
 public:
  // This run is over; success or why not (one sentence: it is reported to the sender).
  virtual void run_finished(Run run, base::Status outcome) = 0;

 protected:
  ~RunObserver() = default;
};

class Action {
 public:
  virtual ~Action() = default;
  // Starts a run. observer.run_finished(run, …) is called exactly once, before this returns or
  // later from the event loop. event lives until the run is over; the action does not (it may be
  // replaced by a reload), so a run keeps what it needs.
  virtual void start(Run run, const ReceivedEvent& event, RunObserver& observer) = 0;
};

class ActionType {
 public:
  virtual ~ActionType() = default;
  virtual std::string_view name() const = 0;  // the action's "type"; a literal
  // Reads those members of the configuration's root that hold for all actions of this type. Before
  // make(), for each configuration anew; errors are with the reader.
  virtual void read_settings(ObjectReader& root) { static_cast<void>(root); }
  // Makes an action from its configuration object. Null if there were errors, all of which are
  // with the reader.
  virtual std::unique_ptr<Action> make(ObjectReader& config) = 0;
};

using ActionTypes = std::span<ActionType* const>;

}  // namespace beckon::agent
