// SPDX-License-Identifier: Apache-2.0
// Database and TableScan over DynamoDB's JSON API. Writes whose outcome would be unknown are never
// sent twice, but for those that may be: without a condition and without arithmetic, or in a
// transaction, whose token makes DynamoDB do it once.
#pragma once

#include "lambdas/aws/database.h"
#include "lambdas/aws/json_api.h"

namespace beckon::lambdas {

class DynamoDbClient final : public Database, public TableScan {
 public:
  // http and pace must outlive it. Budgets can be changed in the options before they are given.
  DynamoDbClient(JsonApiOptions options, Http& http, Pace& pace);

  // The options for DynamoDB at this endpoint.
  static JsonApiOptions options(Endpoint endpoint, AwsIdentity identity);

  // No call goes on beyond this instant: an invocation's deadline, less what its answer needs.
  void set_deadline(std::optional<base::Instant> deadline) { api_.set_deadline(deadline); }

  base::Result<std::optional<Item>> get(const std::string& table, const Item& key) override;
  base::Status put(const std::string& table, const Item& item, const Condition& condition) override;
  base::Result<Item> update(const std::string& table, const Item& key, const Update& update,
                            const Condition& condition) override;
  base::Status remove(const std::string& table, const Item& key,
                      const Condition& condition) override;
  base::Result<QueryPage> query(const QueryRequest& request) override;
  base::Status transact(const std::vector<TransactWrite>& writes, int* failed_index) override;
  base::Result<QueryPage> scan(const std::string& table, const Item& exclusive_start_key) override;

 private:
  JsonApi api_;
};

}  // namespace beckon::lambdas
