// SPDX-License-Identifier: Apache-2.0
// The folder's parts together, on the real event loop and with the real journal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "emulator/events/async_queue.h"
#include "emulator/events/event_bridge.h"
#include "emulator/events/journal.h"
#include "emulator/events/rule_delivery.h"
#include "emulator/loop/event_loop.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/emulator/events/fakes.h"

namespace beckon::emulator {
namespace {

using namespace std::chrono_literals;
using testing::FakeInvoker;

AppModel make_model() {
  AppModel model;
  model.buses = {"beckon"};
  model.functions["f"].name = "f";
  model.functions["f"].async_on_failure_queue = "dead";
  model.functions["f"].async_retries_max = 1;
  model.queues.push_back({"Dead", "dead", 30s, std::chrono::days(4)});
  RuleModel rule{"all", "beckon", R"({"source":[{"prefix":""}]})", true, {}};
  rule.targets.push_back({"t", "f", "", 185, std::chrono::hours(24)});
  model.rules.push_back(rule);
  return model;
}

constexpr const char* kTwoEvents =
    R"({"Entries":[{"Source":"a","DetailType":"d","Detail":"{\"n\":1}","EventBusName":"beckon"},)"
    R"({"Source":"a","DetailType":"d","Detail":"{\"n\":2}","EventBusName":"beckon"}]})";

// Ids that differ from process to process, as UUIDs do.
std::function<std::string()> process_ids() {
  return [pid = ::getpid(), count = 0]() mutable {
    return std::to_string(pid) + "-" + std::to_string(++count);
  };
}

// The parts as the emulator has them.
struct Parts {
  Parts(const AppModel& model, const std::string& folder, EventLoop& loop)
      : scheduler(loop),
        invoker(scheduler),
        journal(*JournalStore::open(folder + "/events.journal", {}, base::null_log())),
        queues(model.queues, *journal, scheduler, ids, base::null_log()),
        async(model.functions, invoker, queues, *journal, scheduler, fast(), base::null_log()),
        delivery(
            async, queues, *journal, scheduler, {}, ids, [] { return 0.5; }, base::null_log()),
        buses(*EventBuses::create(model)),
        bridge(buses, delivery, scheduler, {}, ids, base::null_log()) {}

  static AsyncQueueOptions fast() {
    AsyncQueueOptions options;
    options.retry_delays = {1ms};
    return options;
  }

  std::string put(const char* entries) {
    const auto input = json::parse(entries);
    std::string body;
    bridge.handle("PutEvents", input->root(), [&](AwsReply reply) { body = reply.body; });
    return body;
  }

  LoopScheduler scheduler;
  FakeInvoker invoker;
  std::unique_ptr<JournalStore> journal;
  std::function<std::string()> ids = process_ids();
  Queues queues;
  AsyncQueue async;
  RuleDelivery delivery;
  EventBuses buses;
  EventBridgeService bridge;
};

class EventsOnLoop : public ::testing::Test {
 protected:
  AppModel model_ = make_model();
  tests::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

// An event whose function fails goes through its retries into the queue of dead letters.
TEST_F(EventsOnLoop, FailuresEndAsDeadLetters) {
  EventLoop loop;
  Parts parts(model_, folder_, loop);
  int calls_left = 4;
  parts.invoker.answer = [&](const auto&) {
    if (--calls_left == 0) loop.post([&] { loop.stop(); });
    return FakeInvoker::error();
  };
  parts.put(kTwoEvents);
  loop.run();
  EXPECT_EQ(parts.invoker.calls.size(), 4U);
  std::vector<QueueMessage> letters;
  parts.queues.for_each([&](const std::string& queue, const QueueMessage& message) {
    EXPECT_EQ(queue, "dead");
    letters.push_back(message);
  });
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].error_code, "Boom");
  EXPECT_EQ(letters[0].error_message, "it broke");
  EXPECT_TRUE(json::parse(letters[0].body));
}

// What PutEvents has acknowledged is delivered although the emulator is killed at that moment.
TEST_F(EventsOnLoop, AcknowledgedEventsSurviveKill) {
  int acknowledged[2];
  ASSERT_EQ(::pipe(acknowledged), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    EventLoop loop;  // never runs: no function gets to answer
    Parts parts(model_, folder_, loop);
    const std::string body = parts.put(kTwoEvents);
    if (::write(acknowledged[1], body.data(), body.size()) < 0) ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  char body[512] = {};
  ASSERT_GT(::read(acknowledged[0], body, sizeof body - 1), 0);
  ::close(acknowledged[0]);
  ::close(acknowledged[1]);
  EXPECT_THAT(body, ::testing::HasSubstr(R"("FailedEntryCount":0)"));

  EventLoop loop;
  Parts parts(model_, folder_, loop);
  int calls_left = 2;
  parts.invoker.answer = [&](const auto&) {
    if (--calls_left == 0) loop.post([&] { loop.stop(); });
    return FakeInvoker::success();
  };
  EXPECT_EQ(parts.async.resume(), 2U);
  loop.run();
  ASSERT_EQ(parts.invoker.calls.size(), 2U);
  for (const auto& call : parts.invoker.calls) {
    const auto event = json::parse(call.event);
    ASSERT_TRUE(event);
    EXPECT_THAT(body, ::testing::HasSubstr(std::string((*event)["id"].string_or("?"))));
  }
}

// The delays between retries are read as a person writes them.
TEST(RetryDelays, AreParsed) {
  EXPECT_EQ(*parse_retry_delays("1m,2m"), (std::vector<base::Duration>{60s, 120s}));
  EXPECT_EQ(*parse_retry_delays("500ms"), (std::vector<base::Duration>{500ms}));
  EXPECT_FALSE(parse_retry_delays(""));
  EXPECT_FALSE(parse_retry_delays("1m,"));
  EXPECT_FALSE(parse_retry_delays("soon"));
}

}  // namespace
}  // namespace beckon::emulator
