// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/service.h"

#include <utility>

#include "common/json/writer.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/operations.h"
#include "emulator/dynamodb/ttl.h"

namespace beckon::emulator::dynamodb {
namespace {

struct Operation {
  std::string_view name;
  std::string (*run)(Engine&, json::View);
};

constexpr Operation kOperations[] = {
    {"GetItem", get_item},
    {"PutItem", put_item},
    {"UpdateItem", update_item},
    {"DeleteItem", delete_item},
    {"Query", query},
    {"Scan", scan},
    {"BatchGetItem", batch_get_item},
    {"BatchWriteItem", batch_write_item},
    {"TransactGetItems", transact_get_items},
    {"TransactWriteItems", transact_write_items},
    {"CreateTable", create_table},
    {"DeleteTable", delete_table},
    {"DescribeTable", describe_table},
    {"ListTables", list_tables},
    {"DescribeTimeToLive", describe_time_to_live},
    {"UpdateTimeToLive", update_time_to_live},
};

AwsReply reply_to(const Fault& fault) {
  json::Writer writer;
  writer.begin_object().member("__type", fault.type);
  writer.member(fault.capital_message ? "Message" : "message", fault.message);
  std::string body = writer.end_object().take();
  if (!fault.members.empty()) {
    body.pop_back();
    body += "," + fault.members + "}";
  }
  return {.status = fault.status, .body = std::move(body), .headers = {}};
}

}  // namespace

struct DynamoDbService::State {
  State(ServiceOptions given, base::LogSink& sink, std::unique_ptr<Store> opened)
      : options(std::move(given)),
        log(sink, "dynamodb"),
        store(std::move(opened)),
        catalog(*store) {}

  Engine engine() {
    return {*store, catalog, options.region, options.account, options.clock().unix_ms};
  }

  ServiceOptions options;
  base::Logger log;
  std::unique_ptr<Store> store;
  Catalog catalog;
};

DynamoDbService::DynamoDbService(std::unique_ptr<State> state) : state_(std::move(state)) {}
DynamoDbService::~DynamoDbService() = default;

base::Result<std::unique_ptr<DynamoDbService>> DynamoDbService::open(ServiceOptions options,
                                                                     base::LogSink& log) {
  const std::string path =
      options.data_dir.empty() ? ":memory:" : options.data_dir + "/dynamodb.sqlite";
  auto store = Store::open(path);
  if (!store) return std::unexpected(store.error());
  try {
    auto state = std::make_unique<State>(std::move(options), log, *std::move(store));
    const std::int64_t now_ms = state->options.clock().unix_ms;
    for (const auto& table : state->options.tables) {
      if (auto adopted = state->catalog.adopt(table, now_ms); !adopted) {
        return std::unexpected(adopted.error());
      }
    }
    return std::unique_ptr<DynamoDbService>(new DynamoDbService(std::move(state)));
  } catch (const std::exception& error) {
    return base::fail(base::ErrorCode::kIo,
                      "cannot read the DynamoDB tables in " + path + ": " + error.what());
  }
}

void DynamoDbService::handle(std::string_view operation, json::View input,
                             std::function<void(AwsReply)> done) {
  AwsReply reply;
  try {
    reply = answer(operation, input);
  } catch (const Fault& fault) {
    if (fault.status >= 500) {
      state_->log.error("%.*s: %s", static_cast<int>(operation.size()), operation.data(),
                        fault.message.c_str());
    }
    reply = reply_to(fault);
  } catch (const SqliteError& error) {
    state_->log.error("%.*s: %s", static_cast<int>(operation.size()), operation.data(),
                      error.message.c_str());
    reply = reply_to(internal_error());
  }
  done(std::move(reply));
}

AwsReply DynamoDbService::answer(std::string_view operation, json::View input) {
  for (const auto& [name, run] : kOperations) {
    if (name != operation) continue;
    Engine engine = state_->engine();
    return {.status = 200, .body = run(engine, input), .headers = {}};
  }
  throw Fault("com.amazon.coral.service#UnknownOperationException",
              "beckon-emulator does not implement DynamoDB " + std::string(operation));
}

int DynamoDbService::sweep_expired() {
  try {
    Engine engine = state_->engine();
    return dynamodb::sweep_expired(engine, kSweepBatch);
  } catch (const std::exception& error) {
    state_->log.error("removing expired items: %s", error.what());
    return 0;
  }
}

}  // namespace beckon::emulator::dynamodb
