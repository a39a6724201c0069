// SPDX-License-Identifier: Apache-2.0
// Who the caller is comes from the authorizer's context alone: not from the message, a header, the
// query, a stage variable, or any other place of the event where a client's words, or what looks
// like a name, can stand. Bob's laptop says everywhere that it is Mallory's Lurker.
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "lambdas/authorize/handler.h"
#include "lambdas/backend/device_row.h"
#include "lambdas/backend/schema.h"
#include "lambdas/connect/handler.h"
#include "lambdas/default/handler.h"
#include "lambdas/disconnect/handler.h"
#include "lambdas/send/handler.h"
#include "lambdas/sync/handler.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

namespace schema = lambdas::schema;

class HostileIdentity : public ::testing::Test {
 protected:
  HostileIdentity() {
    lurker_ = world_.connect("Mallory", "Lurker");
    laptop_ = world_.connect("Bob", "Laptop");
    EXPECT_TRUE(world_.post("Mallory", "for Mallory alone"));
    EXPECT_TRUE(world_.post("Bob", "for Bob"));
    mallorys_ = world_.synced(lurker_, oldest()).cursor;
    world_.connections.forget_frames();
    before_ = rows_of_mallory();
  }

  static protocol::SyncRequest oldest() {
    protocol::SyncRequest request;
    request.start_oldest = true;
    return request;
  }

  // Members that name somebody else, for any object.
  std::string lies() const {
    json::Writer writer;
    writer.begin_object();
    for (const char* name : {"userId", "user", "user_id", "X-User-Id", "x-user-id", "owner"}) {
      writer.member(name, "Mallory");
    }
    for (const char* name : {"deviceId", "device", "device_id", "X-Device-Id", "x-device-id",
                             "principalId", "sender"}) {
      writer.member(name, "Lurker");
    }
    for (const char* name : {"connectionId", "connection", "connection_id"}) {
      writer.member(name, lurker_.connection);
    }
    writer.member("publicKey", "Mallory's key");
    writer.key("target").raw(R"({"user":"Mallory","devices":["Lurker"]})");
    writer.key("from").raw(R"({"user":"Mallory","device":"Lurker"})");
    writer.key("authorizer")
        .raw(R"({"userId":"Mallory","deviceId":"Lurker","publicKey":"Mallory's key"})");
    writer.key("claims").raw(R"({"sub":"Mallory"})");
    return writer.end_object().take();
  }

  // {"own":…} and {"lies":…} in one object; where both have a member, the first stands.
  static std::string joined(const std::string& own, const std::string& more) {
    const auto first = json::parse(own);
    const auto second = json::parse(more);
    json::Writer writer;
    writer.begin_object();
    for (const json::View member : first->root()) writer.member(member.key(), member);
    for (const json::View member : second->root()) {
      if (!first->root()[member.key()].exists()) writer.member(member.key(), member);
    }
    return writer.end_object().take();
  }

  // An honest event, with lies in every place that is not the authorizer's. body: the message's own
  // members; "" for an event without a message.
  std::string lying(const std::string& honest, const std::string& body = "") const {
    const auto event = json::parse(honest, json::kDepthMaxHost);
    const json::View context = (*event)["requestContext"];
    json::Writer own;
    own.begin_object();
    for (const json::View member : event->root()) {
      if (member.key() != "requestContext" && member.key() != "body" && member.key() != "headers") {
        own.member(member.key(), member);
      }
    }
    const std::string claims =
        R"({"identity":)" + joined(context["identity"].print(), lies()) + "}";
    own.key("requestContext").raw(joined(joined(claims, context.print()), lies()));
    for (const char* place : {"headers", "multiValueHeaders", "queryStringParameters",
                              "multiValueQueryStringParameters", "stageVariables", "identity"}) {
      own.key(place).raw(lies());
    }
    if (!body.empty()) {
      const std::string context_too = R"({"requestContext":)" + lies() + "}";
      own.member("body", joined(joined(body, lies()), context_too));
    }
    return joined(own.end_object().take(), lies());
  }

  MemoryDatabase::Rows rows_of_mallory() {
    MemoryDatabase::Rows found;
    for (const char* table : {"connections", "streams", "devices"}) {
      for (const auto& [key, item] : world_.memory.rows(table)) {
        if (key.first == "Mallory" || key.first == "Lurker") {
          found[{table + key.first, key.second}] = item;
        }
      }
    }
    return found;
  }

  void expect_mallory_untouched(const char* after) {
    EXPECT_TRUE(rows_of_mallory() == before_) << "after " << after;
    EXPECT_TRUE(world_.connections.frames(lurker_.connection).empty()) << "after " << after;
    EXPECT_TRUE(world_.connections.is_open(lurker_.connection)) << "after " << after;
  }

  World world_;
  Caller lurker_;
  Caller laptop_;
  protocol::Cursor mallorys_;
  MemoryDatabase::Rows before_;
};

TEST_F(HostileIdentity, SyncAnswersTheCallersStreamAndStoresTheCallersCursor) {
  const auto answered = lambdas::handle_sync(
      world_.host,
      lying(message_event(laptop_, "sync", ""), R"({"action":"sync","start":"oldest"})"),
      world_.deadline());
  ASSERT_TRUE(answered) << answered.error().message;
  const auto message = protocol::decode_server_message(body_of(*answered));
  ASSERT_TRUE(message && std::holds_alternative<protocol::Synced>(*message)) << *answered;
  EXPECT_EQ(texts(std::get<protocol::Synced>(*message)), (std::vector<std::string>{"for Bob"}));
  const auto row = world_.row("devices", "Laptop");
  ASSERT_TRUE(row);
  EXPECT_EQ(lambdas::string_of(*row, schema::kConnectionId), laptop_.connection);
  expect_mallory_untouched("sync");
}

// The epoch and the numbers of a stream are no secret: who knows them gets nothing by them.
TEST_F(HostileIdentity, ACursorOfAnothersStreamIsAResetOfOnesOwn) {
  const std::string body = R"({"action":"sync","cursor":")" + protocol::to_string(mallorys_) +
                           R"(","failed":[{"seq":1,"action":"a","error":"e"}]})";
  const auto answered = lambdas::handle_sync(
      world_.host, lying(message_event(laptop_, "sync", ""), body), world_.deadline());
  ASSERT_TRUE(answered) << answered.error().message;
  const auto message = protocol::decode_server_message(body_of(*answered));
  ASSERT_TRUE(message && std::holds_alternative<protocol::Synced>(*message)) << *answered;
  const auto& synced = std::get<protocol::Synced>(*message);
  EXPECT_TRUE(synced.reset);
  EXPECT_NE(synced.cursor.epoch, mallorys_.epoch);
  EXPECT_EQ(texts(synced), (std::vector<std::string>{"for Bob"}));
  for (const auto& [key, item] : world_.memory.rows("streams")) {
    EXPECT_FALSE(key.second.starts_with("failed#")) << key.first << " " << key.second;
  }
  expect_mallory_untouched("sync with another's cursor");
}

TEST_F(HostileIdentity, SendIsTheCallersAndReachesTheCallersDevices) {
  const Caller phone = world_.connect("Bob", "Phone");
  before_ = rows_of_mallory();
  const auto answered = lambdas::handle_send(
      world_.host, {},
      lying(message_event(laptop_, "send", ""),
            R"({"action":"send","name":"n","data":{"text":"hi"},"devices":["Lurker","Phone"]})"),
      world_.deadline());
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_EQ(texts(world_.connections.frames(phone.connection)), (std::vector<std::string>{"hi"}));
  const auto row = world_.row("streams", "Bob", schema::seq_key(2));
  ASSERT_TRUE(row);
  EXPECT_EQ(lambdas::string_of(*row, schema::kSender), "Laptop");
  expect_mallory_untouched("send");
}

TEST_F(HostileIdentity, ABroadcastNamesItsTrueSender) {
  const auto answered =
      lambdas::handle_send(world_.host, {&world_.memory},
                           lying(message_event(laptop_, "send", ""),
                                 R"({"action":"send","name":"n","to":"everyone","data":{}})"),
                           world_.deadline());
  ASSERT_TRUE(answered) << answered.error().message;
  const auto& frames = world_.connections.frames(lurker_.connection);
  ASSERT_EQ(frames.size(), 1U);
  const auto heard = json::parse(frames.front());
  ASSERT_TRUE(heard);
  EXPECT_EQ((*heard)["from"].print(), R"({"user":"Bob","device":"Laptop"})");
}

TEST_F(HostileIdentity, ConnectWritesTheCallersRows) {
  for (const auto mode : {lambdas::AuthMode::kOpen, lambdas::AuthMode::kDeviceKey}) {
    Caller tablet{"Bob", "Tablet", "conn-tablet"};
    if (mode == lambdas::AuthMode::kDeviceKey) {
      world_.memory.rows("devices")[{"Tablet", ""}][schema::kPublicKey] = "a key";
      tablet.connection = "conn-keyed";
      tablet.public_key = "a key";
    }
    const auto answered = lambdas::handle_connect(world_.host, mode, lying(connect_event(tablet)));
    EXPECT_EQ(answered.value_or("failed"), R"({"statusCode":200})");
    const auto row = world_.row("connections", "Bob", tablet.connection);
    ASSERT_TRUE(row);
    EXPECT_EQ(lambdas::string_of(*row, schema::kDeviceId), "Tablet");
    expect_mallory_untouched("connect");
  }
}

TEST_F(HostileIdentity, ConnectAsksForTheCallersDeviceAndNotForAnotherThatIsFine) {
  world_.memory.rows("devices")[{"Lurker", ""}][schema::kPublicKey] = "a key";
  before_ = rows_of_mallory();
  const auto answered = lambdas::handle_connect(world_.host, lambdas::AuthMode::kDeviceKey,
                                                lying(connect_event({"Bob", "Nobody", "conn-9"})));
  EXPECT_EQ(answered.value_or("failed"), R"({"statusCode":403})");
  EXPECT_FALSE(world_.row("connections", "Bob", "conn-9"));
  expect_mallory_untouched("a refused connect");
}

TEST_F(HostileIdentity, DisconnectRemovesTheCallersRowOnly) {
  const auto answered = lambdas::handle_disconnect(world_.host, lying(disconnect_event(laptop_)));
  EXPECT_EQ(answered.value_or("failed"), R"({"statusCode":200})");
  EXPECT_FALSE(world_.row("connections", "Bob", laptop_.connection));
  expect_mallory_untouched("disconnect");
}

// Whoever invokes a function past API Gateway, or deploys a route without its authorizer, is told
// so.
TEST_F(HostileIdentity, WithoutTheAuthorizersContextNobodyIsAnybody) {
  const std::string honest = message_event(laptop_, "sync", "");
  const auto event = json::parse(honest, json::kDepthMaxHost);
  json::Writer bare;
  bare.begin_object();
  for (const json::View member : (*event)["requestContext"]) {
    if (member.key() != "authorizer") bare.member(member.key(), member);
  }
  bare.key("authorizer").raw("{}");
  const std::string context = R"({"requestContext":)" + bare.end_object().take() + "}";
  const std::string text = lying(context, R"({"action":"sync"})");
  const std::vector<base::Result<std::string>> results = {
      lambdas::handle_sync(world_.host, text, world_.deadline()),
      lambdas::handle_send(world_.host, {}, text, world_.deadline()),
      lambdas::handle_connect(world_.host, lambdas::AuthMode::kOpen, text),
      lambdas::handle_connect(world_.host, lambdas::AuthMode::kDeviceKey, text),
      lambdas::handle_disconnect(world_.host, text),
      lambdas::handle_default(text)};
  for (const auto& result : results) {
    ASSERT_FALSE(result) << *result;
    EXPECT_NE(result.error().message.find("authorizer.userId"), std::string::npos)
        << result.error().message;
  }
  expect_mallory_untouched("events without an authorizer");
}

}  // namespace
}  // namespace beckon::tests
