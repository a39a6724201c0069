// SPDX-License-Identifier: Apache-2.0
// That the options of the command line reach the parts that act on them.
#include "emulator/app/events_part.h"

#include <gtest/gtest.h>

namespace beckon::emulator {
namespace {

// Counts its calls and fails each of them from the loop; ends the loop at the last one.
class FailingInvoker final : public Invoker {
 public:
  FailingInvoker(EventLoop& loop, std::size_t last) : loop_(loop), last_(last) {}
  void invoke(const std::string&, std::string, std::string_view,
              std::function<void(InvokeResult)> done) override {
    at.push_back(base::monotonic_now());
    loop_.post([this, done = std::move(done), is_last = at.size() == last_] {
      InvokeResult result;
      result.outcome = InvokeResult::Outcome::kFunctionError;
      done(result);
      if (is_last) loop_.stop();
    });
  }
  std::vector<base::Instant> at;

 private:
  EventLoop& loop_;
  std::size_t last_;
};

AppModel model_with_rule(int retries) {
  AppModel model;
  FunctionModel& function = model.functions["deliver"];
  function.name = "deliver";
  function.async_retries_max = retries;
  RuleTargetModel target;
  target.id = "T";
  target.function = "deliver";
  model.rules.push_back(
      {.name = "all", .bus = "default", .pattern = R"({"source":["s"]})", .targets = {target}});
  return model;
}

// Puts one event and runs until the functions were called `calls` times.
std::vector<base::Instant> put_event(const EventsPartOptions& options, int retries,
                                     std::size_t calls) {
  EventLoop loop;
  FailingInvoker invoker(loop, calls);
  IdSource ids;
  const AppModel model = model_with_rule(retries);
  auto events = EventsPart::make(loop, model, invoker, ids, options, base::null_log());
  EXPECT_TRUE(events);
  if (!events) return {};
  const auto input =
      json::parse(R"({"Entries":[{"Source":"s","DetailType":"t","Detail":"{}"}]})", 8);
  (*events)->event_bridge().handle("PutEvents", input->root(), [](const AwsReply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
  });
  bool in_time = true;
  loop.call_after(base::Duration(10'000), [&] {
    in_time = false;
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(in_time) << invoker.at.size() << " calls instead of " << calls;
  return invoker.at;
}

TEST(EventsPart, RetriesWaitAsLongAsTheOptionSays) {
  const auto at = put_event({.retry_delays = {base::Duration(5), base::Duration(30)}}, 2, 3);
  ASSERT_EQ(at.size(), 3U);
  EXPECT_GE(at[1] - at[0], base::Duration(5));
  EXPECT_GE(at[2] - at[1], base::Duration(30));
  EXPECT_LT(at[2] - at[0], base::Duration(1000)) << "the default is 1 s and 2 s";
}

TEST(EventsPart, WithDuplicatesATargetGetsAnEventTwice) {
  EXPECT_EQ(put_event({.duplicate_probability = 1}, 0, 2).size(), 2U);
}

}  // namespace
}  // namespace beckon::emulator
