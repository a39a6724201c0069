// SPDX-License-Identifier: Apache-2.0
// EventBridge's own retries: from a matched rule to the target's asynchronous queue. A target that
// is gone is given up at once; one whose queue is full is tried again, by the target's RetryPolicy.
// What the function makes of the event is no concern of this layer.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "emulator/events/async_queue.h"

namespace beckon::emulator {

struct RuleDeliveryOptions {
  base::Duration backoff_min = std::chrono::seconds(1);
  base::Duration backoff_max = std::chrono::minutes(5);
  // With this probability an event is given to a target twice: EventBridge promises at least once,
  // and code should be tried against that.
  double duplicate_probability = 0;
};

struct RuleEvent {
  RuleTargetModel target;
  std::string rule_arn;
  std::string target_arn;
  std::string event;  // the envelope, JSON text
};

class RuleDelivery {
 public:
  // All references must outlive this. random: uniform in [0, 1).
  RuleDelivery(AsyncQueue& async, Queues& queues, EventStore& store, Scheduler& scheduler,
               RuleDeliveryOptions options, std::function<std::string()> new_id,
               std::function<double()> random, base::LogSink& log);

  // Takes up what waited for a retry when the emulator ended. Gives its number.
  std::size_t resume();

  // Accepts all events; after success each is in a queue, waits here for a retry, or is a dead
  // letter, and survives the emulator's end as the store promises. kIo: not all are promised.
  base::Status deliver(std::vector<RuleEvent> events);

  std::size_t waiting_count() const { return waiting_.size(); }

 private:
  struct Waiting {
    RuleEvent event;
    std::int64_t accepted_unix_ms = 0;
    int retries_count = 0;
    std::string reason;
  };

  static StoreChange to_change(const std::string& id, const Waiting& waiting);
  base::Status give_up(const Waiting& waiting, std::string_view code, std::string_view exhausted);
  base::Status wait(Waiting waiting);
  void wait_for_retry(const std::string& id);
  void retry(const std::string& id);
  void forget(const std::string& id);
  AsyncEvent to_async(const RuleEvent& event) const;

  AsyncQueue& async_;
  Queues& queues_;
  EventStore& store_;
  Scheduler& scheduler_;
  RuleDeliveryOptions options_;
  std::function<std::string()> new_id_;
  std::function<double()> random_;
  base::Logger log_;
  std::map<std::string, Waiting> waiting_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace beckon::emulator
