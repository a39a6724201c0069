// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/events_part.h"

#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  base::random_bytes({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  return seed;
}

AsyncQueueOptions async_options(const AppModel& model, const EventsPartOptions& given) {
  AsyncQueueOptions options;
  options.retry_delays = given.retry_delays;
  options.region = model.region;
  options.account = model.account;
  return options;
}

}  // namespace

base::Result<std::unique_ptr<EventsPart>> EventsPart::make(EventLoop& loop, const AppModel& model,
                                                           Invoker& invoker, IdSource& ids,
                                                           const EventsPartOptions& options,
                                                           base::LogSink& log) {
  auto buses = EventBuses::create(model);
  if (!buses) return std::unexpected(buses.error());
  std::unique_ptr<JournalStore> journal;
  if (!options.data_dir.empty()) {
    auto opened = JournalStore::open(options.data_dir + "/events.journal", {}, log);
    if (!opened) return std::unexpected(opened.error());
    journal = std::move(*opened);
  }
  return std::unique_ptr<EventsPart>(new EventsPart(loop, model, invoker, ids, options,
                                                    std::move(journal), std::move(*buses), log));
}

EventsPart::EventsPart(EventLoop& loop, const AppModel& model, Invoker& invoker, IdSource& ids,
                       const EventsPartOptions& options, std::unique_ptr<JournalStore> journal,
                       EventBuses buses, base::LogSink& log)
    : log_(log, "events"),
      scheduler_(loop),
      journal_(std::move(journal)),
      store_(journal_ != nullptr ? static_cast<EventStore&>(*journal_) : nothing_kept_),
      random_(random_seed()),
      buses_(std::move(buses)),
      queues_(
          model.queues, store_, scheduler_, [&ids] { return ids.uuid(); }, log),
      async_(model.functions, invoker, queues_, store_, scheduler_, async_options(model, options),
             log),
      delivery_(
          async_, queues_, store_, scheduler_,
          {.duplicate_probability = options.duplicate_probability}, [&ids] { return ids.uuid(); },
          [this] { return std::uniform_real_distribution<double>(0, 1)(random_); }, log),
      event_bridge_(
          buses_, delivery_, scheduler_, {.region = model.region, .account = model.account},
          [&ids] { return ids.uuid(); }, log),
      sqs_(queues_, scheduler_,
           {.region = model.region, .account = model.account, .endpoint = options.endpoint}),
      sqs_query_(sqs_) {}

void EventsPart::resume() {
  const std::size_t events = async_.resume() + delivery_.resume();
  if (events > 0) log_.info("%zu events go on where the last run ended", events);
}

base::Status EventsPart::enqueue(const std::string& function, std::string payload,
                                 const std::string& id) {
  if (const auto admitted = async_.admits(function); !admitted) return admitted;
  std::vector<AsyncEvent> events;
  events.push_back({.id = id, .function = function, .payload = std::move(payload)});
  return async_.enqueue(std::move(events));
}

std::string EventsPart::dead_letters_json() {
  json::Writer writer;
  writer.begin_array();
  queues_.for_each([&](const std::string& queue, const QueueMessage& message) {
    writer.begin_object().member("queue", queue);
    writer.member("time", base::format_rfc3339({message.sent_unix_ms}, true));
    writer.member("error_code", message.error_code);
    writer.member("error_message", message.error_message);
    writer.member("body", message.body).end_object();
  });
  writer.end_array();
  return writer.take();
}

}  // namespace beckon::emulator
