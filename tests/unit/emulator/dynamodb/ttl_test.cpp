// SPDX-License-Identifier: Apache-2.0
// Time to live: settings and the sweeper.
#include <functional>

#include "emulator/dynamodb/ttl_sweeper.h"
#include "tests/unit/emulator/dynamodb/service_fixture.h"

namespace beckon::emulator::dynamodb {
namespace {

class TimeToLive : public ServiceFixture {
 protected:
  void put(const char* s, const std::string& expires) {
    ok("PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":")" + std::string(s) +
                      R"("},"g":{"S":"x"},"h":{"N":"1"},"expires":)" + expires + "}}");
  }
  std::string count(const std::string& rest = "") {
    return ok("Scan", R"({"TableName":"orders","Select":"COUNT")" + rest + "}");
  }
};

TEST_F(TimeToLive, ExpiredItemsAreReadUntilTheyAreSwept) {
  put("1", R"({"N":"1800000000"})");  // now
  put("2", R"({"N":"1800000001"})");
  put("3", R"({"S":"1700000000"})");  // not a number
  put("4", R"({"N":"1700000000.5"})");
  put("5", R"({"N":"1600000000"})");  // more than five years ago
  EXPECT_EQ(count(), R"({"Count":5,"ScannedCount":5})");
  EXPECT_EQ(service_->sweep_expired(), 1);
  EXPECT_EQ(count(), R"({"Count":4,"ScannedCount":4})");
  EXPECT_EQ(count(R"(,"IndexName":"by-g")"), R"({"Count":4,"ScannedCount":4})");
  EXPECT_EQ(service_->sweep_expired(), 0);
  now_.unix_ms += 1000;
  EXPECT_EQ(service_->sweep_expired(), 1);
}

TEST_F(TimeToLive, AnUpdateMovesTheTimeOfExpiry) {
  put("1", R"({"N":"1800000000"})");
  ok("UpdateItem",
     R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"SET expires = :e","ExpressionAttributeValues":{":e":{"N":"1800000100"}}})");
  EXPECT_EQ(service_->sweep_expired(), 0);
  ok("UpdateItem",
     R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"REMOVE expires"})");
  now_.unix_ms += 1'000'000;
  EXPECT_EQ(service_->sweep_expired(), 0);
}

TEST_F(TimeToLive, IsSwitchedOnAndOff) {
  const std::string off =
      R"({"TableName":"orders","TimeToLiveSpecification":{"AttributeName":"expires","Enabled":false}})";
  const std::string on =
      R"({"TableName":"orders","TimeToLiveSpecification":{"AttributeName":"expires","Enabled":true}})";
  EXPECT_EQ(
      ok("DescribeTimeToLive", R"({"TableName":"orders"})"),
      R"({"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"expires"}})");
  EXPECT_EQ(ok("DescribeTimeToLive", R"({"TableName":"plain"})"),
            R"({"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}})");
  put("1", R"({"N":"1799999999"})");
  EXPECT_EQ(error("UpdateTimeToLive", on), "ValidationException: TimeToLive is already enabled");
  EXPECT_EQ(
      error(
          "UpdateTimeToLive",
          R"({"TableName":"orders","TimeToLiveSpecification":{"AttributeName":"other","Enabled":true}})"),
      "ValidationException: TimeToLive is active on a different AttributeName: current "
      "AttributeName is expires");
  ok("UpdateTimeToLive", off);
  EXPECT_EQ(error("UpdateTimeToLive", off), "ValidationException: TimeToLive is already disabled");
  EXPECT_EQ(service_->sweep_expired(), 0);
  EXPECT_EQ(ok("UpdateTimeToLive", on),
            R"({"TimeToLiveSpecification":{"AttributeName":"expires","Enabled":true}})");
  EXPECT_EQ(service_->sweep_expired(), 1);
}

TEST_F(TimeToLive, TheSweeperComesByItselfAndTakesManyInOneGo) {
  for (int s = 0; s < DynamoDbService::kSweepBatch + 5; ++s) {
    put(std::to_string(s).c_str(), R"({"N":"1800000000"})");
  }
  EventLoop loop;
  const TtlSweeper sweeper(loop, *service_, base::Duration(1));
  const base::Instant begin = base::monotonic_now();
  std::function<void()> look = [&] {
    const bool done = count() == R"({"Count":0,"ScannedCount":0})";
    const bool late = base::monotonic_now() - begin > std::chrono::seconds(10);
    EXPECT_FALSE(late) << count();
    if (done || late) return loop.stop();
    loop.call_after(base::Duration(1), look);
  };
  look();
  loop.run();
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
