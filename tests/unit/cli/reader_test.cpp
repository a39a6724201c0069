// SPDX-License-Identifier: Apache-2.0
#include "cli/reader.h"

#include <gtest/gtest.h>

#include "lambdas/backend/schema.h"
#include "tests/support/backend/memory_database.h"

namespace beckon::cli {
namespace {

namespace schema = lambdas::schema;
using lambdas::Item;
using lambdas::number;

constexpr std::int64_t kNow_s = 1'800'000'000;

class Reading : public testing::Test {
 protected:
  void put(const char* table, const Item& item) { ASSERT_TRUE(database_.put(table, item, {})); }

  void put_event(const std::string& user, std::uint64_t seq, std::int64_t expires_at_s) {
    const std::string id = user + "-" + std::to_string(seq);
    put("streams", {{"userId", user},
                    {"sk", schema::seq_key(seq)},
                    {"epoch", "k3f9"},
                    {"seq", number(static_cast<std::int64_t>(seq))},
                    {"eventId", id},
                    {"name", "message"},
                    {"data", "{}"},
                    {"expiresAt", number(expires_at_s)}});
    put("streams", {{"userId", user},
                    {"sk", schema::event_id_key(id)},
                    {"seq", number(static_cast<std::int64_t>(seq))},
                    {"lookupId", id}});
    put("streams", {{"userId", user},
                    {"sk", schema::kHeadKey},
                    {"epoch", "k3f9"},
                    {"seq", number(static_cast<std::int64_t>(seq))}});
  }

  tests::MemoryDatabase database_;
  const Names names_{.event_bus = "bus",
                     .connections_table = "connections",
                     .streams_table = "streams",
                     .devices_table = "devices"};
  Reader reader_{database_, database_, names_};
};

TEST_F(Reading, ConnectionsAreOfOneUserOrOfAllWithoutExpiredOnesAcrossPages) {
  database_.set_page_rows_max(1);
  const auto connection = [&](const char* user, const char* id, std::int64_t expires_at_s) {
    put("connections", {{"userId", user},
                        {"connectionId", id},
                        {"deviceId", std::string("device-") + id},
                        {"expiresAt", number(expires_at_s)}});
  };
  connection("Bob", "b1", kNow_s + 1);
  connection("Bob", "b2", kNow_s);
  connection("Alice", "a1", kNow_s + 1);
  connection("Bob", "b3", kNow_s + 1);
  const auto all = reader_.connections("", kNow_s);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ(all->at(0).user, "Alice");
  const auto of_bob = reader_.connections("Bob", kNow_s);
  ASSERT_TRUE(of_bob);
  ASSERT_EQ(of_bob->size(), 2U);
  EXPECT_EQ(of_bob->at(0).connection_id, "b1");
  EXPECT_EQ(of_bob->at(1).connection_id, "b3");
}

TEST_F(Reading, TheNewestEventsComeOldestFirstWithoutExpiredOnesAndOtherRows) {
  for (std::uint64_t seq = 1; seq <= 6; ++seq) {
    put_event("Bob", seq, seq == 5 ? kNow_s : kNow_s + 60);
  }
  put_event("Carol", 1, kNow_s + 60);
  const auto events = reader_.events("Bob", 3, kNow_s);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3U);
  EXPECT_EQ(events->at(0).seq, 3U);
  EXPECT_EQ(events->at(1).seq, 4U);
  EXPECT_EQ(events->at(2).seq, 6U);
}

TEST_F(Reading, FactsOfAnEventAreFoundByItsIdAlone) {
  put_event("Bob", 9, kNow_s + 60);
  put_event("Bob", 10, kNow_s + 60);
  put("devices", {{"deviceId", "laptop"}, {"userId", "Bob"}, {"cursor", "k3f9:9"}});
  put("devices", {{"deviceId", "phone"}, {"userId", "Alice"}});
  put("streams", {{"userId", "Bob"},
                  {"sk", schema::failed_key(9, "laptop")},
                  {"deviceId", "laptop"},
                  {"epoch", "k3f9"},
                  {"seq", lambdas::number(9)},
                  {"action", "exec"},
                  {"error", "timeout"}});
  put("streams", {{"userId", "Bob"},
                  {"sk", schema::failed_key(10, "laptop")},
                  {"deviceId", "laptop"},
                  {"error", "another event's"}});
  const auto facts = reader_.facts("Bob-9");
  ASSERT_TRUE(facts) << facts.error().message;
  ASSERT_TRUE(*facts);
  EXPECT_EQ((*facts)->user, "Bob");
  EXPECT_EQ((*facts)->event.seq, 9U);
  EXPECT_EQ((*facts)->receipts.head.seq, 10U);
  ASSERT_EQ((*facts)->receipts.devices.size(), 1U);
  EXPECT_EQ((*facts)->receipts.devices[0].device, "laptop");
  ASSERT_EQ((*facts)->receipts.failed.size(), 1U);
  EXPECT_EQ((*facts)->receipts.failed[0].error, "timeout");
}

TEST_F(Reading, ARunOfPassedEventsIsFoundFromAnyOfItsEvents) {
  for (std::uint64_t seq = 1; seq <= 9; ++seq) put_event("Bob", seq, kNow_s + 60);
  const auto run = [&](std::uint64_t first, std::uint64_t last, const char* device) {
    put("streams", {{"userId", "Bob"},
                    {"sk", schema::passed_key(last, device)},
                    {"deviceId", device},
                    {"epoch", "k3f9"},
                    {"firstSeq", lambdas::number(static_cast<std::int64_t>(first))},
                    {"seq", lambdas::number(static_cast<std::int64_t>(last))},
                    {"reason", "expired"}});
  };
  run(2, 4, "laptop");
  run(3, 3, "ipad");
  run(6, 7, "laptop");
  const auto count = [&](const char* id) {
    const auto facts = reader_.facts(id);
    return facts && *facts ? static_cast<int>((*facts)->receipts.passed.size()) : -1;
  };
  EXPECT_EQ(count("Bob-1"), 0);
  EXPECT_EQ(count("Bob-2"), 1);
  EXPECT_EQ(count("Bob-3"), 2);
  EXPECT_EQ(count("Bob-4"), 1);
  EXPECT_EQ(count("Bob-5"), 0);
  EXPECT_EQ(count("Bob-7"), 1);
  EXPECT_EQ(reader_.receipts("Bob", 3, 6)->passed.size(), 3U);
}

TEST_F(Reading, AnEventWhoseRowIsGoneIsStillKnownByItsNumber) {
  put_event("Bob", 4, kNow_s + 60);
  database_.rows("streams").erase({"Bob", schema::seq_key(4)});
  const auto facts = reader_.facts("Bob-4");
  ASSERT_TRUE(facts);
  ASSERT_TRUE(*facts);
  EXPECT_FALSE((*facts)->event_row_exists);
  EXPECT_EQ((*facts)->event.seq, 4U);
  EXPECT_EQ((*facts)->event.epoch, "k3f9");
}

TEST_F(Reading, AnUnknownEventAndAnUnknownUserAreNothingAndNoError) {
  EXPECT_FALSE(reader_.facts("none").value().has_value());
  EXPECT_FALSE(reader_.head("Nobody").value().has_value());
  EXPECT_TRUE(reader_.events("Nobody", 5, kNow_s).value().empty());
}

// P-61: what asks to be claimed is in the table, and is no device yet.
TEST_F(Reading, DevicesThatAskToBeClaimedAreNotListed) {
  for (const char* device : {"laptop", "claim#ABCD1234", "claim#minute#29920740"}) {
    ASSERT_TRUE(database_.put("devices", {{"deviceId", std::string(device)}}, {}));
  }
  const auto devices = reader_.devices("").value();
  ASSERT_EQ(devices.size(), 1U);
  EXPECT_EQ(devices.front().device, "laptop");
  EXPECT_TRUE(reader_.device("laptop").value().has_value());
  EXPECT_FALSE(reader_.device("claim#ABCD1234").value().has_value());
  EXPECT_FALSE(reader_.device("phone").value().has_value());
}

TEST_F(Reading, ATableThatIsNotThereIsAnError) {
  const Names wrong{.event_bus = "bus",
                    .connections_table = "nowhere",
                    .streams_table = "nowhere",
                    .devices_table = "nowhere"};
  Reader reader(database_, database_, wrong);
  EXPECT_FALSE(reader.connections("", kNow_s));
  EXPECT_FALSE(reader.devices("Bob"));
  EXPECT_FALSE(reader.facts("x"));
}

}  // namespace
}  // namespace beckon::cli
