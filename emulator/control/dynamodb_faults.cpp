// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/dynamodb_faults.h"

#include <string>
#include <utility>

namespace beckon::emulator {
namespace {

constexpr std::string_view kThrottled =
    "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
constexpr std::string_view kServerError = "com.amazonaws.dynamodb.v20120810#InternalServerError";

// The words say what they are, so that nobody looks for the fault in the emulator.
AwsReply throttled() {
  return aws_error(400, kThrottled,
                   "The level of configured provisioned throughput for the table was exceeded "
                   "(injected by the emulator's control API)");
}

AwsReply server_error() {
  return aws_error(500, kServerError,
                   "Internal server error (injected by the emulator's control API)");
}

}  // namespace

void FaultyDynamoDb::handle(std::string_view operation, json::View input,
                            std::function<void(AwsReply)> done) {
  const auto delay = plan_.draw(FaultGroup::kDynamoDbDelay, operation);
  if (!delay) return call(operation, input, std::move(done));
  // The input stays valid until done is called; the operation's name does not.
  loop_.call_after(delay->delay, [this, name = std::string(operation), input,
                                  done = std::move(done)] { call(name, input, done); });
}

void FaultyDynamoDb::call(std::string_view operation, json::View input,
                          std::function<void(AwsReply)> done) {
  const auto fault = plan_.draw(FaultGroup::kDynamoDb, operation);
  if (!fault) return real_.handle(operation, input, std::move(done));
  if (fault->kind == FaultKind::kThrottle) return done(throttled());
  if (fault->kind == FaultKind::kFail) return done(server_error());
  real_.handle(operation, input,
               [done = std::move(done)](const AwsReply&) { done(server_error()); });
}

}  // namespace beckon::emulator
