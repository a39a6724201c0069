// SPDX-License-Identifier: Apache-2.0
// What the verifier refuses, with AWS's names and sentences.
#include "common/sigv4/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/sigv4/sign.h"

namespace beckon::sigv4 {
namespace {

using testing::HasSubstr;

const Target kTarget{"us-east-1", "dynamodb"};
constexpr base::WallTime kNow{1440938160000};  // 2015-08-30T12:36:00Z
const Credentials kLocal{"local", "secret", ""};

base::WallTime after_s(std::int64_t seconds) {
  return {kNow.unix_ms + seconds * 1000};
}

std::optional<KnownKey> find_local(std::string_view id) {
  if (id == "local") return KnownKey{"secret", std::nullopt};
  if (id == "temporary") return KnownKey{"secret", "the-token"};
  return std::nullopt;
}

// A request signed at kNow, whose parts a test may spoil.
struct Signed {
  explicit Signed(const Credentials& credentials = kLocal) {
    headers = {{"Host", "127.0.0.1:3001"}, {"X-Amz-Target", "DynamoDB_20120810.ListTables"}};
    for (Header& header : sign(request(), credentials, kTarget, kNow)) {
      headers.push_back(std::move(header));
    }
  }
  Request request() const { return {"POST", "/", "", headers, "{}"}; }
  std::string& header(std::string_view name) {
    for (Header& each : headers) {
      if (each.first == name) return each.second;
    }
    ADD_FAILURE() << "no header " << name;
    return headers[0].second;
  }
  void replace(std::string_view name, std::string_view from, std::string_view to) {
    std::string& value = header(name);
    const std::size_t at = value.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    value.replace(at, from.size(), to);
  }
  std::vector<Header> headers;
};

std::expected<Signer, Refusal> check(const Signed& given, base::WallTime now = kNow) {
  return verify(given.request(), {kTarget.region, kTarget.service, now}, find_local);
}

#define EXPECT_REFUSED(result, kind, text)                 \
  do {                                                     \
    const auto refused = (result);                         \
    ASSERT_FALSE(refused.has_value());                     \
    EXPECT_EQ(refused.error().failure, kind);              \
    EXPECT_THAT(refused.error().message, HasSubstr(text)); \
  } while (false)

// A good signature names its signer.
TEST(Sigv4Verify, AcceptsAGoodSignature) {
  const auto signer = check(Signed());
  ASSERT_TRUE(signer.has_value()) << signer.error().message;
  EXPECT_EQ(signer->access_key_id, "local");
}

// Without any signature the token is missing; a header of another scheme counts as none.
TEST(Sigv4Verify, NamesAMissingToken) {
  Signed given;
  given.header("Authorization") = "Bearer x";
  EXPECT_REFUSED(check(given), Failure::kMissingToken, "Request is missing Authentication Token");
  EXPECT_EQ(exception_name(Failure::kMissingToken), "MissingAuthenticationTokenException");
}

// Every part of the header that is missing is named, all in one answer.
TEST(Sigv4Verify, NamesEveryMissingPart) {
  Signed given;
  given.header("Authorization") = "AWS4-HMAC-SHA256";
  given.header("X-Amz-Date").clear();
  std::erase_if(given.headers, [](const Header& h) { return h.first == "X-Amz-Date"; });
  EXPECT_REFUSED(check(given), Failure::kIncompleteSignature,
                 "Authorization header requires 'Credential' parameter. "
                 "Authorization header requires 'Signature' parameter. "
                 "Authorization header requires 'SignedHeaders' parameter. "
                 "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                 "header. Authorization=AWS4-HMAC-SHA256");
}

// The parts may be separated by commas, by spaces, or by both.
TEST(Sigv4Verify, ReadsTheHeaderWithAnySeparator) {
  for (const char* separator : {",", " ", " , "}) {
    Signed given;
    given.replace("Authorization", ", SignedHeaders", std::string(separator) + "SignedHeaders");
    given.replace("Authorization", ", Signature=", std::string(separator) + "Signature=");
    EXPECT_TRUE(check(given).has_value()) << '"' << separator << '"';
  }
}

struct Malformed {
  const char* from;
  const char* to;
  Failure failure;
  const char* message;
};

// Malformed parts of the Authorization header are refused by name, in AWS's words.
TEST(Sigv4Verify, NamesWhatIsMalformed) {
  const Malformed table[] = {
      {"Credential=", "Credential", Failure::kIncompleteSignature, "missing equal-sign"},
      {"AWS4-HMAC-SHA256", "AWS4-HMAC-SHA25", Failure::kIncompleteSignature,
       "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25'"},
      {"local/20150830/", "local/", Failure::kIncompleteSignature,
       "Credential must have exactly 5 slash-delimited elements"},
      {"/us-east-1/", "/eu-west-1/", Failure::kWrongScope,
       "Credential should be scoped to a valid region, not 'eu-west-1'."},
      {"/dynamodb/", "/events/", Failure::kWrongScope,
       "Credential should be scoped to correct service: 'dynamodb'."},
      {"/aws4_request", "/aws5_request", Failure::kWrongScope,
       "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'."},
      {"/20150830/", "/20150831/", Failure::kWrongScope,
       "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
       "'20150831' != '20150830', from '20150830T123600Z'."},
      {"SignedHeaders=host;", "SignedHeaders=", Failure::kHostNotSigned,
       "'Host' must be a 'SignedHeader'"},
      {"local/", "nobody/", Failure::kUnrecognizedKey,
       "The security token included in the request is invalid."},
      {"Signature=", "Signature=0", Failure::kMismatch,
       "The request signature we calculated does not match the signature you provided."},
  };
  for (const Malformed& each : table) {
    Signed given;
    given.replace("Authorization", each.from, each.to);
    EXPECT_REFUSED(check(given), each.failure, each.message);
  }
}

// Fifteen minutes are tolerated either way, and not a second more.
TEST(Sigv4Verify, ToleratesFifteenMinutesOfSkew) {
  EXPECT_TRUE(check(Signed(), after_s(15 * 60)).has_value());
  EXPECT_TRUE(check(Signed(), after_s(-15 * 60)).has_value());
  EXPECT_REFUSED(check(Signed(), after_s(15 * 60 + 1)), Failure::kExpired,
                 "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
                 "(20150830T125101Z - 15 min.)");
  EXPECT_REFUSED(check(Signed(), after_s(-15 * 60 - 1)), Failure::kNotYetCurrent,
                 "Signature not yet current: 20150830T123600Z is still later than "
                 "20150830T123559Z (20150830T122059Z + 15 min.)");
}

TEST(Sigv4Verify, RefusesADateThatIsNone) {
  Signed given;
  given.header("X-Amz-Date") = "yesterday";
  EXPECT_REFUSED(check(given), Failure::kIncompleteSignature,
                 "Date must be in ISO-8601 'basic format'. Got 'yesterday'.");
}

// A mismatch shows the canonical request, so that one sees what differs.
TEST(Sigv4Verify, AMismatchShowsWhatWasComputed) {
  Signed given;
  given.header("X-Amz-Target") = "DynamoDB_20120810.DeleteTable";
  EXPECT_REFUSED(check(given), Failure::kMismatch, "x-amz-target:DynamoDB_20120810.DeleteTable");
}

// Temporary credentials are good with their own token only; for keys that have none fixed, any
// token is accepted.
TEST(Sigv4Verify, ChecksTheSessionToken) {
  EXPECT_TRUE(check(Signed({"temporary", "secret", "the-token"})).has_value());
  EXPECT_REFUSED(check(Signed({"temporary", "secret", "another"})), Failure::kUnrecognizedKey,
                 "security token");
  EXPECT_REFUSED(check(Signed({"temporary", "secret", ""})), Failure::kUnrecognizedKey,
                 "security token");
  EXPECT_TRUE(check(Signed({"local", "secret", "any"})).has_value());
}

// A presigned request is good for the seconds it says, and each missing parameter is named.
TEST(Sigv4Verify, ChecksThePresignedForm) {
  const std::vector<Header> headers = {{"Host", "h.example"}};
  Request request{"GET", "/dev", "user=Bob", headers, ""};
  const Target target{"us-east-1", "execute-api"};
  const std::string query = presign(request, kLocal, target, kNow, 60);
  request.query = query;
  const auto at = [&](base::WallTime now) {
    return verify(request, {target.region, target.service, now}, find_local);
  };
  EXPECT_TRUE(at(kNow).has_value());
  EXPECT_TRUE(at(after_s(60)).has_value());
  EXPECT_REFUSED(at(after_s(61)), Failure::kExpired, "Signature expired");

  request.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20150830T123600Z";
  EXPECT_REFUSED(at(kNow), Failure::kIncompleteSignature,
                 "must include 'X-Amz-Credential'. AWS query-string parameters must include "
                 "'X-Amz-Signature'. AWS query-string parameters must include "
                 "'X-Amz-SignedHeaders'.");
  std::string spoiled = query;
  spoiled.replace(spoiled.find("X-Amz-Expires=60"), 16, "X-Amz-Expires=-1");
  request.query = spoiled;
  EXPECT_REFUSED(at(kNow), Failure::kIncompleteSignature, "X-Amz-Expires must be a number");
}

}  // namespace
}  // namespace beckon::sigv4
