// SPDX-License-Identifier: Apache-2.0
// SQS's older query protocol (AWS CLI before 2.13.34, SDKs of before 2023) as a translation: the
// form becomes the JSON protocol's input, its answer becomes XML. What an action means is sqs.h.
#pragma once

#include <string>
#include <string_view>

#include "emulator/aws/query.h"
#include "emulator/aws/service.h"

namespace beckon::emulator {

class SqsQuery final : public QueryService {
 public:
  // sqs must outlive it.
  explicit SqsQuery(AwsService& sqs) : sqs_(sqs) {}

  std::string_view query_signing_name() const override { return sqs_.signing_name(); }
  void handle_query(std::string_view path, const QueryForm& form, HttpDone done) override;

 private:
  AwsService& sqs_;
};

}  // namespace beckon::emulator
