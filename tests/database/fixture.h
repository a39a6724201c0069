// SPDX-License-Identifier: Apache-2.0
// A real DynamoDB behind an endpoint, reached with the real client: the emulator's, or DynamoDB
// Local. Which one it is, is run.py's business; the same tests must hold on both.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lambdas/aws/dynamodb_client.h"
#include "lambdas/aws/http_client.h"
#include "lambdas/aws/pace.h"
#include "lambdas/backend/host.h"

namespace beckon::tests {

// The client and what it stands on. Every thread has its own.
struct Client {
  Client();
  lambdas::HttpClient http;
  lambdas::SystemPace pace;
  lambdas::DynamoDbClient database;
};

// The names under which run.py has made the tables.
lambdas::Tables tables();

// A test's own user: nothing that another test stored is in its partition.
std::string fresh_name(const std::string& prefix);

class DatabaseTest : public testing::Test {
 protected:
  lambdas::Database& database() { return client_.database; }
  lambdas::TableScan& table_scan() { return client_.database; }

  // Fail the test if the call does.
  void put(const std::string& table, const lambdas::Item& item);
  lambdas::Item get(const std::string& table, const lambdas::Item& key);

  const std::string streams_ = tables().streams;
  const std::string user_ = fresh_name("user");

  // A row of the streams table in this test's partition.
  lambdas::Item row(const std::string& sk) const { return {{"userId", user_}, {"sk", sk}}; }

 private:
  Client client_;
};

}  // namespace beckon::tests
