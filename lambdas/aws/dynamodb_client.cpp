// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/dynamodb_client.h"

#include <array>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/json/writer.h"
#include "lambdas/aws/expressions.h"
#include "lambdas/aws/item_json.h"

namespace beckon::lambdas {
namespace {

// A transaction that was throttled is tried again this often; beyond that the caller decides.
constexpr int kTransactThrottleRetries = 4;

void write_key(json::Writer& out, const std::string& table, const Item& key) {
  out.member("TableName", table);
  out.key("Key");
  write_item(out, key);
}

// The expressions of a write, as members of an open object.
void write_expressions(json::Writer& out, const Condition& condition, const Update* update) {
  Placeholders placeholders;
  const std::string change = update == nullptr ? "" : render_update(*update, placeholders);
  const std::string check = render_condition(condition, placeholders);
  if (!change.empty()) out.member("UpdateExpression", change);
  if (!check.empty()) out.member("ConditionExpression", check);
  placeholders.write(out);
}

bool is_always_true(const Condition& condition) {
  Placeholders unused;
  return render_condition(condition, unused).empty();
}

Repeat repeat_of(const Condition& condition) {
  return is_always_true(condition) ? Repeat::kMay : Repeat::kMustNot;
}

QueryPage read_page(const json::Document& answer) {
  QueryPage page;
  for (const json::View item : answer["Items"]) page.items.push_back(read_item(item));
  page.last_evaluated_key = read_item(answer["LastEvaluatedKey"]);
  return page;
}

void write_transact_item(json::Writer& out, const TransactWrite& write) {
  out.begin_object();
  switch (write.kind) {
    case TransactWrite::Kind::kPut:
      out.key("Put").begin_object().member("TableName", write.table);
      out.key("Item");
      write_item(out, write.item);
      break;
    case TransactWrite::Kind::kUpdate:
      out.key("Update").begin_object();
      write_key(out, write.table, write.key);
      break;
    case TransactWrite::Kind::kDelete:
      out.key("Delete").begin_object();
      write_key(out, write.table, write.key);
      break;
    case TransactWrite::Kind::kConditionCheck:
      out.key("ConditionCheck").begin_object();
      write_key(out, write.table, write.key);
      break;
  }
  const bool is_update = write.kind == TransactWrite::Kind::kUpdate;
  write_expressions(out, write.condition, is_update ? &write.update : nullptr);
  out.end_object().end_object();
}

// 36 characters at most; 32 random hex digits name a transaction once and for all.
std::string new_token() {
  std::array<std::uint8_t, 16> bytes{};
  base::random_bytes(bytes);
  return base::hex_lower({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// What a cancelled transaction's reasons come to.
struct Cancelled {
  base::Error error;
  int failed_index = -1;
  bool throttled = false;
};

Cancelled read_reasons(const ApiFailure& failure) {
  Cancelled cancelled;
  cancelled.error = failure.error;
  cancelled.error.code = base::ErrorCode::kConflict;
  int index = 0;
  bool invalid = false;
  bool in_the_way = false;
  for (const json::View reason : failure.details["CancellationReasons"]) {
    const std::string_view code = reason["Code"].string_or("None");
    if (code == "ConditionalCheckFailed" && cancelled.failed_index < 0) {
      cancelled.failed_index = index;
    }
    in_the_way = in_the_way || code == "TransactionConflict";
    cancelled.throttled =
        cancelled.throttled || code == "ThrottlingError" || code == "ProvisionedThroughputExceeded";
    if (code == "ValidationError" || code == "ItemCollectionSizeLimitExceeded") {
      invalid = true;
      cancelled.error.message += "; write " + std::to_string(index) + ": " +
                                 std::string(reason["Message"].string_or(code));
    }
    ++index;
  }
  if (invalid) cancelled.error.code = base::ErrorCode::kInvalid;
  if (invalid || cancelled.failed_index >= 0 || in_the_way) cancelled.throttled = false;
  return cancelled;
}

}  // namespace

JsonApiOptions DynamoDbClient::options(Endpoint endpoint, AwsIdentity identity) {
  return json_api_options(std::move(endpoint), std::move(identity), "dynamodb", "DynamoDB_20120810",
                          "1.0");
}

DynamoDbClient::DynamoDbClient(JsonApiOptions options, Http& http, Pace& pace)
    : api_(std::move(options), http, pace) {}

base::Result<std::optional<Item>> DynamoDbClient::get(const std::string& table, const Item& key) {
  json::Writer input;
  input.begin_object();
  write_key(input, table, key);
  input.member("ConsistentRead", true).end_object();
  const auto answer = api_.call("GetItem", input.text(), Repeat::kMay);
  if (!answer) return std::unexpected(answer.error().error);
  const json::View item = (*answer)["Item"];
  if (!item.exists()) return std::optional<Item>();
  return std::optional<Item>(read_item(item));
}

base::Status DynamoDbClient::put(const std::string& table, const Item& item,
                                 const Condition& condition) {
  json::Writer input;
  input.begin_object().member("TableName", table).key("Item");
  write_item(input, item);
  write_expressions(input, condition, nullptr);
  input.end_object();
  const auto answer = api_.call("PutItem", input.text(), repeat_of(condition));
  if (!answer) return std::unexpected(answer.error().error);
  return {};
}

base::Result<Item> DynamoDbClient::update(const std::string& table, const Item& key,
                                          const Update& update, const Condition& condition) {
  json::Writer input;
  input.begin_object();
  write_key(input, table, key);
  input.member("ReturnValues", "ALL_NEW");
  write_expressions(input, condition, &update);
  input.end_object();
  const Repeat repeat = update.add.empty() ? repeat_of(condition) : Repeat::kMustNot;
  const auto answer = api_.call("UpdateItem", input.text(), repeat);
  if (!answer) return std::unexpected(answer.error().error);
  return read_item((*answer)["Attributes"]);
}

base::Status DynamoDbClient::remove(const std::string& table, const Item& key,
                                    const Condition& condition) {
  json::Writer input;
  input.begin_object();
  write_key(input, table, key);
  write_expressions(input, condition, nullptr);
  input.end_object();
  const auto answer = api_.call("DeleteItem", input.text(), repeat_of(condition));
  if (!answer) return std::unexpected(answer.error().error);
  return {};
}

base::Result<QueryPage> DynamoDbClient::query(const QueryRequest& request) {
  BECKON_ASSERT(request.index.empty() || !request.consistent);
  json::Writer input;
  input.begin_object().member("TableName", request.table);
  if (!request.index.empty()) input.member("IndexName", request.index);
  Placeholders placeholders;
  input.member("KeyConditionExpression", render_key_condition(request, placeholders));
  placeholders.write(input);
  input.member("ConsistentRead", request.consistent);
  input.member("ScanIndexForward", !request.descending);
  if (request.limit) input.member("Limit", *request.limit);
  if (!request.exclusive_start_key.empty()) {
    input.key("ExclusiveStartKey");
    write_item(input, request.exclusive_start_key);
  }
  input.end_object();
  const auto answer = api_.call("Query", input.text(), Repeat::kMay);
  if (!answer) return std::unexpected(answer.error().error);
  return read_page(*answer);
}

base::Result<QueryPage> DynamoDbClient::scan(const std::string& table,
                                             const Item& exclusive_start_key) {
  json::Writer input;
  input.begin_object().member("TableName", table);
  if (!exclusive_start_key.empty()) {
    input.key("ExclusiveStartKey");
    write_item(input, exclusive_start_key);
  }
  input.end_object();
  const auto answer = api_.call("Scan", input.text(), Repeat::kMay);
  if (!answer) return std::unexpected(answer.error().error);
  return read_page(*answer);
}

base::Status DynamoDbClient::transact(const std::vector<TransactWrite>& writes, int* failed_index) {
  BECKON_ASSERT(!writes.empty());
  if (failed_index != nullptr) *failed_index = -1;
  json::Writer input;
  input.begin_object().key("TransactItems").begin_array();
  for (const TransactWrite& write : writes) write_transact_item(input, write);
  input.end_array().member("ClientRequestToken", new_token()).end_object();
  for (int retries = 0;; ++retries) {
    const auto answer = api_.call("TransactWriteItems", input.text(), Repeat::kMay);
    if (answer) return {};
    if (answer.error().type != "TransactionCanceledException") {
      return std::unexpected(answer.error().error);
    }
    Cancelled cancelled = read_reasons(answer.error());
    if (!cancelled.throttled) {
      if (failed_index != nullptr) *failed_index = cancelled.failed_index;
      return std::unexpected(std::move(cancelled.error));
    }
    if (retries == kTransactThrottleRetries) {
      cancelled.error.code = base::ErrorCode::kUnavailable;
      return std::unexpected(std::move(cancelled.error));
    }
    api_.pace().wait(api_.backoff().delay(retries, api_.pace().random()));
  }
}

}  // namespace beckon::lambdas
