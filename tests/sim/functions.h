// SPDX-License-Identifier: Apache-2.0
// Lambda: runs the real handlers, several at a time (nested, see schedule.h), each with its own
// faults around the database, its own deadline, and its own death. Knows nothing of what events
// mean.
#pragma once

#include <cstdint>
#include <string>

#include "lambdas/aws/connections.h"
#include "tests/sim/context.h"
#include "tests/sim/tables.h"

namespace beckon::sim {

enum class Function : std::uint8_t { kConnect, kDisconnect, kSync, kSend, kDefault, kDeliver };

struct Outcome {
  bool ok = false;   // the invocation has not failed
  std::string text;  // the handler's result, or the error's message
};

class Functions {
 public:
  Functions(Context& context, Tables& tables) : context_(context), tables_(tables) {}

  // Before the first invocation.
  void set_connections(lambdas::Connections& connections) { connections_ = &connections; }

  // Time passes in it.
  Outcome invoke(Function function, const std::string& event);

 private:
  Context& context_;
  Tables& tables_;
  lambdas::Connections* connections_ = nullptr;
};

}  // namespace beckon::sim
