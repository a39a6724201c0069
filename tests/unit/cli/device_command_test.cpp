// SPDX-License-Identifier: Apache-2.0
#include "cli/device_command.h"

#include <gtest/gtest.h>

#include "lambdas/backend/presence.h"
#include "lambdas/backend/schema.h"
#include "tests/support/backend/fake_pace.h"
#include "tests/support/backend/memory_database.h"

namespace beckon::cli {
namespace {

namespace schema = lambdas::schema;
using Verb = DeviceOptions::Verb;

class NoBus final : public Bus {
 public:
  base::Status check() override { return {}; }
  base::Result<std::string> put(const std::string&, const std::string&) override { return {}; }
};

class NoDeadLetters final : public DeadLetters {
 public:
  base::Result<std::vector<DeadLetter>> peek(int) override { return {}; }
};

// Notes what the device's row said when its connections were closed.
class Watching final : public lambdas::Connections {
 public:
  explicit Watching(tests::MemoryDatabase& database) : database_(database) {}
  std::vector<lambdas::PostOutcome> post(std::span<const std::string> ids, std::string_view,
                                         base::Duration) override {
    return std::vector<lambdas::PostOutcome>(ids.size(), lambdas::PostOutcome::kFailed);
  }
  std::vector<lambdas::PostOutcome> close(std::span<const std::string> ids,
                                          base::Duration) override {
    row = database_.rows("devices")[{"laptop", ""}];
    ++calls;
    return std::vector<lambdas::PostOutcome>(ids.size(), lambdas::PostOutcome::kAccepted);
  }
  lambdas::Item row;
  int calls = 0;

 private:
  tests::MemoryDatabase& database_;
};

// One command for a laptop of Bob's that is online; what its row said when it was closed.
lambdas::Item row_at_the_end(Verb verb, const crypto::PublicKey& key,
                             const std::optional<crypto::PublicKey>& known) {
  tests::MemoryDatabase database;
  Watching connections(database);
  tests::FakePace pace(1);
  lambdas::Host host{
      database, connections, pace, base::null_log(), {"connections", "streams", "devices"}};
  EXPECT_TRUE(!known || lambdas::add_device(host, "laptop", "Bob", *known));
  lambdas::GatewayEvent online;
  online.connection_id = "c1";
  online.connected_at_ms = pace.wall_now().unix_ms;
  online.user_id = "Bob";
  online.device_id = "laptop";
  EXPECT_TRUE(lambdas::put_connection(host, online));
  const Names names{"bus", "connections", "streams", "devices"};
  Reader reader(database, database, names);
  NoBus bus;
  NoDeadLetters dead_letters;
  const Access access;
  DeviceOptions options;
  options.verb = verb;
  options.device = "laptop";
  options.user = "Bob";
  options.key_pem = key.to_pem();
  EXPECT_EQ(
      run_device({.reader = reader, .bus = bus, .dead_letters = dead_letters, .access = access},
                 host, options),
      kExitOk);
  EXPECT_EQ(connections.calls, 1);
  EXPECT_TRUE(database.rows("connections").empty());
  return connections.row;
}

// P-56, P-57: the other way round it could come back between the two, and stay.
TEST(DeviceCommand, ConnectionsAreClosedOnceTheirDeviceIsOut) {
  const crypto::PublicKey old = crypto::PrivateKey::generate().public_key();
  const crypto::PublicKey fresh = crypto::PrivateKey::generate().public_key();
  for (const Verb verb : {Verb::kDisable, Verb::kRemove}) {
    EXPECT_TRUE(row_at_the_end(verb, fresh, old).contains(schema::kDisabledAt));
  }
  for (const Verb verb : {Verb::kRotate, Verb::kAdd}) {
    const lambdas::Item row =
        row_at_the_end(verb, fresh, verb == Verb::kAdd ? std::nullopt : std::optional(old));
    EXPECT_EQ(lambdas::string_of(row, schema::kPublicKey), fresh.to_text());
    EXPECT_FALSE(row.contains(schema::kPreviousKey));
  }
}

}  // namespace
}  // namespace beckon::cli
