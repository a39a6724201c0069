// SPDX-License-Identifier: Apache-2.0
// A function's log: one JSON object a line on stderr, which Lambda hands to CloudWatch as it is.
//   {"time":"…Z","level":"INFO","requestId":"…","module":"deliver","message":"…"}
#pragma once

#include <string>
#include <string_view>

#include "common/base/log.h"

namespace beckon::lambdas {

class JsonLog final : public base::LogSink {
 public:
  explicit JsonLog(base::LogLevel min_level) : min_level_(min_level) {}

  void write(base::LogLevel level, std::string_view module, std::string_view text) override;
  bool enabled(base::LogLevel level) const override { return level >= min_level_; }

  // The invocation that the next lines belong to; "": none.
  void set_request_id(std::string request_id) { request_id_ = std::move(request_id); }

 private:
  base::LogLevel min_level_;
  std::string request_id_;
};

}  // namespace beckon::lambdas
