// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lambdas/backend/emulated_dynamodb.h"

#include <gtest/gtest.h>

#include "common/json/json.h"
#include "lambdas/backend/schema.h"

namespace beckon::tests {
namespace {

namespace schema = lambdas::schema;

emulator::TableModel table(const char* name, const char* hash, const char* range) {
  emulator::TableModel model;
  model.name = name;
  model.hash = {hash, 'S'};
  if (range != nullptr) model.range = emulator::KeyModel{range, 'S'};
  return model;
}

emulator::IndexModel index(const char* name, const char* hash) {
  emulator::IndexModel model;
  model.name = name;
  model.hash = {hash, 'S'};
  return model;
}

std::vector<emulator::TableModel> tables() {
  std::vector<emulator::TableModel> all = {
      table("connections", schema::kUserId, schema::kConnectionId),
      table("streams", schema::kUserId, schema::kSk), table("devices", schema::kDeviceId, nullptr)};
  all[1].indexes.push_back(index(schema::kLookupIndex, schema::kLookupId));
  all[2].indexes.push_back(index(schema::kUserIndex, schema::kUserId));
  return all;
}

}  // namespace

std::vector<base::Result<lambdas::HttpReply>> ServiceHttp::exchange(
    std::span<const lambdas::HttpRequest> requests, const lambdas::HttpLimits&) {
  std::vector<base::Result<lambdas::HttpReply>> replies;
  for (const lambdas::HttpRequest& request : requests) {
    std::string operation;
    for (const auto& [name, value] : request.headers) {
      if (name == "X-Amz-Target") operation = value.substr(value.find('.') + 1);
    }
    const auto input = json::parse(request.body, json::kDepthMaxHost);
    lambdas::HttpReply reply;
    service_.handle(operation, input->root(), [&reply](emulator::AwsReply answer) {
      reply.status = answer.status;
      reply.body = std::move(answer.body);
    });
    replies.emplace_back(std::move(reply));
  }
  return replies;
}

EmulatedDynamoDb::EmulatedDynamoDb() {
  emulator::dynamodb::ServiceOptions options;
  options.tables = tables();
  auto opened = emulator::dynamodb::DynamoDbService::open(std::move(options), base::null_log());
  if (!opened) ADD_FAILURE() << opened.error().message;
  service_ = std::move(*opened);
  http_ = std::make_unique<ServiceHttp>(*service_);
  const lambdas::AwsIdentity identity{"us-east-1", {"local", "local", ""}};
  client_ = std::make_unique<lambdas::DynamoDbClient>(
      lambdas::DynamoDbClient::options({"http", "127.0.0.1", ""}, identity), *http_, pace_);
}

const char* ComparedDatabase::name_of(Operation operation) {
  constexpr const char* kNames[] = {"get", "put", "update", "remove", "query", "transact"};
  return kNames[static_cast<std::size_t>(operation)];
}

bool ComparedDatabase::is_same(const lambdas::QueryPage& one, const lambdas::QueryPage& other) {
  return one.items == other.items && one.last_evaluated_key == other.last_evaluated_key;
}

void ComparedDatabase::expect_same_error(Operation operation, const base::Error* one,
                                         const base::Error* other) {
  ASSERT_EQ(one == nullptr, other == nullptr)
      << name_of(operation) << ": " << (one == nullptr ? other : one)->message;
  if (one != nullptr) {
    EXPECT_EQ(one->code, other->code) << name_of(operation);
  }
}

// Each of the two has its own failed_index.
base::Status ComparedDatabase::transact(const std::vector<lambdas::TransactWrite>& writes,
                                        int* failed_index) {
  ++calls_;
  int other_failed = -1;
  auto one = one_.transact(writes, failed_index);
  const auto other = other_.transact(writes, &other_failed);
  expect_same_error(Operation::kTransact, one ? nullptr : &one.error(),
                    other ? nullptr : &other.error());
  if (failed_index != nullptr) {
    EXPECT_EQ(*failed_index, other_failed);
  }
  return one;
}

}  // namespace beckon::tests
