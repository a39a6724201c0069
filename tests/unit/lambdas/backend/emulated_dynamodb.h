// SPDX-License-Identifier: Apache-2.0
// The functions' own DynamoDB client, talking to the emulator's DynamoDB without a network in
// between; and a database that asks both it and the one in memory, and tells where they differ.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emulator/dynamodb/service.h"
#include "lambdas/aws/dynamodb_client.h"
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
class ComparedDatabase final : public lambdas::Database {
 public:
  ComparedDatabase(lambdas::Database& one, lambdas::Database& other) : one_(one), other_(other) {}
  int calls() const { return calls_; }

  base::Result<std::optional<lambdas::Item>> get(const std::string& table,
                                                 const lambdas::Item& key) override;
  base::Status put(const std::string& table, const lambdas::Item& item,
                   const lambdas::Condition& condition) override;
  base::Result<lambdas::Item> update(const std::string& table, const lambdas::Item& key,
                                     const lambdas::Update& update,
                                     const lambdas::Condition& condition) override;
  base::Status remove(const std::string& table, const lambdas::Item& key,
                      const lambdas::Condition& condition) override;
  base::Result<lambdas::QueryPage> query(const lambdas::QueryRequest& request) override;
  base::Status transact(const std::vector<lambdas::TransactWrite>& writes,
                        int* failed_index) override;

 private:
  lambdas::Database& one_;
  lambdas::Database& other_;
  int calls_ = 0;
};

}  // namespace beckon::tests
