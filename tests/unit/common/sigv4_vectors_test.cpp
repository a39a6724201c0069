// SPDX-License-Identifier: Apache-2.0
// Signatures against the published test suite of Signature Version 4: the requests and the hex
// digests expected of them, as facts in a table. Key, secret, time, region and service are the
// suite's own (documented examples, nobody's secrets).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/crypto/hash.h"
#include "common/sigv4/sign.h"
#include "common/sigv4/verify.h"

namespace beckon::sigv4 {
namespace {

const Credentials kPermanent{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
const Target kTarget{"us-east-1", "service"};
constexpr base::WallTime kNow{1440938160000};  // 2015-08-30T12:36:00Z

constexpr const char* kShortToken =
    "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
constexpr const char* kLongToken =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPf"
    "IeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7W"
    "Z0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8F"
    "DrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

struct Case {
  const char* name;
  const char* method;
  const char* path;
  const char* query;
  std::vector<Header> headers;  // beside Host
  const char* body;
  const char* token;
  const char* header_signature;
  const char* query_signature;  // "" if the suite's query form signs more headers than Host
};

constexpr const char* kVanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
constexpr const char* kVanillaQuery =
    "e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d";
constexpr const char* kAll = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr const char* kFormHash =
    "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e";

const std::vector<Case>& cases() {
  static const std::string all_path = std::string("/") + kAll;
  static const std::string all_query = std::string(kAll) + "=" + kAll;
  static const std::vector<Case> table = {
      {"get-header-key-duplicate",
       "GET",
       "/",
       "",
       {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
       "",
       "",
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
       ""},
      {"get-header-value-multiline",
       "GET",
       "/",
       "",
       {{"My-Header1", "value1\n  value2\n     value3"}},
       "",
       "",
       "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd",
       ""},
      {"get-header-value-order",
       "GET",
       "/",
       "",
       {{"My-Header1", "value4"},
        {"My-Header1", "value1"},
        {"My-Header1", "value3"},
        {"My-Header1", "value2"}},
       "",
       "",
       "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
       ""},
      {"get-header-value-trim",
       "GET",
       "/",
       "",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       "",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
       ""},
      {"get-relative-normalized", "GET", "/example/..", "", {}, "", "", kVanilla, kVanillaQuery},
      {"get-relative-relative-normalized",
       "GET",
       "/example1/example2/../..",
       "",
       {},
       "",
       "",
       kVanilla,
       kVanillaQuery},
      {"get-slash-dot-slash-normalized", "GET", "/./", "", {}, "", "", kVanilla, kVanillaQuery},
      {"get-slash-normalized", "GET", "//", "", {}, "", "", kVanilla, kVanillaQuery},
      {"get-slash-pointless-dot-normalized",
       "GET",
       "/./example",
       "",
       {},
       "",
       "",
       "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
       "35034b1a0bdd969f346975386daf8aedfd4976573b8348cf4f67eaa41c5857de"},
      {"get-slashes-normalized",
       "GET",
       "//example//",
       "",
       {},
       "",
       "",
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
       "c1834e8fb0307243711f0f907f6ab7311ed300d87f13792d7ee4da89ab93e082"},
      {"get-space-normalized",
       "GET",
       "/example space/",
       "",
       {},
       "",
       "",
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
       "7a1f416954786484c9824d93c1f26ef64acb9b1b6c9154d08c9f07d0e394abf6"},
      {"get-unreserved",
       "GET",
       all_path.c_str(),
       "",
       {},
       "",
       "",
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
       "95968482db1b9e0fadef6efc1bd24689f77c77d9ef56919c96a28cc92e0d6005"},
      {"get-utf8",
       "GET",
       "/\xe1\x88\xb4",
       "",
       {},
       "",
       "",
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
       "10eae3f14a260bd3911cc6d008d3c576d143b05b62f09782a7a4b37f52178e44"},
      {"get-vanilla", "GET", "/", "", {}, "", "", kVanilla, kVanillaQuery},
      {"get-vanilla-empty-query-key",
       "GET",
       "/",
       "Param1=value1",
       {},
       "",
       "",
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
       "49096700cbbaa5753443850f40df10f904fc2fdb544dc9512203cc77c471a9de"},
      {"get-vanilla-query-order-encoded",
       "GET",
       "/",
       "Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
       {},
       "",
       "",
       "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
       "c5f1848ceec943ac2ca68ee720460c23aaae30a2300586597ada94c4a65e4787"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/",
       "Param2=value2&Param1=value1",
       {},
       "",
       "",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
       "86012e2c9ad4d77369f5d81c11f75158aae4f895a085212cc6d3f923d300bed5"},
      {"get-vanilla-query-unreserved",
       "GET",
       "/",
       all_query.c_str(),
       {},
       "",
       "",
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
       "8e76a88a7433637b12778d5592799b29ad21ecd6cf6325051c21d86f0acda2bf"},
      {"get-vanilla-utf8-query",
       "GET",
       "/",
       "\xe1\x88\xb4=bar",
       {},
       "",
       "",
       "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
       "0bdd809b1519ac4f0c1dc3540e2cc46bd0c7f778eda408b2ebf3b913d21ff600"},
      {"get-vanilla-with-session-token",
       "GET",
       "/",
       "",
       {},
       "",
       kShortToken,
       "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
       "7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c"},
      {"post-header-key-case",
       "POST",
       "/",
       "",
       {},
       "",
       "",
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
       "2ce6e6d2e0cf2f9d1b55fafec88cd20574c31dc2e7631979f71ba2310083e95b"},
      {"post-header-key-sort",
       "POST",
       "/",
       "",
       {{"My-Header1", "value1"}},
       "",
       "",
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
       ""},
      {"post-header-value-case",
       "POST",
       "/",
       "",
       {{"My-Header1", "VALUE1"}},
       "",
       "",
       "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
       ""},
      {"post-sts-header-before",
       "POST",
       "/",
       "",
       {},
       "",
       kLongToken,
       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
       "46c2e3c63c1dbe7d39f8ada16fe7f001c1f56c5791441565323677f96308871c"},
      {"post-vanilla-empty-query-value",
       "POST",
       "/",
       "Param1=value1",
       {},
       "",
       "",
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
       "a9ef26247f293bffe40eeff86a0480ba8c14d31503b2e0c3399e3a16bf1a3682"},
      {"post-x-www-form-urlencoded",
       "POST",
       "/",
       "",
       {{"Content-Type", "application/x-www-form-urlencoded"},
        {"Content-Length", "13"},
        {"X-Amz-Content-Sha256", kFormHash}},
       "Param1=value1",
       "",
       "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
       ""},
      {"post-x-www-form-urlencoded-parameters",
       "POST",
       "/",
       "",
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
        {"Content-Length", "13"},
        {"X-Amz-Content-Sha256", kFormHash}},
       "Param1=value1",
       "",
       "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422",
       ""},
  };
  return table;
}

// Holds what a case's Request points to.
struct Built {
  explicit Built(const Case& the_case) : headers(the_case.headers) {
    headers.insert(headers.begin(), {"Host", "example.amazonaws.com"});
    request = {the_case.method, the_case.path, the_case.query, headers, the_case.body};
    credentials = kPermanent;
    credentials.session_token = the_case.token;
  }
  std::vector<Header> headers;
  Request request;
  Credentials credentials;
};

const FindKey kFind = [](std::string_view id) -> std::optional<KnownKey> {
  if (id != kPermanent.access_key_id) return std::nullopt;
  return KnownKey{kPermanent.secret_access_key, std::nullopt};
};

const Expected kExpected{"us-east-1", "service", kNow};

bool mismatches(const Request& request) {
  const auto refused = verify(request, kExpected, kFind);
  return !refused && refused.error().failure == Failure::kMismatch;
}

// Signing in the headers gives the signature that the suite publishes.
TEST(Sigv4Vectors, HeaderSignaturesAreThePublishedOnes) {
  for (const Case& c : cases()) {
    const Built built(c);
    const std::vector<Header> added = sign(built.request, built.credentials, kTarget, kNow);
    const std::string& authorization = added.back().second;
    EXPECT_EQ(authorization.substr(authorization.find("Signature=") + 10), c.header_signature)
        << c.name;
  }
}

// Presigning gives the signature that the suite publishes.
TEST(Sigv4Vectors, QuerySignaturesAreThePublishedOnes) {
  int checked = 0;
  for (const Case& c : cases()) {
    if (*c.query_signature == '\0') continue;
    const Built built(c);
    const std::string query = presign(built.request, built.credentials, kTarget, kNow, 3600);
    EXPECT_EQ(query.substr(query.find("X-Amz-Signature=") + 16), c.query_signature) << c.name;
    ++checked;
  }
  EXPECT_GE(checked, 15);
}

// What was signed either way is accepted by the verifier, and no longer if one byte of the body,
// the path or a signed header is changed.
TEST(Sigv4Vectors, EverySignedRequestVerifiesAndNoChangedOneDoes) {
  for (const Case& c : cases()) {
    Built built(c);
    for (Header& header : sign(built.request, built.credentials, kTarget, kNow)) {
      built.headers.push_back(std::move(header));
    }
    built.request.headers = built.headers;
    EXPECT_TRUE(verify(built.request, kExpected, kFind)) << c.name;

    Request changed = built.request;
    changed.body = "x";
    EXPECT_TRUE(mismatches(changed)) << c.name;
    changed = built.request;
    changed.path = "/elsewhere";
    EXPECT_TRUE(mismatches(changed)) << c.name;
    built.headers[0].second = "example.org";
    EXPECT_TRUE(mismatches(built.request)) << c.name;

    const Built plain(c);
    const std::string query = presign(plain.request, plain.credentials, kTarget, kNow, 3600);
    Request presigned = plain.request;
    presigned.query = query;
    EXPECT_TRUE(verify(presigned, kExpected, kFind)) << c.name;
    presigned.method = "PUT";
    EXPECT_TRUE(mismatches(presigned)) << c.name;
  }
}

// The canonical request itself, for one case with all parts, byte for byte.
TEST(Sigv4Vectors, TheCanonicalRequestIsTheDocumentedText) {
  const std::vector<Header> headers = {{"Host", "example.amazonaws.com"},
                                       {"My-Header2", " \"a   b   c\" "},
                                       {"My-Header1", "value2"},
                                       {"my-header1", "value1"},
                                       {"X-Amz-Date", "20150830T123600Z"}};
  const Request request{"GET", "//a/./b/../@c%3D//", "b=2&a&b=1&c=%7e+", headers, ""};
  EXPECT_EQ(canonical_request(request, "host;my-header1;my-header2;x-amz-date", ""),
            "GET\n/a/%40c%253D/\na=&b=1&b=2&c=~%2B\nhost:example.amazonaws.com\n"
            "my-header1:value2,value1\nmy-header2:\"a b c\"\nx-amz-date:20150830T123600Z\n\n"
            "host;my-header1;my-header2;x-amz-date\n" +
                crypto::sha256("").hex());
}

// The path of a call to @connections is encoded once more in the canonical request, as observed of
// AWS's own SDK.
TEST(Sigv4Vectors, AnEncodedConnectionIdIsEncodedOnceMore) {
  EXPECT_EQ(canonical_path("/production/@connections/e_d2EewNLPECIGw%3D"),
            "/production/%40connections/e_d2EewNLPECIGw%253D");
  EXPECT_EQ(canonical_path(""), "/");
  EXPECT_EQ(canonical_path("/.."), "/");
}

// A timestamp is read back as it was written, and nothing else is read.
TEST(Sigv4Vectors, TimestampsAreReadStrictly) {
  EXPECT_EQ(format_timestamp(kNow), "20150830T123600Z");
  EXPECT_EQ(parse_timestamp("20150830T123600Z"), kNow);
  for (const char* wrong : {"", "2015", "2015-08-30T12:36:00Z", "20151330T123600Z",
                            "20150830T123600+", "20150830 123600Z", "20150830T12360xZ"}) {
    EXPECT_FALSE(parse_timestamp(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace beckon::sigv4
