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

template <class A, class B>
void expect_same_outcome(const char* call, const A& one, const B& other) {
  ASSERT_EQ(one.has_value(), other.has_value())
      << call << ": " << (one ? other.error().message : one.error().message);
  if (!one) {
    EXPECT_EQ(one.error().code, other.error().code) << call;
  }
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

base::Result<std::optional<lambdas::Item>> ComparedDatabase::get(const std::string& table,
                                                                 const lambdas::Item& key) {
  ++calls_;
  auto one = one_.get(table, key);
  const auto other = other_.get(table, key);
  expect_same_outcome("get", one, other);
  if (one && other) {
    EXPECT_TRUE(*one == *other) << "get from " << table;
  }
  return one;
}

base::Status ComparedDatabase::put(const std::string& table, const lambdas::Item& item,
                                   const lambdas::Condition& condition) {
  ++calls_;
  auto one = one_.put(table, item, condition);
  expect_same_outcome("put", one, other_.put(table, item, condition));
  return one;
}

base::Result<lambdas::Item> ComparedDatabase::update(const std::string& table,
                                                     const lambdas::Item& key,
                                                     const lambdas::Update& update,
                                                     const lambdas::Condition& condition) {
  ++calls_;
  auto one = one_.update(table, key, update, condition);
  const auto other = other_.update(table, key, update, condition);
  expect_same_outcome("update", one, other);
  if (one && other) {
    EXPECT_TRUE(*one == *other) << "update in " << table;
  }
  return one;
}

base::Status ComparedDatabase::remove(const std::string& table, const lambdas::Item& key,
                                      const lambdas::Condition& condition) {
  ++calls_;
  auto one = one_.remove(table, key, condition);
  expect_same_outcome("remove", one, other_.remove(table, key, condition));
  return one;
}

base::Result<lambdas::QueryPage> ComparedDatabase::query(const lambdas::QueryRequest& request) {
  ++calls_;
  auto one = one_.query(request);
  const auto other = other_.query(request);
  expect_same_outcome("query", one, other);
  if (one && other) {
    EXPECT_TRUE(one->items == other->items) << "query of " << request.table;
    EXPECT_TRUE(one->last_evaluated_key == other->last_evaluated_key)
        << "query of " << request.table;
  }
  return one;
}

base::Status ComparedDatabase::transact(const std::vector<lambdas::TransactWrite>& writes,
                                        int* failed_index) {
  ++calls_;
  int other_failed = -1;
  auto one = one_.transact(writes, failed_index);
  expect_same_outcome("transact", one, other_.transact(writes, &other_failed));
  if (failed_index != nullptr) {
    EXPECT_EQ(*failed_index, other_failed);
  }
  return one;
}

}  // namespace beckon::tests
