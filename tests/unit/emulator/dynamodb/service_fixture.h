// SPDX-License-Identifier: Apache-2.0
// A DynamoDbService in memory (or in a directory), called with JSON text, with a clock of the test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/json/json.h"
#include "emulator/dynamodb/service.h"

namespace beckon::emulator::dynamodb {

// "orders": PK p (S), SK s (N); global index "by-g" (PK g S, SK h N, KEYS_ONLY), local index "by-t"
// (SK t S, ALL), TTL attribute "expires". "plain": PK p (S) alone.
inline std::vector<TableModel> test_tables() {
  TableModel orders;
  orders.name = "orders";
  orders.hash = {"p", 'S'};
  orders.range = KeyModel{"s", 'N'};
  orders.ttl_attribute = "expires";
  IndexModel global;
  global.name = "by-g";
  global.hash = {"g", 'S'};
  global.range = KeyModel{"h", 'N'};
  global.projection = "KEYS_ONLY";
  IndexModel local;
  local.name = "by-t";
  local.hash = {"p", 'S'};
  local.range = KeyModel{"t", 'S'};
  local.local = true;
  orders.indexes = {global, local};
  TableModel plain;
  plain.name = "plain";
  plain.hash = {"p", 'S'};
  return {orders, plain};
}

class ServiceFixture : public ::testing::Test {
 protected:
  ServiceFixture() { open(""); }

  void open(const std::string& directory) {
    service_.reset();
    ServiceOptions options;
    options.data_dir = directory;
    options.tables = test_tables();
    options.clock = [this] { return now_; };
    auto opened = DynamoDbService::open(std::move(options), base::null_log());
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    service_ = *std::move(opened);
  }

  AwsReply call(std::string_view operation, std::string_view input) {
    const auto document = json::parse(input, json::kDepthMaxHost);
    EXPECT_TRUE(document.has_value()) << input;
    AwsReply reply;
    int answers = 0;
    if (!document) return reply;
    service_->handle(operation, document->root(), [&](AwsReply answered) {
      reply = std::move(answered);
      ++answers;
    });
    EXPECT_EQ(answers, 1);
    return reply;
  }

  // The answer of a call that must succeed.
  std::string ok(std::string_view operation, std::string_view input) {
    const AwsReply reply = call(operation, input);
    EXPECT_EQ(reply.status, 200) << operation << " " << input << "\n" << reply.body;
    return reply.body;
  }

  // "Name: message" of a call that must fail, without the name's namespace.
  std::string error(std::string_view operation, std::string_view input) {
    const AwsReply reply = call(operation, input);
    EXPECT_NE(reply.status, 200) << operation << " " << input << "\n" << reply.body;
    const auto document = json::parse(reply.body, json::kDepthMaxHost);
    if (!document) return "not JSON: " + reply.body;
    const std::string_view type = (*document)["__type"].string_or("");
    const json::View message = (*document)["message"];
    return std::string(type.substr(type.find('#') + 1)) + ": " +
           std::string(message.exists() ? message.string_or("")
                                        : (*document)["Message"].string_or(""));
  }

  base::WallTime now_{1'800'000'000'000};
  std::unique_ptr<DynamoDbService> service_;
};

}  // namespace beckon::emulator::dynamodb
