// SPDX-License-Identifier: Apache-2.0
// The backend's handlers over a real DynamoDB: that what they rely on is what a database does.
#include <gmock/gmock.h>

#include <set>
#include <thread>
#include <utility>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "lambdas/authorize/enrolment.h"
#include "lambdas/backend/append.h"
#include "lambdas/backend/device_registry.h"
#include "lambdas/backend/device_row.h"
#include "lambdas/backend/schema.h"
#include "lambdas/connect/handler.h"
#include "lambdas/deliver/handler.h"
#include "lambdas/sync/handler.h"
#include "tests/database/fixture.h"
#include "tests/support/backend/faulty_database.h"

namespace beckon::tests {
namespace {

using namespace std::chrono_literals;
using lambdas::Item;

// Nobody is online: every push finds the connection gone.
class NobodyOnline final : public lambdas::Connections {
 public:
  std::vector<lambdas::PostOutcome> post(std::span<const std::string> ids, std::string_view,
                                         base::Duration) override {
    return std::vector(ids.size(), lambdas::PostOutcome::kGone);
  }
  std::vector<lambdas::PostOutcome> close(std::span<const std::string> ids,
                                          base::Duration) override {
    return std::vector(ids.size(), lambdas::PostOutcome::kGone);
  }
};

// A function's process: its own client, as many as there are threads.
struct Process {
  Client client;
  NobodyOnline connections;
  lambdas::Host host{.database = client.database,
                     .connections = connections,
                     .pace = client.pace,
                     .log = base::null_log(),
                     .tables = tables()};
  base::Instant deadline() { return client.pace.now() + 60s; }
};

std::string bus_event(const std::string& id, const std::string& user, int n) {
  json::Writer writer;
  writer.begin_object()
      .member("version", "0")
      .member("id", id)
      .member("detail-type", "message")
      .member("source", "beckon")
      .member("time", "2026-11-21T07:00:00Z");
  writer.key("detail").begin_object();
  writer.key("target").begin_object().member("user", user).end_object();
  writer.member("n", n).end_object().end_object();
  return writer.take();
}

std::string gateway_event(const std::string& route, const std::string& user,
                          const std::string& device, const std::string& connection,
                          const std::string& body = "") {
  json::Writer writer;
  writer.begin_object().key("requestContext").begin_object();
  writer.member("routeKey", route)
      .member("eventType", route == "$connect" ? "CONNECT" : "MESSAGE")
      .member("connectionId", connection)
      .member("connectedAt", std::int64_t{1'790'000'000'000})
      .member("stage", "dev")
      .member("domainName", "localhost");
  writer.key("identity").begin_object().member("sourceIp", "127.0.0.1").end_object();
  writer.key("authorizer").begin_object().member("userId", user).member("deviceId", device);
  writer.member("principalId", device).end_object().end_object();
  if (!body.empty()) writer.member("body", body);
  return writer.end_object().take();
}

class Handlers : public DatabaseTest {
 protected:
  json::Document answer(const base::Result<std::string>& result) {
    EXPECT_TRUE(result) << result.error().message;
    auto document = json::parse(result.value_or("{}"), json::kDepthMaxHost);
    EXPECT_TRUE(document);
    return document ? std::move(*document) : json::Document();
  }

  // The frame that a sync is answered with.
  json::Document sync(const std::string& device, const std::string& connection,
                      const std::string& request) {
    const auto outer = answer(lambdas::handle_sync(
        process_.host, gateway_event("sync", user_, device, connection, request),
        process_.deadline()));
    auto frame = json::parse(outer["body"].string_or("{}"), json::kDepthMaxHost);
    EXPECT_TRUE(frame);
    return frame ? std::move(*frame) : json::Document();
  }

  int connect(const std::string& user, const std::string& device, const std::string& connection) {
    const auto result =
        answer(lambdas::handle_connect(process_.host, lambdas::AuthMode::kOpen,
                                       gateway_event("$connect", user, device, connection)));
    return static_cast<int>(result["statusCode"].integer().value_or(0));
  }

  Process process_;
  const std::string device_ = fresh_name("device");
};

// P-1, P-41
TEST_F(Handlers, ManyFunctionsAppendAtOnceWithoutAGapOrARepetition) {
  constexpr int kThreads = 6;
  constexpr int kEach = 15;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Process process;
      for (int i = 0; i < kEach; ++i) {
        const std::string id = user_ + "-" + std::to_string(t) + "-" + std::to_string(i);
        const auto done =
            lambdas::handle_deliver(process.host, bus_event(id, user_, i), process.deadline());
        EXPECT_TRUE(done) << done.error().message;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(connect(user_, device_, "conn1"), 200);
  std::set<std::string> ids;
  std::int64_t expected_seq = 1;
  json::Document frame = sync(device_, "conn1", R"({"action":"sync","start":"oldest"})");
  for (;;) {
    for (const json::View event : frame["events"]) {
      EXPECT_EQ(event["seq"].integer(), expected_seq++);
      ids.emplace(event["id"].string_or(""));
    }
    if (!frame["more"].boolean().value_or(false)) break;
    frame = sync(
        device_, "conn1",
        R"({"action":"sync","cursor":")" + std::string(frame["cursor"].string_or("")) + R"("})");
  }
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(kThreads * kEach));
}

// P-41
TEST_F(Handlers, TheSameEventDeliveredAtOnceByManyIsStoredOnce) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 5; ++t) {
    threads.emplace_back([&] {
      Process process;
      EXPECT_TRUE(lambdas::handle_deliver(process.host, bus_event(user_ + "-id", user_, 1),
                                          process.deadline()));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto head = get(streams_, row(lambdas::schema::kHeadKey));
  EXPECT_EQ(lambdas::integer_of(head, lambdas::schema::kSeq), 1);
}

TEST_F(Handlers, ADeviceThatBelongsToSomebodyElseIsRefused) {
  EXPECT_EQ(connect(user_, device_, "conn1"), 200);
  EXPECT_EQ(connect(user_, device_, "conn2"), 200);
  EXPECT_EQ(connect(fresh_name("other"), device_, "conn3"), 403);
}

// P-12
TEST_F(Handlers, ASyncStoresTheCursorAndNeverMovesItBack) {
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(lambdas::handle_deliver(
        process_.host, bus_event(user_ + std::to_string(i), user_, i), process_.deadline()));
  }
  ASSERT_EQ(connect(user_, device_, "conn1"), 200);
  const std::string cursor(sync(device_, "conn1", R"({"action":"sync"})")["cursor"].string_or(""));
  EXPECT_TRUE(cursor.ends_with(":3")) << cursor;
  sync(device_, "conn1", R"({"action":"sync","cursor":")" + cursor + R"("})");
  const std::string epoch = cursor.substr(0, cursor.find(':'));
  sync(device_, "conn1", R"({"action":"sync","cursor":")" + epoch + R"(:1"})");
  const Item stored = get(tables().devices, {{"deviceId", device_}});
  EXPECT_EQ(lambdas::string_of(stored, lambdas::schema::kCursor), cursor);
}

TEST_F(Handlers, AFailureReportIsStoredForTheOperator) {
  ASSERT_TRUE(lambdas::handle_deliver(process_.host, bus_event(user_ + "-1", user_, 1),
                                      process_.deadline()));
  ASSERT_EQ(connect(user_, device_, "conn1"), 200);
  const auto first = sync(device_, "conn1", R"({"action":"sync","start":"oldest"})");
  sync(device_, "conn1",
       R"({"action":"sync","cursor":")" + std::string(first["cursor"].string_or("")) +
           R"(","failed":[{"seq":1,"action":"exec","error":"timeout"}]})");
  const Item stored = get(streams_, row(lambdas::schema::failed_key(1, device_)));
  EXPECT_EQ(lambdas::string_of(stored, lambdas::schema::kError), "timeout");
}

// P-62
TEST_F(Handlers, AnAttemptThatOverlapsTheClaimDoesNotBringTheCodeBack) {
  const crypto::PublicKey key = crypto::PrivateKey::generate().public_key();
  const auto asked = lambdas::ask_to_be_claimed(process_.host, device_, key);
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_EQ(asked->outcome, lambdas::ClaimOutcome::kWaiting);

  FaultyDatabase meanwhile(process_.host.database);
  bool once = false;
  meanwhile.set_decide([&](Operation, const std::string&) {
    if (!std::exchange(once, true)) {
      const auto claimed = lambdas::claim_device(process_.host, asked->code, user_);
      EXPECT_TRUE(claimed) << claimed.error().message;
    }
    return Fault::kNone;
  });
  lambdas::Host late{.database = meanwhile,
                     .connections = process_.connections,
                     .pace = process_.client.pace,
                     .log = base::null_log(),
                     .tables = tables()};
  const auto overlapping = lambdas::ask_to_be_claimed(late, device_, key);
  ASSERT_TRUE(overlapping) << overlapping.error().message;
  EXPECT_EQ(overlapping->outcome, lambdas::ClaimOutcome::kRegistered);
  const std::string claim_row = lambdas::schema::claim_key(asked->code);
  EXPECT_TRUE(get(tables().devices, lambdas::device_key(claim_row)).empty());
}

}  // namespace
}  // namespace beckon::tests
