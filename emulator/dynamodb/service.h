// SPDX-License-Identifier: Apache-2.0
// DynamoDB as an AwsService: which operations there are, and errors as answers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/time.h"
#include "emulator/aws/service.h"
#include "emulator/template/model.h"

namespace beckon::emulator::dynamodb {

struct ServiceOptions {
  std::string data_dir;  // "": in memory; else DIR/dynamodb.sqlite is used, DIR must exist
  std::string region = "us-east-1";
  std::string account = "000000000000";
  std::vector<TableModel> tables;  // made at start, or brought to what is said here
  std::function<base::WallTime()> clock = base::wall_now;
};

// Calls done inside handle. Not thread-safe: one loop owns it.
class DynamoDbService final : public AwsService {
 public:
  // Errors: kIo (the file cannot be used), kInvalid (its schema, or a table's keys, are other
  // ones).
  static base::Result<std::unique_ptr<DynamoDbService>> open(ServiceOptions options,
                                                             base::LogSink& log);
  ~DynamoDbService();

  std::string_view target_prefix() const override { return "DynamoDB_20120810"; }
  std::string_view signing_name() const override { return "dynamodb"; }
  void handle(std::string_view operation, json::View input,
              std::function<void(AwsReply)> done) override;

  // Removes items whose TTL has passed, at most kSweepBatch of them; returns how many. A call takes
  // a few milliseconds. TtlSweeper calls it.
  static constexpr int kSweepBatch = 200;
  int sweep_expired();

 private:
  struct State;
  explicit DynamoDbService(std::unique_ptr<State> state);
  AwsReply answer(std::string_view operation, json::View input);

  std::unique_ptr<State> state_;
};

}  // namespace beckon::emulator::dynamodb
