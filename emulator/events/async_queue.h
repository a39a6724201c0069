// SPDX-License-Identifier: Apache-2.0
// Lambda's asynchronous invocations: an event is accepted, kept until a function has handled it,
// tried again after errors, and in the end dropped or put into a dead-letter queue, with a line in
// the log either way. At least once: after a crash an event may be invoked again.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/log.h"
#include "emulator/events/dead_letters.h"
#include "emulator/events/queues.h"
#include "emulator/events/scheduler.h"
#include "emulator/events/store.h"
#include "emulator/functions/invoker.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

struct AsyncEvent {
  std::string id;        // the invocation's request id; the same in every retry
  std::string function;  // physical name
  std::string payload;   // JSON text
};

struct AsyncQueueOptions {
  // Before the first, second, … retry after a function error. AWS waits 1 min and 2 min; a
  // developer wants to see the dead letter while the cause is still on the screen.
  std::vector<base::Duration> retry_delays = {std::chrono::seconds(1), std::chrono::seconds(2)};
  // After a throttle, or while the function cannot be started: from … doubling up to …, until the
  // event is too old. Lambda's own figures.
  base::Duration backoff_min = std::chrono::seconds(1);
  base::Duration backoff_max = std::chrono::minutes(5);
  int concurrency_max = 10;          // invocations of one function at the same time
  std::size_t events_max = 100'000;  // waiting for one function; more are refused
  std::string region = "us-east-1";  // for ARNs in records
  std::string account = "000000000000";
};

// Retry delays as a person gives them: "1m,2m"; at least one. kInvalid.
base::Result<std::vector<base::Duration>> parse_retry_delays(std::string_view text);

class AsyncQueue {
 public:
  // All references must outlive this. Call resume() once to take up what the store has.
  AsyncQueue(const std::map<std::string, FunctionModel>& functions, Invoker& invoker,
             Queues& queues, EventStore& store, Scheduler& scheduler, AsyncQueueOptions options,
             base::LogSink& log);
  ~AsyncQueue();
  AsyncQueue(const AsyncQueue&) = delete;
  AsyncQueue& operator=(const AsyncQueue&) = delete;

  // Takes up the events that were accepted and not done with when the emulator ended. Gives their
  // number.
  std::size_t resume();

  // Whether enqueue would take an event for this function now. kNotFound: no such function; kLimit:
  // too many are waiting.
  base::Status admits(const std::string& function) const;

  // Accepts all events or none; after success they survive the emulator's end as the store
  // promises. The functions must be ones that admits() accepts. kIo: not stored.
  base::Status enqueue(std::vector<AsyncEvent> events);

  std::size_t pending_count() const { return tasks_.size(); }

 private:
  struct Task {
    AsyncEvent event;
    std::int64_t accepted_unix_ms = 0;
    int invokes_count = 0;  // that got an answer
    bool answered = false;  // how the last one ended
    std::string answer;
  };
  struct Lane {                     // one function's
    std::deque<std::string> ready;  // task ids
    std::size_t tasks_count = 0;    // ready, running or waiting for a retry
    int running_count = 0;
    int allowed_count = 1;      // falls on a throttle, grows with each success
    base::Duration backoff{0};  // of the last throttle; 0 after an answer
    Scheduler::TimerId blocked_until = 0;
  };

  static StoreChange to_change(const Task& task);
  void take_up(Task task, base::Duration after);
  void make_ready(const std::string& id);
  void pump(const std::string& function);
  void start(Lane& lane, const std::string& id);
  void finished(const std::string& id, InvokeResult result);
  void throttled(Lane& lane, Task& task, InvokeResult& result);
  void failed(Task& task);
  void give_up(const std::string& id, std::string_view condition);
  bool send(const std::string& queue, QueueMessage message);
  void forget(const std::string& id);
  bool is_too_old(const Task& task) const;
  // After `after`, unless this queue is gone by then.
  Scheduler::TimerId call_after(base::Duration after, std::function<void()> callback);

  const std::map<std::string, FunctionModel>& functions_;
  Invoker& invoker_;
  Queues& queues_;
  EventStore& store_;
  Scheduler& scheduler_;
  AsyncQueueOptions options_;
  base::Logger log_;
  std::map<std::string, Task> tasks_;                       // by id
  std::map<std::string, Lane> lanes_;                       // by function
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // callbacks hold it weakly
};

}  // namespace beckon::emulator
