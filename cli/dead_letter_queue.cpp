// SPDX-License-Identifier: Apache-2.0
#include "cli/dead_letter_queue.h"

#include <algorithm>

namespace beckon::cli {
namespace {

constexpr int kBatchMax = 10;  // SQS gives no more in one call

// Long enough to page through the queue without seeing a message twice; afterwards all are as they
// were.
constexpr int kInvisible_s = 10;

std::string receive_input(const std::string& queue_url, int count) {
  json::Writer writer;
  writer.begin_object()
      .member("QueueUrl", queue_url)
      .member("MaxNumberOfMessages", count)
      .member("VisibilityTimeout", kInvisible_s);
  writer.key("MessageSystemAttributeNames").begin_array().string("SentTimestamp").end_array();
  writer.key("MessageAttributeNames").begin_array().string("All").end_array();
  return writer.end_object().take();
}

}  // namespace

lambdas::JsonApiOptions DeadLetterQueue::options(lambdas::Endpoint endpoint,
                                                 lambdas::AwsIdentity identity) {
  lambdas::JsonApiOptions options;
  options.endpoint = std::move(endpoint);
  options.identity = std::move(identity);
  options.service = "sqs";
  options.target_prefix = "AmazonSQS";
  options.content_type = "application/x-amz-json-1.0";
  return options;
}

base::Result<std::vector<DeadLetter>> DeadLetterQueue::peek(int count_max) {
  if (queue_url_.empty()) {
    return base::fail(base::ErrorCode::kNotFound,
                      "the stack has no SSM parameter dead-letter-queue; give its URL with "
                      "--dead-letter-queue");
  }
  std::vector<DeadLetter> letters;
  while (static_cast<int>(letters.size()) < count_max) {
    const int wanted = std::min(kBatchMax, count_max - static_cast<int>(letters.size()));
    const auto answer =
        api_.call("ReceiveMessage", receive_input(queue_url_, wanted), lambdas::Repeat::kMay);
    if (!answer) return std::unexpected(answer.error().error);
    const json::View messages = (*answer)["Messages"];
    if (messages.size() == 0) break;
    for (const json::View message : messages) letters.push_back(dead_letter(message));
  }
  return letters;
}

}  // namespace beckon::cli
