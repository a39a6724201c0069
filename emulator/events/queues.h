// SPDX-License-Identifier: Apache-2.0
// The template's queues: dead letters go in, people and tools look at them. Standard queues with
// visibility timeouts; no FIFO, no delays, no redrive. The wire is sqs.h.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/log.h"
#include "emulator/events/scheduler.h"
#include "emulator/events/store.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

struct QueueAttribute {
  std::string type;  // "String" or "Number"
  std::string value;
};

struct QueueMessage {
  std::string id;
  std::string body;
  std::map<std::string, QueueAttribute> attributes;
  std::int64_t sent_unix_ms = 0;
  // Why it is a dead letter, for people; "" for other messages.
  std::string error_code;
  std::string error_message;
  // Of this run only: after a restart every message is visible.
  int receives_count = 0;
  std::int64_t first_received_unix_ms = 0;
  std::string receipt_handle;
  base::Instant visible_at{};
};

struct QueueCounts {
  std::size_t visible = 0;
  std::size_t in_flight = 0;
};

class Queues {
 public:
  // All references must outlive this. Messages that the store has come back.
  Queues(const std::vector<QueueModel>& models, EventStore& store, Scheduler& scheduler,
         std::function<std::string()> new_id, base::LogSink& log);

  bool contains(std::string_view queue) const { return queues_.contains(queue); }
  std::vector<std::string> names() const;
  const QueueModel& model(const std::string& queue) const { return queues_.at(queue).model; }

  // Adds a message (its id is made here) and gives its id. The queue must exist. Of the characters
  // that SQS does not hold (those of a dead letter, and of why it is one) U+FFFD is left. kIo: not
  // stored.
  base::Result<std::string> send(const std::string& queue, QueueMessage message);

  // Up to `most` visible messages, oldest first, which are then invisible for `visibility`.
  std::vector<QueueMessage> receive(const std::string& queue, std::size_t most,
                                    base::Duration visibility);
  // kNotFound: no message has this handle (any more).
  base::Status remove(const std::string& queue, std::string_view receipt_handle);
  base::Status change_visibility(const std::string& queue, std::string_view receipt_handle,
                                 base::Duration visibility);
  base::Status purge(const std::string& queue);
  QueueCounts counts(const std::string& queue);

  // Every message, oldest first, without any effect on it. For people.
  void for_each(const std::function<void(const std::string& queue, const QueueMessage&)>& callback);

  // Called after each send, with the queue's name. For those who wait for messages.
  void on_send(std::function<void(const std::string&)> callback) { sent_ = std::move(callback); }

 private:
  struct Queue {
    QueueModel model;
    std::deque<QueueMessage> messages;
  };

  void load();
  void drop_expired(Queue& queue);
  std::deque<QueueMessage>::iterator find(Queue& queue, std::string_view receipt_handle);

  EventStore& store_;
  Scheduler& scheduler_;
  std::function<std::string()> new_id_;
  base::Logger log_;
  std::map<std::string, Queue, std::less<>> queues_;
  std::function<void(const std::string&)> sent_;
};

}  // namespace beckon::emulator
