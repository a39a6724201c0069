// SPDX-License-Identifier: Apache-2.0
// The functions' own DynamoDB client, talking to the emulator's DynamoDB without a network in
// between; and a database that asks both it and the one in memory, and tells where they differ.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "emulator/dynamodb/service.h"
#include "lambdas/aws/dynamodb_client.h"
#include "tests/support/backend/every_call.h"
#include "tests/support/backend/fake_pace.h"
#include "tests/support/backend/memory_database.h"

namespace beckon::tests {

class ServiceHttp final : public lambdas::Http {
 public:
  explicit ServiceHttp(emulator::AwsService& service) : service_(service) {}
  std::vector<base::Result<lambdas::HttpReply>> exchange(
      std::span<const lambdas::HttpRequest> requests, const lambdas::HttpLimits& limits) override;

 private:
  emulator::AwsService& service_;
};

// Has the three tables of the template.
class EmulatedDynamoDb {
 public:
  EmulatedDynamoDb();
  lambdas::DynamoDbClient& client() { return *client_; }

 private:
  FakePace pace_{7};
  std::unique_ptr<emulator::dynamodb::DynamoDbService> service_;
  std::unique_ptr<ServiceHttp> http_;
  std::unique_ptr<lambdas::DynamoDbClient> client_;
};

// Every call goes to both; the answers must be the same. The result is the first one's.
class ComparedDatabase final : public EveryCall<ComparedDatabase> {
 public:
  ComparedDatabase(lambdas::Database& one, lambdas::Database& other) : one_(one), other_(other) {}
  int calls() const { return calls_; }

  base::Status transact(const std::vector<lambdas::TransactWrite>& writes,
                        int* failed_index) override;

 private:
  friend class EveryCall<ComparedDatabase>;

  template <class Call>
  auto each(Operation operation, const std::string& table, const Call& call)
      -> decltype(call(std::declval<lambdas::Database&>())) {
    ++calls_;
    auto one = call(one_);
    const auto other = call(other_);
    expect_same_error(operation, one ? nullptr : &one.error(), other ? nullptr : &other.error());
    if constexpr (!std::is_void_v<typename decltype(one)::value_type>) {
      if (one && other) {
        EXPECT_TRUE(is_same(*one, *other)) << name_of(operation) << " on " << table;
      }
    }
    return one;
  }

  template <class Value>
  static bool is_same(const Value& one, const Value& other) {
    return one == other;
  }
  static bool is_same(const lambdas::QueryPage& one, const lambdas::QueryPage& other);
  static const char* name_of(Operation operation);
  // nullptr: the call succeeded.
  static void expect_same_error(Operation operation, const base::Error* one,
                                const base::Error* other);

  lambdas::Database& one_;
  lambdas::Database& other_;
  int calls_ = 0;
};

}  // namespace beckon::tests
