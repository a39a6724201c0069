// SPDX-License-Identifier: Apache-2.0
// The database in memory, on which the promises are tested, and the emulator's DynamoDB behind the
// functions' own client must answer every call of the handlers in the same way.
#include <gtest/gtest.h>

#include "lambdas/backend/append.h"
#include "lambdas/send/handler.h"
#include "tests/unit/lambdas/backend/emulated_dynamodb.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

// One person's devices and events for a while, whatever comes; every database call is compared.
class Life {
 public:
  explicit Life(std::uint64_t seed) : world_(seed), chance_(seed) {
    world_.host_database(compared_);
  }

  void step() {
    const std::string user = pick({"Bob", "Alice"});
    const std::string device = user + pick({"'s Laptop", "'s iPad", "'s Phone"});
    switch (chance_.random() % 8) {
      case 0: connect(user, device); break;
      case 1:
      case 2: post(user, device); break;
      case 3: world_.pace.wait(std::chrono::seconds(chance_.random() % 40)); break;
      case 4: send(device); break;
      case 5: drop(device); break;
      default: sync(device); break;
    }
  }
  int calls() const { return compared_.calls(); }

 private:
  struct Device {
    Caller caller;
    protocol::Cursor cursor;
  };

  std::string pick(const std::vector<std::string>& from) {
    return from[chance_.random() % from.size()];
  }

  void connect(const std::string& user, const std::string& device) {
    devices_[device].caller = world_.connect(user, device);
  }

  void post(const std::string& user, const std::string& device) {
    std::string options;
    if (chance_.random() % 3 == 0) options += R"(,"collapse":"key")";
    if (chance_.random() % 3 == 0) options += R"(,"ttl_s":20)";
    const std::string devices =
        chance_.random() % 4 == 0 ? R"(,"devices":[")" + device + "\"]" : "";
    // Ids come again now and then, as EventBridge's do.
    ASSERT_TRUE(world_.deliver(
        {.id = "id-" + std::to_string(chance_.random() % 60),
         .detail = R"({"target":{"user":")" + user + "\"" + devices + "}" + options + "}"}));
  }

  void send(const std::string& device) {
    if (!devices_.contains(device)) return;
    const Caller& caller = devices_[device].caller;
    ASSERT_TRUE(lambdas::handle_send(
        world_.host, {}, message_event(caller, "send", R"({"action":"send","name":"n"})"),
        world_.deadline()));
  }

  void drop(const std::string& device) {
    if (devices_.contains(device)) world_.connections.drop(devices_[device].caller.connection);
  }

  void sync(const std::string& device) {
    if (!devices_.contains(device)) return;
    Device& one = devices_[device];
    protocol::SyncRequest request;
    request.max_bytes = 600;
    if (!one.cursor.epoch.empty()) request.cursor = one.cursor;
    if (chance_.random() % 4 == 0) request.failed = {{one.cursor.seq, "exec", "timeout"}};
    const auto frame = world_.sync(one.caller, request);
    ASSERT_TRUE(frame) << frame.error().message;
    const auto message = protocol::decode_server_message(*frame);
    ASSERT_TRUE(message) << *frame;
    if (const auto* synced = std::get_if<protocol::Synced>(&*message)) one.cursor = synced->cursor;
  }

  World world_;
  EmulatedDynamoDb emulated_;
  ComparedDatabase compared_{world_.memory, emulated_.client()};
  FakePace chance_;
  std::map<std::string, Device> devices_;
};

TEST(Agreement, TheHandlersSeeNoDifferenceBetweenMemoryAndTheEmulatorsDynamoDb) {
  int calls = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life(seed);
    for (int i = 0; i < 300 && !testing::Test::HasFailure(); ++i) life.step();
    calls += life.calls();
  }
  EXPECT_GT(calls, 3000) << "the life was too quiet to compare anything";
}

TEST(Agreement, EveryConditionAndKindOfWriteIsUnderstoodAlike) {
  World world;
  EmulatedDynamoDb emulated;
  ComparedDatabase compared(world.memory, emulated.client());
  FakePace chance(1);
  using Op = lambdas::Term::Op;
  // No booleans: DynamoDB refuses to put them in an order.
  const std::vector<lambdas::AttributeValue> values = {std::string("a"), std::string("b"),
                                                       lambdas::number(9), lambdas::number(12)};
  const auto any = [&]() -> const lambdas::AttributeValue& {
    return values[chance.random() % values.size()];
  };
  const auto name = [&] { return std::string(chance.random() % 2 == 0 ? "x" : "y"); };
  for (int i = 0; i < 2000 && !testing::Test::HasFailure(); ++i) {
    std::vector<lambdas::TransactWrite> writes(1 + chance.random() % 3);
    for (lambdas::TransactWrite& write : writes) {
      write.kind = static_cast<lambdas::TransactWrite::Kind>(chance.random() % 4);
      write.table = "streams";
      lambdas::Item key = lambdas::stream_key("Bob", "k" + std::to_string(chance.random() % 6));
      if (write.kind == lambdas::TransactWrite::Kind::kPut) {
        write.item = key;
        write.item[name()] = any();
      } else {
        write.key = key;
      }
      if (write.kind == lambdas::TransactWrite::Kind::kUpdate) {
        write.update.set["x"] = any();
        write.update.remove = {"y"};
        write.update.add["n"] = 2;
      }
      const bool must = write.kind == lambdas::TransactWrite::Kind::kConditionCheck;
      for (std::uint32_t group = must ? 0 : 1; group < 1 + chance.random() % 2; ++group) {
        write.condition.any_of.push_back(
            {{name(), static_cast<Op>(chance.random() % 7), any()}, {"sk", Op::kExists, false}});
      }
    }
    int failed = -1;
    static_cast<void>(compared.transact(writes, &failed));
  }
}

}  // namespace
}  // namespace beckon::tests
