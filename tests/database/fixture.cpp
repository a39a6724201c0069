// SPDX-License-Identifier: Apache-2.0
#include "tests/database/fixture.h"

#include <array>
#include <span>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "lambdas/aws/environment.h"

namespace beckon::tests {
namespace {

lambdas::JsonApiOptions options() {
  const auto identity = lambdas::aws_identity(lambdas::environment_variable);
  BECKON_ASSERT(identity);
  const auto endpoint = lambdas::service_endpoint(lambdas::kDynamoDb, identity->region,
                                                  lambdas::environment_variable);
  BECKON_ASSERT(endpoint);
  return lambdas::DynamoDbClient::options(*endpoint, *identity);
}

}  // namespace

Client::Client() : database(options(), http, pace) {}

lambdas::Tables tables() {
  return {.connections = "beckon-connections",
          .streams = "beckon-streams",
          .devices = "beckon-devices"};
}

std::string fresh_name(const std::string& prefix) {
  std::array<std::uint8_t, 8> bytes{};
  base::random_bytes(bytes);
  return prefix + "-" +
         base::hex_lower({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void DatabaseTest::put(const std::string& table, const lambdas::Item& item) {
  const auto done = database().put(table, item, {});
  ASSERT_TRUE(done) << done.error().message;
}

lambdas::Item DatabaseTest::get(const std::string& table, const lambdas::Item& key) {
  const auto item = database().get(table, key);
  EXPECT_TRUE(item) << item.error().message;
  return item && *item ? **item : lambdas::Item{};
}

}  // namespace beckon::tests
