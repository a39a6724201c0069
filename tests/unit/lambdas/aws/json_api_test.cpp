// SPDX-License-Identifier: Apache-2.0
// One call of a JSON API: what is signed, when it is sent again, what its errors become.
#include "lambdas/aws/json_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/crypto/crc32.h"
#include "common/sigv4/verify.h"
#include "tests/unit/lambdas/support/fakes.h"

namespace beckon::lambdas {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using testing::FakeHttp;
using testing::FakePace;
using ::testing::HasSubstr;
using testing::header;
using testing::reply;

JsonApiOptions options() {
  JsonApiOptions all;
  all.endpoint = {"http", "127.0.0.1:3001", ""};
  all.identity = {"us-east-1", {"local", "secret", "token"}};
  all.service = "dynamodb";
  all.target_prefix = "DynamoDB_20120810";
  all.content_type = "application/x-amz-json-1.0";
  return all;
}

std::string error_body(const std::string& type) {
  return R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + type + R"(","message":"why"})";
}

// An Http that gives the same answer always, and a JsonApi over it.
struct Calls {
  explicit Calls(FakeHttp::Answer answer) : http(std::move(answer)), api(options(), http, pace) {}
  Calls(int status, const std::string& body)
      : Calls([=](const FakeHttp::Sent&) { return reply(status, body); }) {}

  auto call(Repeat repeat = Repeat::kMay) { return api.call("GetItem", R"({"a":1})", repeat); }

  FakePace pace;
  FakeHttp http;
  JsonApi api;
};

// The request is what the service expects, and its signature is good.
TEST(JsonApi, SendsASignedRequest) {
  Calls calls(200, R"({"ok":true})");
  const auto answer = calls.call();
  ASSERT_TRUE(answer);
  EXPECT_EQ((*answer)["ok"].boolean(), true);

  ASSERT_EQ(calls.http.sent.size(), 1u);
  const auto& [request, body] = calls.http.sent[0];
  EXPECT_EQ(request.url, "http://127.0.0.1:3001/");
  EXPECT_EQ(header(request, "X-Amz-Target"), "DynamoDB_20120810.GetItem");
  EXPECT_EQ(header(request, "Content-Type"), "application/x-amz-json-1.0");
  const auto signer =
      sigv4::verify({request.method, "/", "", request.headers, body},
                    {"us-east-1", "dynamodb", calls.pace.wall_now()},
                    [](std::string_view) { return sigv4::KnownKey{"secret", "token"}; });
  EXPECT_TRUE(signer) << signer.error().message;
}

// An error carries its code, AWS's name of it and its sentence.
TEST(JsonApi, TranslatesAnError) {
  Calls calls(400, error_body("ResourceNotFoundException"));
  const auto answer = calls.call();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, ErrorCode::kNotFound);
  EXPECT_EQ(answer.error().type, "ResourceNotFoundException");
  EXPECT_EQ(answer.error().error.message, "dynamodb GetItem: ResourceNotFoundException: why");
  EXPECT_EQ(calls.http.exchanges, 1);
}

// The name of an error may stand in a header only, and the body may be empty.
TEST(JsonApi, ReadsTheErrorsNameFromItsHeader) {
  Calls calls([](const FakeHttp::Sent&) {
    return reply(400, "", {{"x-amzn-ErrorType", "AccessDeniedException:http://x/"}});
  });
  const auto answer = calls.call();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, ErrorCode::kDenied);
}

// Throttling is waited out with growing, jittered delays, even for calls that must not be repeated:
// a throttled call did nothing.
TEST(JsonApi, RetriesWhatWasThrottled) {
  Calls calls([count = 0](const FakeHttp::Sent&) mutable {
    return ++count < 4 ? reply(400, error_body("ThrottlingException")) : reply(200, "{}");
  });
  EXPECT_TRUE(calls.call(Repeat::kMustNot));
  EXPECT_EQ(calls.http.exchanges, 4);
  EXPECT_THAT(calls.pace.waits, ::testing::ElementsAre(13ms, 25ms, 50ms));  // halves of 25, 50, 100
}

// The budget bounds all attempts and waits together.
TEST(JsonApi, GivesUpWithinItsBudget) {
  Calls calls(400, error_body("ProvisionedThroughputExceededException"));
  const base::Instant start = calls.pace.now();
  const auto answer = calls.call();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, ErrorCode::kUnavailable);
  EXPECT_THAT(answer.error().error.message, HasSubstr("gave up after"));
  EXPECT_LE(calls.pace.now() - start, options().call_max);
  EXPECT_GT(calls.http.exchanges, 5);
}

// A deadline that is nearer than the budget counts, and bounds the single exchange, too.
TEST(JsonApi, KeepsTheDeadline) {
  Calls calls(503, "");
  calls.api.set_deadline(calls.pace.now() + 100ms);
  EXPECT_FALSE(calls.call());
  EXPECT_LE(calls.pace.now() - base::Instant{}, 100ms);
  EXPECT_LE(calls.http.last_limits.total, 100ms);
}

struct UnknownCase {
  const char* name;
  FakeHttp::Answer answer;
};

// When it is unknown whether a call took effect, it is sent again if it may be, and is kTimeout if
// it must not be.
TEST(JsonApi, RepeatsOnlyWhatMayBeRepeated) {
  const UnknownCase table[] = {
      {"server error", [](const auto&) { return reply(500, error_body("InternalServerError")); }},
      {"no answer",
       [](const auto&) -> base::Result<HttpReply> {
         return base::fail(ErrorCode::kTimeout, "no answer");
       }},
      {"damaged", [](const auto&) { return reply(200, "{}", {{"x-amz-crc32", "1"}}); }},
      {"not JSON", [](const auto&) { return reply(200, "<html>"); }},
  };
  for (const UnknownCase& each : table) {
    Calls once(each.answer);
    const auto answer = once.call(Repeat::kMustNot);
    ASSERT_FALSE(answer) << each.name;
    EXPECT_EQ(answer.error().error.code, ErrorCode::kTimeout) << each.name;
    EXPECT_EQ(once.http.exchanges, 1) << each.name;

    Calls again([&, count = 0](const FakeHttp::Sent& sent) mutable -> base::Result<HttpReply> {
      return ++count == 1 ? each.answer(sent) : base::Result<HttpReply>(reply(200, "{}"));
    });
    EXPECT_TRUE(again.call(Repeat::kMay)) << each.name;
    EXPECT_EQ(again.http.exchanges, 2) << each.name;
  }
}

// What could not even connect was not sent: it is tried again whatever it is.
TEST(JsonApi, RetriesWhatCouldNotConnect) {
  Calls calls([count = 0](const FakeHttp::Sent&) mutable -> base::Result<HttpReply> {
    if (++count == 1) return base::fail(ErrorCode::kUnavailable, "could not connect");
    return reply(200, "{}");
  });
  EXPECT_TRUE(calls.call(Repeat::kMustNot));
}

// A good checksum is accepted; its arithmetic is that of the published check value.
TEST(JsonApi, ChecksTheChecksum) {
  EXPECT_EQ(crypto::crc32("123456789"), 0xCBF43926u);
  Calls calls([](const FakeHttp::Sent&) {
    return reply(200, "{}", {{"x-amz-crc32", std::to_string(crypto::crc32("{}"))}});
  });
  EXPECT_TRUE(calls.call(Repeat::kMustNot));
}

// Full jitter: from 0 to the ceiling, which doubles up to the cap.
TEST(Backoff, IsUniformBelowADoublingCeiling) {
  const Backoff backoff{.base = 25ms, .cap = 1000ms};
  EXPECT_EQ(backoff.delay(0, 0), 0ms);
  EXPECT_EQ(backoff.delay(0, 0xFFFFFFFF), 25ms);
  EXPECT_EQ(backoff.delay(3, 0xFFFFFFFF), 200ms);
  EXPECT_EQ(backoff.delay(30, 0xFFFFFFFF), 1000ms);
  EXPECT_EQ(backoff.delay(1000, 0x80000000), 500ms);
}

}  // namespace
}  // namespace beckon::lambdas
