// SPDX-License-Identifier: Apache-2.0
// Whoever posts: operators, through EventBridge and Lambda's asynchronous queue (late, twice,
// retried, dead letters); and devices, with `send`.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/context.h"
#include "tests/sim/functions.h"
#include "tests/sim/ledger.h"

namespace beckon::sim {

class Operator {
 public:
  Operator(Context& context, Functions& functions, Ledger& ledger)
      : context_(context), functions_(functions), ledger_(ledger) {}

  // Posts, some now and some later, within `stretch`.
  void plan(const std::string& user, const std::vector<std::string>& devices,
            base::Duration stretch);
  // Some, in the next moments.
  void post_soon(const std::string& user, const std::vector<std::string>& devices);
  // A good one for every device, now.
  void post_plain(const std::string& user);

 private:
  void post(const std::string& user, const std::vector<std::string>& devices);
  void post_bad(const std::string& user);
  void send_from(const std::string& user, const std::string& device);
  void send_rubbish(const std::string& user, const std::string& device);
  void put_on_bus(Post& post, const std::string& detail);
  void deliver(std::size_t number, const std::string& event, int attempt, base::Duration delay);
  std::string padding();

  Context& context_;
  Functions& functions_;
  Ledger& ledger_;
};

}  // namespace beckon::sim
