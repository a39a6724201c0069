// SPDX-License-Identifier: Apache-2.0
// HTTP that notes whether the last exchange was answered at all: what tells a backend that is not
// there from one that is there and fails.
#pragma once

#include <algorithm>
#include <vector>

#include "lambdas/aws/http.h"

namespace beckon::cli {

class AnsweredHttp final : public lambdas::Http {
 public:
  // answered: set by every exchange. Both must outlive it.
  AnsweredHttp(lambdas::Http& http, bool& answered) : http_(http), answered_(answered) {}

  std::vector<base::Result<lambdas::HttpReply>> exchange(
      std::span<const lambdas::HttpRequest> requests, const lambdas::HttpLimits& limits) override {
    auto replies = http_.exchange(requests, limits);
    answered_ = std::ranges::any_of(replies, [](const auto& reply) { return reply.has_value(); });
    return replies;
  }

 private:
  lambdas::Http& http_;
  bool& answered_;
};

}  // namespace beckon::cli
