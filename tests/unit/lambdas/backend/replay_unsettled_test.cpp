// SPDX-License-Identifier: Apache-2.0
// Rows that a query does not show yet, and those of an epoch before.
#include <gtest/gtest.h>

#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/replay_fixture.h"

namespace beckon::tests {
namespace {

using lambdas::Head;
using lambdas::Start;

// Hides a row from the next queries, as one whose transaction is not applied everywhere yet, and
// keeps transactions that touch it in the way.
class HiddenRow {
 public:
  HiddenRow(World& world, std::uint64_t seq, int queries)
      : world_(world), key_("Bob", lambdas::schema::seq_key(seq)), left_(queries) {
    row_ = world.memory.rows("streams").extract(key_).mapped();
    world.database.set_decide([this](Operation operation, const std::string&) {
      if (operation == Operation::kTransact && left_ > 0) {
        --left_;
        if (left_ == 0) world_.memory.rows("streams")[key_] = row_;
        return Fault::kInTheWay;
      }
      return Fault::kNone;
    });
  }

 private:
  World& world_;
  MemoryDatabase::Key key_;
  int left_;
  lambdas::Item row_;
};

// P-45
TEST(Replay, ANumberThatAQueryDoesNotShowIsNotBelievedToBeMissing) {
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    for (int queries = 1; queries <= 3; ++queries) {
      World world;
      for (const char* text : {"1", "2", "3"}) append(world, draft(text));
      const HiddenRow hidden(world, seq, queries);
      const Whole whole = replay_all(world, 4096);
      EXPECT_EQ(whole.texts, (std::vector<std::string>{"1", "2", "3"})) << "number " << seq;
      EXPECT_EQ(whole.lost, 0U);
    }
  }
}

// P-45
TEST(Replay, AStreamThatDoesNotSettleIsAnErrorAndNotALoss) {
  World world;
  for (const char* text : {"1", "2", "3"}) append(world, draft(text));
  const HiddenRow hidden(world, 2, 1'000'000);
  Start start;
  const auto synced = lambdas::replay(world.host, "Bob", "Laptop", start, world.head("Bob"), 4096,
                                      world.deadline());
  ASSERT_FALSE(synced);
  EXPECT_EQ(synced.error().code, base::ErrorCode::kUnavailable);
}

// P-45
TEST(Replay, NothingAboveTheHeadThatWasReadIsLookedAt) {
  World world;
  for (const char* text : {"1", "2", "3"}) append(world, draft(text));
  const Head before{world.head("Bob").epoch, 2};
  const auto synced =
      lambdas::replay(world.host, "Bob", "Laptop", {}, before, 4096, world.deadline());
  ASSERT_TRUE(synced);
  EXPECT_EQ(synced->answer.cursor.seq, 2U);
  EXPECT_EQ(texts(synced->answer), (std::vector<std::string>{"1", "2"}));
}

TEST(Replay, RowsOfAnEpochBeforeAreNoEvents) {
  World world;
  for (const char* text : {"old 1", "old 2", "old 3"}) append(world, draft(text));
  world.memory.rows("streams").erase({"Bob", "head"});
  append(world, draft("new 1"));
  EXPECT_EQ(replay_all(world, 4096).texts, (std::vector<std::string>{"new 1"}));
  // As if the numbers 2 and 3 had been given in the new epoch and had expired since.
  world.memory.rows("streams")[{"Bob", "head"}]["seq"] = lambdas::number(3);
  const Whole whole = replay_all(world, 4096);
  EXPECT_EQ(whole.texts, (std::vector<std::string>{"new 1"}));
  EXPECT_EQ(whole.lost, 2U);
}

}  // namespace
}  // namespace beckon::tests
