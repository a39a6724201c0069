// SPDX-License-Identifier: Apache-2.0
// SQS, as far as dead letters are looked at with it: ListQueues, GetQueueUrl, GetQueueAttributes,
// ReceiveMessage, DeleteMessage, ChangeMessageVisibility, PurgeQueue, SendMessage, over the JSON
// protocol. The older query protocol is sqs_query.h; everything else is refused by name.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/aws/service.h"
#include "emulator/events/queues.h"
#include "emulator/events/scheduler.h"

namespace beckon::emulator {

struct SqsOptions {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  // Where the emulator answers, "http://127.0.0.1:3001": queue URLs begin so.
  std::string endpoint;
};

class SqsService final : public AwsService {
 public:
  // All references must outlive this. Takes queues.on_send for itself.
  SqsService(Queues& queues, Scheduler& scheduler, SqsOptions options);

  std::string_view target_prefix() const override { return "AmazonSQS"; }
  std::string_view signing_name() const override { return "sqs"; }
  void handle(std::string_view operation, json::View input,
              std::function<void(AwsReply)> done) override;

  // The port is known after the services are made.
  void set_endpoint(std::string endpoint) { options_.endpoint = std::move(endpoint); }

 private:
  struct ReceiveRequest {
    std::string queue;
    std::size_t most = 1;
    base::Duration visibility{0};
    std::vector<std::string> system_attributes;
    std::vector<std::string> message_attributes;
  };
  struct Waiter {  // a ReceiveMessage with WaitTimeSeconds
    ReceiveRequest request;
    std::function<void(AwsReply)> done;
    Scheduler::TimerId timer = 0;
  };

  AwsReply reply_to(std::string_view operation, json::View input, const std::string& queue);
  AwsReply list_queues(json::View input) const;
  AwsReply queue_attributes(json::View input, const std::string& queue);
  AwsReply send(json::View input, const std::string& queue);
  AwsReply remove(json::View input, const std::string& queue);
  AwsReply change_visibility(json::View input, const std::string& queue);
  void receive(json::View input, const std::string& queue, std::function<void(AwsReply)> done);
  AwsReply received(const ReceiveRequest& request, const std::vector<QueueMessage>& messages) const;
  void wake(const std::string& queue);
  std::string url(std::string_view queue) const;

  Queues& queues_;
  Scheduler& scheduler_;
  SqsOptions options_;
  std::vector<std::shared_ptr<Waiter>> waiters_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace beckon::emulator
