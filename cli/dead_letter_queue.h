// SPDX-License-Identifier: Apache-2.0
// The dead-letter queue in SQS, to look at.
#pragma once

#include <string>

#include "cli/commands.h"
#include "lambdas/aws/json_api.h"

namespace beckon::cli {

inline constexpr lambdas::AwsService kSqs{"SQS", "sqs"};

class DeadLetterQueue final : public DeadLetters {
 public:
  // http and pace must outlive it. queue_url: "" if the stack has none.
  DeadLetterQueue(lambdas::JsonApiOptions options, lambdas::Http& http, lambdas::Pace& pace,
                  std::string queue_url)
      : api_(std::move(options), http, pace), queue_url_(std::move(queue_url)) {}

  static lambdas::JsonApiOptions options(lambdas::Endpoint endpoint, lambdas::AwsIdentity identity);

  base::Result<std::vector<DeadLetter>> peek(int count_max) override;

 private:
  lambdas::JsonApi api_;
  std::string queue_url_;
};

}  // namespace beckon::cli
