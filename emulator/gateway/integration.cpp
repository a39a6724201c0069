// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/integration.h"

#include <memory>
#include <utility>

namespace beckon::emulator {

void call_integration(EventLoop& loop, Invoker& invoker, const std::string& function,
                      std::string event, base::Duration timeout,
                      std::function<void(std::optional<InvokeResult>)> done) {
  struct Call {
    std::function<void(std::optional<InvokeResult>)> done;
    EventLoop::TimerId timer = 0;
  };
  auto call = std::make_shared<Call>();
  call->done = std::move(done);
  call->timer =
      loop.call_after(timeout, [call] { std::exchange(call->done, nullptr)(std::nullopt); });
  invoker.invoke(function, std::move(event), {}, [&loop, call](InvokeResult result) {
    if (call->done == nullptr) return;  // the time was up
    loop.cancel(call->timer);
    std::exchange(call->done, nullptr)(std::move(result));
  });
}

std::string describe_failure(const std::string& function, const InvokeResult& result) {
  switch (result.outcome) {
    case InvokeResult::Outcome::kSuccess: break;
    case InvokeResult::Outcome::kFunctionError: return function + " failed: " + result.payload;
    case InvokeResult::Outcome::kThrottled: return function + " is throttled";
    case InvokeResult::Outcome::kUnavailable: return function + " cannot run: " + result.payload;
  }
  return function + " succeeded";
}

}  // namespace beckon::emulator
