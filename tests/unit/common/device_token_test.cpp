// SPDX-License-Identifier: Apache-2.0
#include "common/identity/device_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/bytes.h"
#include "common/crypto/hash.h"
#include "common/identity/claim_code.h"

namespace beckon::identity {
namespace {

using ::testing::HasSubstr;

constexpr const char* kHeader = R"({"alg":"ES256","typ":"JWT","kid":"laptop"})";
constexpr const char* kBody =
    R"({"aud":"api.example/dev","jti":"abc","iat":1795244400.123,"exp":1795244460})";

const crypto::PrivateKey& key() {
  static const crypto::PrivateKey kMade = crypto::PrivateKey::generate();
  return kMade;
}

DeviceClaims claims() {
  return {.device = "laptop",
          .audience = "api.example/dev",
          .issued_at_ms = 1'795'244'400'123,
          .expires_at_ms = 1'795'244'460'000,
          .not_before_ms = std::nullopt,
          .token_id = "abc",
          .enrolment_key = std::nullopt};
}

// A token of any header and claims, rightly signed.
std::string signed_token(std::string_view header, std::string_view body) {
  const std::string text = base::base64url(header) + "." + base::base64url(body);
  const auto signature = key().sign(text);
  return text + "." +
         base::base64url({reinterpret_cast<const char*>(signature.data()), signature.size()});
}

std::string why_not(std::string_view text) {
  const auto token = parse_device_token(text);
  return token ? "accepted" : token.error().message;
}

TEST(DeviceToken, WhatIsSignedReadsBackToTheMillisecond) {
  DeviceClaims given = claims();
  given.not_before_ms = 1'795'244'399'001;
  given.enrolment_key = key().public_key();
  const std::string text = sign_device_token(given, key());
  EXPECT_LE(text.size(), kTokenBytesMax / 2);
  const auto token = parse_device_token(text);
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->claims.device, "laptop");
  EXPECT_EQ(token->claims.audience, "api.example/dev");
  EXPECT_EQ(token->claims.issued_at_ms, given.issued_at_ms);
  EXPECT_EQ(token->claims.expires_at_ms, given.expires_at_ms);
  EXPECT_EQ(token->claims.not_before_ms, given.not_before_ms);
  EXPECT_EQ(token->claims.token_id, "abc");
  EXPECT_EQ(token->claims.enrolment_key, key().public_key());
  EXPECT_TRUE(token->is_signed_by(key().public_key()));
  EXPECT_FALSE(token->is_signed_by(crypto::PrivateKey::generate().public_key()));
}

TEST(DeviceToken, AnyLargestDeviceIdAndAudienceFit) {
  DeviceClaims given = claims();
  given.device = std::string(128, '"');  // doubled in JSON
  given.audience = std::string(253, 'h') + "/" + std::string(128, 's');
  given.enrolment_key = key().public_key();
  EXPECT_EQ(why_not(sign_device_token(given, key())), "accepted");
}

// Changing any character of header or claims breaks the signature or the form.
TEST(DeviceToken, AnAlteredTokenIsNotSigned) {
  const std::string text = sign_device_token(claims(), key());
  const std::size_t signed_bytes = text.rfind('.');
  for (std::size_t i = 0; i < signed_bytes; ++i) {
    std::string altered = text;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    const auto token = parse_device_token(altered);
    EXPECT_FALSE(token && token->is_signed_by(key().public_key())) << "character " << i;
  }
}

// alg is ES256 and nothing else: the classic forgeries of RFC 8725 are refused before any key is
// looked at.
TEST(DeviceToken, OtherAlgorithmsAreRefused) {
  const std::string body = base::base64url(kBody);
  for (const char* alg :
       {"none", "None", "nOnE", "HS256", "RS256", "ES384", "es256", "", " ES256"}) {
    const std::string header = std::string(R"({"alg":")") + alg + R"(","kid":"laptop"})";
    EXPECT_EQ(why_not(signed_token(header, kBody)), "token: alg is not ES256") << alg;
    EXPECT_EQ(why_not(base::base64url(header) + "." + body + "."), "token: alg is not ES256");
    // HS256 with the public key, which is no secret, as its secret.
    const std::string text = base::base64url(header) + "." + body;
    const auto mac = crypto::hmac_sha256(key().public_key().to_pem(), text);
    EXPECT_EQ(why_not(text + "." + base::base64url(mac.view())), "token: alg is not ES256");
  }
  EXPECT_EQ(why_not(signed_token(R"({"kid":"laptop"})", kBody)), "token: alg is not ES256");
  EXPECT_EQ(why_not(signed_token(R"({"alg":["ES256"],"kid":"laptop"})", kBody)),
            "token: alg is not ES256");
  EXPECT_THAT(why_not(signed_token(R"({"alg":"none","alg":"ES256","kid":"laptop"})", kBody)),
              HasSubstr("the header is no JSON object"))
      << "a name twice";
}

// P-51
TEST(DeviceToken, TheFormIsStrict) {
  const std::string good = signed_token(kHeader, kBody);
  ASSERT_EQ(why_not(good), "accepted");
  const std::string first = good.substr(0, good.find('.'));
  const std::string rest = good.substr(good.find('.'));
  const std::pair<std::string, const char*> cases[] = {
      {"", "not three parts"},
      {"a.b", "not three parts"},
      {good + ".", "not three parts"},
      {good + "." + first, "not three parts"},
      {rest, "the header is no JSON object"},
      {"..", "the header is no JSON object"},
      {first + "=" + rest, "the header is not base64url"},
      {first + "\n" + rest, "the header is not base64url"},
      {" " + good, "the header is not base64url"},
      {good + "=", "the signature is not 64 bytes"},
      {good + "A", "the signature is not 64 bytes"},
      {good.substr(0, good.size() - 1), "the signature is not 64 bytes"},
      {good.substr(0, good.rfind('.') + 1), "the signature is not 64 bytes"},
      {good.substr(0, good.rfind('.') + 1) + base::base64url(std::string(63, 'x')),
       "the signature is not 64 bytes"},
      {std::string(kTokenBytesMax + 1, 'A'), "larger than 2048 bytes"},
  };
  for (const auto& [text, sentence] : cases)
    EXPECT_THAT(why_not(text), HasSubstr(sentence)) << text;
  // 64 bytes end in two spare bits of four: a signature has one text, not four.
  int accepted = 0;
  for (const char last :
       std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
    if (why_not(good.substr(0, good.size() - 1) + last) == "accepted") ++accepted;
  }
  EXPECT_EQ(accepted, 4) << "of 64 last characters those with stray bits are refused";
}

TEST(DeviceToken, HeaderAndClaimsHaveTheirTypesAndLimits) {
  const std::pair<std::string, const char*> headers[] = {
      {R"({"alg":"ES256"})", "kid is no device id"},
      {R"({"alg":"ES256","kid":""})", "kid is no device id"},
      {R"({"alg":"ES256","kid":7})", "kid is no device id"},
      {R"({"alg":"ES256","kid":")" + std::string(129, 'x') + "\"}", "kid is no device id"},
      {R"({"alg":"ES256","kid":"a","typ":"at+jwt"})", "typ is not JWT"},
      {R"({"alg":"ES256","kid":"a","crit":["exp"],"exp":1})", "crit names extensions"},
      {R"({"alg":"ES256","kid":"a","crit":[]})", "crit names extensions"},
      {R"([])", "the header is no JSON object"},
      {std::string(R"({"alg":"ES256","kid":"a)") + '\x80' + "\"}", "the header is no JSON object"},
  };
  for (const auto& [header, sentence] : headers) {
    EXPECT_THAT(why_not(signed_token(header, kBody)), HasSubstr(sentence)) << header;
  }
  EXPECT_EQ(why_not(signed_token(R"({"alg":"ES256","kid":"a","other":1})", kBody)), "accepted");
  const std::pair<std::string, const char*> bodies[] = {
      {R"([])", "the claims are no JSON object"},
      {R"({"jti":"a","iat":1,"exp":2})", "aud is no text"},
      {R"({"aud":["a"],"jti":"a","iat":1,"exp":2})", "aud is no text"},
      {R"({"aud":"a","iat":1,"exp":2})", "jti is no text"},
      {R"({"aud":"a","jti":"","iat":1,"exp":2})", "jti is no text"},
      {R"({"aud":"a","jti":")" + std::string(65, 'x') + R"(","iat":1,"exp":2})", "jti is no text"},
      {R"({"aud":"a","jti":"a","exp":2})", "iat is no date"},
      {R"({"aud":"a","jti":"a","iat":"1","exp":2})", "iat is no date"},
      {R"({"aud":"a","jti":"a","iat":-1,"exp":2})", "iat is no date"},
      {R"({"aud":"a","jti":"a","iat":1e300,"exp":2})", "iat is no date"},
      {R"({"aud":"a","jti":"a","iat":1})", "exp is no date"},
      {R"({"aud":"a","jti":"a","iat":1,"exp":253402300800})", "exp is no date"},
      {R"({"aud":"a","jti":"a","iat":1,"exp":2,"nbf":null})", "nbf is no date"},
      {R"({"aud":"a","jti":"a","iat":1,"exp":2,"jwk":7})", "jwk is no P-256 key"},
      {R"({"aud":"a","jti":"a","iat":1,"exp":2,"jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}})",
       "jwk is no P-256 key"},
  };
  for (const auto& [body, sentence] : bodies) {
    EXPECT_THAT(why_not(signed_token(kHeader, body)), HasSubstr(sentence)) << body;
  }
}

// The example of RFC 7515, A.3, is a JWS of another use: without kid and our claims it is refused.
TEST(DeviceToken, AForeignTokenIsRefused) {
  EXPECT_EQ(why_not("eyJhbGciOiJFUzI1NiJ9."
                    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1"
                    "9yb290Ijp0cnVlfQ."
                    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3"
                    "-Kg6NU1Q"),
            "token: kid is no device id");
}

// Both ends make the same audience of what they see: the agent of its URL, the backend of its name.
TEST(DeviceToken, AnAudienceIsHostAndStage) {
  EXPECT_EQ(audience("abc.execute-api.eu-west-1.amazonaws.com", "/prod"),
            "abc.execute-api.eu-west-1.amazonaws.com/prod");
  EXPECT_EQ(audience("ABC.Example", "/Prod/"), "abc.example/Prod");
  EXPECT_EQ(audience("127.0.0.1:3001", "dev"), "127.0.0.1/dev");
  EXPECT_EQ(audience("[::1]:3001", "dev"), "::1/dev");
  EXPECT_EQ(audience("[::1]", "dev"), "::1/dev");
  EXPECT_EQ(audience("::1", "/dev?user=Bob"), "::1/dev");
  EXPECT_EQ(audience("events.example", "/"), "events.example");
  EXPECT_EQ(audience("events.example", ""), "events.example");
}

TEST(ClaimCode, IsTheSameForTheSameKeyAndDeviceOnly) {
  const auto fixed = crypto::PublicKey::from_text(
      "BGD-1LolWp0xyWHrdMY1bWjASbiSO2H6bOZpYi5g8p-2eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk");
  const crypto::PublicKey& mine = key().public_key();
  ASSERT_TRUE(fixed);
  EXPECT_EQ(claim_code(*fixed, "laptop"), "0AXB93P1") << "it never changes between versions";
  EXPECT_NE(claim_code(mine, "laptop"), claim_code(mine, "laptop2"));
  EXPECT_NE(claim_code(mine, "laptop"),
            claim_code(crypto::PrivateKey::generate().public_key(), "laptop"));
  EXPECT_EQ(claim_code(mine, "laptop").size(), kClaimCodeCharacters);
}

TEST(ClaimCode, WhatAPersonTypesIsUnderstood) {
  EXPECT_EQ(format_claim_code("ABCD1230"), "ABCD-1230");
  for (const char* typed : {"ABCD-1230", "abcd1230", "AB CD-12 30", "abcd-l23o", "ABCD-I23O"}) {
    EXPECT_EQ(parse_claim_code(typed), "ABCD1230") << typed;
  }
  for (const char* typed : {"", "ABCD-123", "ABCD-12300", "ABCD-123U", "ABCD-123!", "ÄBCD-123"}) {
    EXPECT_FALSE(parse_claim_code(typed)) << typed;
  }
}

}  // namespace
}  // namespace beckon::identity
