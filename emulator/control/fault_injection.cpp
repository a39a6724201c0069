// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/fault_injection.h"

#include <signal.h>

#include "emulator/control/functions_control.h"

namespace beckon::emulator {
namespace {

PostFault to_post_fault(const std::optional<Fault>& fault) {
  if (!fault) return PostFault::kNone;
  if (fault->kind == FaultKind::kPostSwallow) return PostFault::kSwallow;
  return fault->kind == FaultKind::kPostThrottle ? PostFault::kThrottle : PostFault::kGone;
}

LinkFault to_link_fault(const std::optional<Fault>& fault) {
  if (!fault) return LinkFault::kNone;
  return fault->kind == FaultKind::kLinkCut ? LinkFault::kCut : LinkFault::kHalfOpen;
}

}  // namespace

FaultInjection::FaultInjection(EventLoop& loop, FaultPlan& plan, Functions& functions,
                               Gateway* gateway)
    : loop_(loop), plan_(plan), functions_(functions) {
  functions_.on_invocation(
      [this](const std::string& function, pid_t pid) { on_invocation(function, pid); });
  if (gateway == nullptr) return;
  gateway->set_faults({.post =
                           [this](const std::string& id) {
                             return to_post_fault(plan_.draw(FaultGroup::kConnectionsPost, id));
                           },
                       .message =
                           [this](const std::string& id) {
                             return to_link_fault(plan_.draw(FaultGroup::kLinks, id));
                           }});
}

void FaultInjection::on_invocation(const std::string& function, pid_t pid) {
  const auto fault = plan_.draw(FaultGroup::kFunctions, function);
  if (!fault) return;
  const bool kills = fault->kind == FaultKind::kFunctionKill;
  const bool at_once = !kills || fault->delay.count() == 0;
  if (at_once) signal_process(functions_, pid, kills ? SIGKILL : SIGSTOP);
  if (fault->delay.count() == 0) return;  // dead, or stopped until its timeout ends it
  // The process may have ended by then, of itself or by its timeout: then nobody is hit.
  loop_.call_after(fault->delay, [this, pid, number = kills ? SIGKILL : SIGCONT] {
    signal_process(functions_, pid, number);
  });
}

}  // namespace beckon::emulator
