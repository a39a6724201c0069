// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/async_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "emulator/events/rule_delivery.h"
#include "tests/unit/emulator/events/fakes.h"

namespace beckon::emulator {
namespace {

using namespace std::chrono_literals;
using testing::FakeInvoker;
using testing::FakeScheduler;
using testing::KeptLog;
using testing::MemoryStore;

class Async : public ::testing::Test {
 protected:
  Async() {
    functions_["f"].name = "f";
    functions_["g"].name = "g";
    models_.push_back({"Dead", "dead", 30s, std::chrono::days(4)});
    options_.retry_delays = {60s, 120s};
    start();
  }

  // As after a start of the emulator: only the store is what it was.
  void start() {
    queue_.reset();
    queues_ = std::make_unique<Queues>(models_, store_, scheduler_, testing::counted_ids(), log_);
    queue_ = std::make_unique<AsyncQueue>(functions_, invoker_, *queues_, store_, scheduler_,
                                          options_, log_);
  }

  void enqueue(const std::string& id, const std::string& payload = R"({"n":300.0})") {
    ASSERT_TRUE(queue_->enqueue({{id, "f", payload}}));
  }
  std::vector<QueueMessage> dead_letters() { return queues_->receive("dead", 10, 0s); }
  std::vector<std::int64_t> call_times_s() const {
    std::vector<std::int64_t> times;
    for (const auto& call : invoker_.calls) {
      times.push_back(
          std::chrono::duration_cast<std::chrono::seconds>(call.at.time_since_epoch()).count());
    }
    return times;
  }

  FakeScheduler scheduler_;
  FakeInvoker invoker_{scheduler_};
  MemoryStore store_;
  KeptLog log_;
  std::map<std::string, FunctionModel> functions_;
  std::vector<QueueModel> models_;
  AsyncQueueOptions options_;
  std::unique_ptr<Queues> queues_;
  std::unique_ptr<AsyncQueue> queue_;
};

// An event that the function handles is invoked once, as it was given, and then forgotten.
TEST_F(Async, SuccessEndsIt) {
  enqueue("e1");
  EXPECT_EQ(store_.entries.size(), 1U);
  scheduler_.advance(1h);
  ASSERT_EQ(invoker_.calls.size(), 1U);
  EXPECT_EQ(invoker_.calls[0].event, R"({"n":300.0})");
  EXPECT_EQ(invoker_.calls[0].request_id, "e1");
  EXPECT_EQ(queue_->pending_count(), 0U);
  EXPECT_TRUE(store_.entries.empty());
}

// A failing function is tried three times in all, after the two delays, with the same request id.
TEST_F(Async, FunctionErrorsAreRetriedTwice) {
  functions_["f"].async_on_failure_queue = "dead";
  invoker_.answer = [](const auto&) { return FakeInvoker::error(); };
  enqueue("e1");
  scheduler_.advance(1h);
  EXPECT_THAT(call_times_s(), ::testing::ElementsAre(0, 60, 180));
  for (const auto& call : invoker_.calls) EXPECT_EQ(call.request_id, "e1");
  EXPECT_EQ(queue_->pending_count(), 0U);
  ASSERT_EQ(dead_letters().size(), 1U);
}

// EventInvokeConfig's number of retries is honoured, also zero.
TEST_F(Async, RetriesMaxIsHonoured) {
  functions_["f"].async_retries_max = 0;
  invoker_.answer = [](const auto&) { return FakeInvoker::error(); };
  enqueue("e1");
  scheduler_.advance(1h);
  EXPECT_EQ(invoker_.calls.size(), 1U);
  EXPECT_TRUE(log_.has("lost: the function has no dead-letter queue"));
}

// The on-failure destination gets the invocation record with the event and the function's error.
TEST_F(Async, OnFailureRecord) {
  functions_["f"].async_on_failure_queue = "dead";
  invoker_.answer = [](const auto&) { return FakeInvoker::error(); };
  enqueue("e1");
  scheduler_.advance(1h);
  const auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(
      letters[0].body,
      R"({"version":"1.0","timestamp":"2026-03-04T10:14:12.003Z","requestContext":{"requestId":"e1",)"
      R"("functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST",)"
      R"("condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":{"n":300.0},)"
      R"("responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},)"
      R"("responsePayload":{"errorType":"Boom","errorMessage":"it broke"}})");
  EXPECT_EQ(letters[0].error_code, "Boom");
  EXPECT_EQ(letters[0].error_message, "it broke");
}

// A function's dead-letter queue gets the event itself, with the error in attributes.
TEST_F(Async, DeadLetterOfAFunction) {
  functions_["f"].async_dead_letter_queue = "dead";
  invoker_.answer = [](const auto&) { return FakeInvoker::error(); };
  enqueue("e1");
  scheduler_.advance(1h);
  const auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].body, R"({"n":300.0})");
  EXPECT_EQ(letters[0].attributes.at("RequestID").value, "e1");
  EXPECT_EQ(letters[0].attributes.at("ErrorCode").value, "200");
  EXPECT_EQ(letters[0].attributes.at("ErrorCode").type, "Number");
  EXPECT_EQ(letters[0].attributes.at("ErrorMessage").value, "it broke");
}

// A throttled event is tried again with growing pauses, and these tries are not counted as retries.
TEST_F(Async, ThrottlesBackOff) {
  invoker_.answer = [&](const auto&) {
    return invoker_.calls.size() < 6 ? FakeInvoker::throttled() : FakeInvoker::success();
  };
  enqueue("e1");
  scheduler_.advance(1h);
  EXPECT_THAT(call_times_s(), ::testing::ElementsAre(0, 1, 3, 7, 15, 31));
  EXPECT_EQ(queue_->pending_count(), 0U);
}

// A function that cannot be started is tried until the event is too old; then the reason is kept.
TEST_F(Async, AgeEndsIt) {
  functions_["f"].async_age_max = 10min;
  functions_["f"].async_on_failure_queue = "dead";
  invoker_.answer = [](const auto&) { return FakeInvoker::unavailable(); };
  enqueue("e1");
  scheduler_.advance(1h);
  const auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_THAT(letters[0].body, ::testing::HasSubstr(R"("condition":"EventAgeExceeded")"));
  EXPECT_EQ(letters[0].error_message, "no bootstrap in /x");
  EXPECT_LT(invoker_.calls.size(), 15U) << "pauses grow";
}

// After a throttle with others under way, events go on as soon as one of those ends.
TEST_F(Async, ThrottledEventsGoOnWhenCapacityComesBack) {
  invoker_.duration = 10ms;
  invoker_.answer = [&](const auto&) {
    return invoker_.running >= 3 ? FakeInvoker::throttled() : FakeInvoker::success();
  };
  for (int i = 0; i < 40; ++i) enqueue("e" + std::to_string(i));
  scheduler_.advance(900ms);  // less than the shortest pause
  EXPECT_EQ(queue_->pending_count(), 0U);
}

// A throttled event keeps its place: the oldest goes on first.
TEST_F(Async, ThrottledEventsKeepTheirPlace) {
  options_.concurrency_max = 1;
  start();
  invoker_.answer = [&](const auto&) {
    return invoker_.calls.size() < 3 ? FakeInvoker::throttled() : FakeInvoker::success();
  };
  for (const char* id : {"e1", "e2", "e3"}) enqueue(id);
  scheduler_.advance(1h);
  std::vector<std::string> order;
  for (const auto& call : invoker_.calls) order.push_back(call.request_id);
  EXPECT_THAT(order, ::testing::ElementsAre("e1", "e1", "e1", "e2", "e3"));
}

// Not more than so many invocations of one function run at the same time.
TEST_F(Async, ConcurrencyIsBounded) {
  for (int i = 0; i < 100; ++i) enqueue("e" + std::to_string(i));
  scheduler_.advance(1h);
  EXPECT_EQ(invoker_.running_max, 10);
  EXPECT_EQ(invoker_.calls.size(), 100U);
}

// One function's trouble does not hold up another's events.
TEST_F(Async, FunctionsAreApart) {
  invoker_.answer = [](const FakeInvoker::Call& call) {
    return call.function == "f" ? FakeInvoker::throttled() : FakeInvoker::success();
  };
  for (int i = 0; i < 20; ++i) enqueue("e" + std::to_string(i));
  ASSERT_TRUE(queue_->enqueue({{"g1", "g", "{}"}}));
  scheduler_.advance(2ms);
  EXPECT_EQ(queue_->pending_count(), 20U);
}

// After a crash every accepted event that was not done with is invoked, with the retries it had
// left.
TEST_F(Async, AcceptedEventsSurviveARestart) {
  functions_["f"].async_on_failure_queue = "dead";
  invoker_.answer = [](const auto&) { return FakeInvoker::error(); };
  enqueue("e1");
  scheduler_.advance(10s);
  enqueue("e2", R"({"second":true})");
  start();
  invoker_.calls.clear();
  EXPECT_EQ(queue_->resume(), 2U);
  scheduler_.advance(1h);
  std::map<std::string, int> counts;
  for (const auto& call : invoker_.calls) ++counts[call.request_id];
  EXPECT_EQ(counts["e1"], 2) << "one of its three tries was before the restart";
  EXPECT_EQ(counts["e2"], 3);
  EXPECT_EQ(dead_letters().size(), 2U);
  start();
  EXPECT_EQ(queue_->resume(), 0U);
  EXPECT_EQ(dead_letters().size(), 2U) << "dead letters survive as well";
}

// A store that refuses makes the call fail: nothing is accepted that could be lost.
TEST_F(Async, NothingIsAcceptedWithoutTheStore) {
  store_.refuse = true;
  const base::Status status = queue_->enqueue({{"e1", "f", "{}"}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::ErrorCode::kIo);
  scheduler_.advance(1h);
  EXPECT_TRUE(invoker_.calls.empty());
}

// A dead letter that cannot be stored is not dropped: it is tried again until it can.
TEST_F(Async, DeadLettersWaitForTheStore) {
  functions_["f"].async_retries_max = 0;
  functions_["f"].async_on_failure_queue = "dead";
  invoker_.answer = [](const auto&) { return FakeInvoker::error(); };
  enqueue("e1");
  store_.refuse = true;
  scheduler_.advance(1min);
  EXPECT_EQ(queue_->pending_count(), 1U);
  EXPECT_TRUE(dead_letters().empty());
  store_.refuse = false;
  scheduler_.advance(1min);
  EXPECT_EQ(queue_->pending_count(), 0U);
  EXPECT_EQ(dead_letters().size(), 1U);
}

// --- the layer above: from rules to the queue ---

class Delivery : public Async {
 protected:
  Delivery() { restart(); }
  void restart() {
    start();
    delivery_ = std::make_unique<RuleDelivery>(
        *queue_, *queues_, store_, scheduler_, rule_options_, testing::counted_ids(),
        [this] { return random_; }, log_);
  }
  RuleEvent event(const std::string& function) const {
    RuleTargetModel target;
    target.id = "t";
    target.function = function;
    target.dead_letter_queue = "dead";
    return {target, "arn:rule", "arn:target", R"({"detail":{}})"};
  }

  RuleDeliveryOptions rule_options_;
  double random_ = 0.999;
  std::unique_ptr<RuleDelivery> delivery_;
};

// A target that is gone is not retried: the event is a dead letter at once, with why.
TEST_F(Delivery, MissingTargetIsADeadLetterAtOnce) {
  ASSERT_TRUE(delivery_->deliver({event("nobody")}));
  const auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].body, R"({"detail":{}})");
  EXPECT_EQ(letters[0].attributes.at("RULE_ARN").value, "arn:rule");
  EXPECT_EQ(letters[0].attributes.at("TARGET_ARN").value, "arn:target");
  EXPECT_EQ(letters[0].attributes.at("ERROR_CODE").value, "NO_RESOURCE");
  EXPECT_EQ(letters[0].attributes.at("ERROR_MESSAGE").value, "Function not found: nobody");
  EXPECT_EQ(letters[0].attributes.at("RETRY_ATTEMPTS").value, "0");
  EXPECT_FALSE(letters[0].attributes.contains("EXHAUSTED_RETRY_CONDITION"));
}

// A full queue is retried, across a restart, until there is room.
TEST_F(Delivery, FullQueueIsRetriedUntilThereIsRoom) {
  options_.events_max = 1;
  restart();
  invoker_.answer = [](const auto&) { return FakeInvoker::throttled(); };
  ASSERT_TRUE(delivery_->deliver({event("f"), event("f")}));
  ASSERT_TRUE(delivery_->deliver({event("f")}));
  EXPECT_GE(delivery_->waiting_count(), 1U);
  scheduler_.advance(10min);
  invoker_.calls.clear();
  invoker_.answer = [](const auto&) { return FakeInvoker::success(); };
  restart();
  queue_->resume();
  delivery_->resume();
  scheduler_.advance(1h);
  EXPECT_EQ(invoker_.calls.size(), 3U);
  EXPECT_EQ(delivery_->waiting_count(), 0U);
  EXPECT_TRUE(store_.entries.empty());
}

// When the target's retries are used up the event is a dead letter that says so.
TEST_F(Delivery, RetryPolicyEndsIt) {
  options_.events_max = 0;
  restart();
  RuleEvent given = event("f");
  given.target.retries_max = 3;
  ASSERT_TRUE(delivery_->deliver({given}));
  scheduler_.advance(2h);
  auto letters = dead_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].attributes.at("EXHAUSTED_RETRY_CONDITION").value, "MaximumRetryAttempts");
  EXPECT_EQ(letters[0].attributes.at("RETRY_ATTEMPTS").value, "3");
  EXPECT_EQ(letters[0].attributes.at("ERROR_CODE").value, "THROTTLING");
  given.target.retries_max = 185;
  given.target.age_max = 60s;
  ASSERT_TRUE(delivery_->deliver({given}));
  scheduler_.advance(24h);
  letters = dead_letters();
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[1].attributes.at("EXHAUSTED_RETRY_CONDITION").value,
            "MaximumEventAgeInSeconds");
}

// On request events come twice, as EventBridge may do: same event, two invocations.
TEST_F(Delivery, DuplicatesOnRequest) {
  rule_options_.duplicate_probability = 0.5;
  random_ = 0.4;
  restart();
  ASSERT_TRUE(delivery_->deliver({event("f")}));
  scheduler_.advance(1s);
  ASSERT_EQ(invoker_.calls.size(), 2U);
  EXPECT_EQ(invoker_.calls[0].event, invoker_.calls[1].event);
  EXPECT_NE(invoker_.calls[0].request_id, invoker_.calls[1].request_id);
}

}  // namespace
}  // namespace beckon::emulator
