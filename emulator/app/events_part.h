// SPDX-License-Identifier: Apache-2.0
// EventBridge, the asynchronous queue and the dead letters, put together.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/log.h"
#include "emulator/events/async_queue.h"
#include "emulator/events/event_bridge.h"
#include "emulator/events/event_bus.h"
#include "emulator/events/journal.h"
#include "emulator/events/queues.h"
#include "emulator/events/rule_delivery.h"
#include "emulator/events/scheduler.h"
#include "emulator/events/sqs.h"
#include "emulator/events/sqs_query.h"
#include "emulator/events/store.h"
#include "emulator/functions/invoker.h"
#include "emulator/ids/ids.h"

namespace beckon::emulator {

struct EventsPartOptions {
  std::string endpoint = {};  // the emulator's own, for queue URLs
  std::string data_dir = {};  // "": nothing is kept
  std::vector<base::Duration> retry_delays = AsyncQueueOptions{}.retry_delays;
  double duplicate_probability = 0;  // of each delivery to a rule's target
};

class EventsPart {
 public:
  // model, invoker, ids and log must outlive it. Errors: kIo (the journal), kInvalid (the journal,
  // or an event pattern).
  static base::Result<std::unique_ptr<EventsPart>> make(EventLoop& loop, const AppModel& model,
                                                        Invoker& invoker, IdSource& ids,
                                                        const EventsPartOptions& options,
                                                        base::LogSink& log);
  EventsPart(const EventsPart&) = delete;
  EventsPart& operator=(const EventsPart&) = delete;

  // Takes up what was on its way when the emulator ended.
  void resume();

  AwsService& event_bridge() { return event_bridge_; }
  AwsService& sqs() { return sqs_; }
  QueryService& sqs_query() { return sqs_query_; }
  base::Status enqueue(const std::string& function, std::string payload, const std::string& id);
  // [{"queue","time","error_code","error_message","body"}, …]
  std::string dead_letters_json();

 private:
  EventsPart(EventLoop& loop, const AppModel& model, Invoker& invoker, IdSource& ids,
             const EventsPartOptions& options, std::unique_ptr<JournalStore> journal,
             EventBuses buses, base::LogSink& log);

  base::Logger log_;
  LoopScheduler scheduler_;
  NullStore nothing_kept_;
  std::unique_ptr<JournalStore> journal_;  // with --data
  EventStore& store_;
  std::mt19937_64 random_;
  EventBuses buses_;
  Queues queues_;
  AsyncQueue async_;
  RuleDelivery delivery_;
  EventBridgeService event_bridge_;
  SqsService sqs_;
  SqsQuery sqs_query_;
};

}  // namespace beckon::emulator
