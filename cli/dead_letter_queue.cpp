// SPDX-License-Identifier: Apache-2.0
#include "cli/dead_letter_queue.h"

#include <algorithm>

namespace beckon::cli {
namespace {

constexpr int kBatchMax = 10;  // SQS gives no more in one call

// Long enough to page through the queue without seeing a message twice. What is not released
// afterwards, because this was interrupted, comes back by itself.
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

std::string release_input(const std::string& queue_url, std::string_view receipt_handle) {
  json::Writer writer;
  return writer.begin_object()
      .member("QueueUrl", queue_url)
      .member("ReceiptHandle", receipt_handle)
      .member("VisibilityTimeout", 0)
      .end_object()
      .take();
}

}  // namespace

lambdas::JsonApiOptions DeadLetterQueue::options(lambdas::Endpoint endpoint,
                                                 lambdas::AwsIdentity identity) {
  return lambdas::json_api_options(std::move(endpoint), std::move(identity), "sqs", "AmazonSQS",
                                   "1.0");
}

base::Result<std::vector<DeadLetter>> DeadLetterQueue::peek(int count_max) {
  if (queue_url_.empty()) {
    return base::fail(base::ErrorCode::kNotFound,
                      "the stack has no SSM parameter dead-letter-queue; give its URL with "
                      "--dead-letter-queue");
  }
  std::vector<DeadLetter> letters;
  std::vector<std::string> receipt_handles;
  while (static_cast<int>(letters.size()) < count_max) {
    const int wanted = std::min(kBatchMax, count_max - static_cast<int>(letters.size()));
    const auto answer =
        api_.call("ReceiveMessage", receive_input(queue_url_, wanted), lambdas::Repeat::kMay);
    if (!answer) return std::unexpected(answer.error().error);
    const json::View messages = (*answer)["Messages"];
    if (messages.size() == 0) break;
    for (const json::View message : messages) {
      letters.push_back(dead_letter(message));
      receipt_handles.emplace_back(message["ReceiptHandle"].string_or(""));
    }
  }
  // Looking must not hide them from whoever looks next. If one cannot be released, nothing is lost.
  for (const std::string& receipt_handle : receipt_handles) {
    if (!api_.call("ChangeMessageVisibility", release_input(queue_url_, receipt_handle),
                   lambdas::Repeat::kMay)) {
      break;
    }
  }
  return letters;
}

}  // namespace beckon::cli
