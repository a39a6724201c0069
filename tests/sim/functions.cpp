// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/functions.h"

#include "lambdas/connect/handler.h"
#include "lambdas/default/handler.h"
#include "lambdas/deliver/handler.h"
#include "lambdas/disconnect/handler.h"
#include "lambdas/send/handler.h"
#include "lambdas/sync/handler.h"
#include "tests/support/backend/faulty_database.h"

namespace beckon::sim {
namespace {

using lambdas::PostOutcome;
using tests::Fault;

struct Shape {
  const char* name;
  base::Duration timeout;  // infrastructure/template.yaml
};

constexpr Shape kShapes[] = {{"connect", 10s}, {"disconnect", 10s}, {"sync", 15s},
                             {"send", 15s},    {"default", 5s},     {"deliver", 30s}};

constexpr base::Duration kForAnswer = 250ms;  // lambdas/service/service.cpp
constexpr base::Duration kNoAnswerAfter = 1s;

// One run of a function. Dead, it has no effect any more and its time is over.
class Invocation final : public lambdas::Pace, public lambdas::Connections {
 public:
  Invocation(Context& context, Tables& tables, lambdas::Connections& connections,
             base::Duration timeout)
      : context_(context),
        connections_(connections),
        killed_at_(context.now() + timeout),
        database_(tables) {
    database_.set_decide([this](tests::Operation, const std::string&) { return decide(); });
  }

  lambdas::Host host() {
    return {database_, *this, *this, base::null_log(), {"connections", "streams", "devices"}};
  }
  base::Instant deadline() const { return killed_at_ - kForAnswer; }
  bool dead() {
    if (context_.now() >= killed_at_ || context_.schedule.stopped()) dead_ = true;
    return dead_;
  }
  void may_die() {
    if (context_.strikes(Trouble::kDies)) dead_ = true;
  }

  base::Instant now() override { return dead() ? killed_at_ : context_.now(); }
  base::WallTime wall_now() override { return context_.wall(); }
  void wait(base::Duration duration) override {
    if (!dead()) context_.schedule.pass(duration);
  }
  std::uint32_t random() override { return static_cast<std::uint32_t>(context_.dice.next() >> 32); }

  std::vector<PostOutcome> post(std::span<const std::string> ids, std::string_view data,
                                base::Duration budget) override {
    may_die();
    if (dead()) return std::vector<PostOutcome>(ids.size(), PostOutcome::kFailed);
    return connections_.post(ids, data, budget);
  }
  std::vector<PostOutcome> close(std::span<const std::string> ids, base::Duration budget) override {
    may_die();
    if (dead()) return std::vector<PostOutcome>(ids.size(), PostOutcome::kFailed);
    return connections_.close(ids, budget);
  }

 private:
  // Before every call of the database: what others do meanwhile, and what goes wrong.
  Fault decide() {
    if (dead()) return Fault::kUnavailable;
    base::Duration latency = context_.dice.between(1ms, 8ms);
    if (context_.strikes(Trouble::kDatabaseSlow)) latency = context_.dice.between(50ms, 4s);
    context_.schedule.pass(latency);
    may_die();
    if (dead()) return Fault::kUnavailable;
    if (context_.strikes(Trouble::kDatabaseThrottled)) return Fault::kUnavailable;
    if (context_.strikes(Trouble::kInTheWay)) return Fault::kInTheWay;
    if (context_.strikes(Trouble::kRequestLost)) return late(Fault::kLostRequest);
    if (context_.strikes(Trouble::kAnswerLost)) return late(Fault::kLostAnswer);
    return Fault::kNone;
  }

  Fault late(Fault fault) {
    context_.schedule.pass(kNoAnswerAfter);
    return dead() ? Fault::kUnavailable : fault;
  }

  Context& context_;
  lambdas::Connections& connections_;
  base::Instant killed_at_;
  tests::FaultyDatabase database_;
  bool dead_ = false;
};

base::Result<std::string> run(Function function, lambdas::Host& host, const std::string& event,
                              base::Instant deadline) {
  switch (function) {
    case Function::kConnect: return lambdas::handle_connect(host, lambdas::AuthMode::kOpen, event);
    case Function::kDisconnect: return lambdas::handle_disconnect(host, event);
    case Function::kSync: return lambdas::handle_sync(host, event, deadline);
    case Function::kSend: return lambdas::handle_send(host, {}, event, deadline);
    case Function::kDefault: return lambdas::handle_default(event);
    case Function::kDeliver: return lambdas::handle_deliver(host, event, deadline);
  }
  return base::fail(base::ErrorCode::kInternal, "no such function");
}

}  // namespace

Outcome Functions::invoke(Function function, const std::string& event) {
  const Shape& shape = kShapes[static_cast<std::size_t>(function)];
  if (context_.strikes(Trouble::kNeverRuns)) {
    context_.trace.line(context_.now(), "throttled", shape.name);
    return {false, "Throttled: the function was not run"};
  }
  base::Duration start = context_.dice.between(1ms, 15ms);
  if (context_.strikes(Trouble::kStartsSlowly)) start = context_.dice.between(100ms, 3s);
  context_.schedule.pass(start);
  Invocation invocation(context_, tables_, *connections_, shape.timeout);
  lambdas::Host host = invocation.host();
  const auto result = run(function, host, event, invocation.deadline());
  invocation.may_die();
  if (invocation.dead()) {
    context_.trace.line(context_.now(), "died", shape.name);
    return {false, "Died: the function was killed"};
  }
  context_.trace.line(
      context_.now(), shape.name,
      result ? std::string_view(*result) : std::string_view(result.error().message));
  if (!result) return {false, result.error().message};
  return {true, *result};
}

}  // namespace beckon::sim
