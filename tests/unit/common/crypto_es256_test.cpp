// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/es256.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/base/bytes.h"

namespace beckon::crypto {
namespace {

using ::testing::HasSubstr;

// The key of RFC 6979, appendix A.2.5, in the three encodings; written by another library.
constexpr const char* kSec1 =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
    "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
    "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END EC PRIVATE KEY-----\n";
constexpr const char* kPkcs8 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
    "Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
    "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
    "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* kP384Private =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAAAAAAAAAAAAAAAAAA\n"
    "AAAAya+p2EW6dRZrXCFXZ7HWk05Qw9s26JsSe4piKxIPZyGhZANiAAQHwjDSC1rL\n"
    "hOJ1EkXP6mxmKJK8+EhqAYEnql4WBJpv3Yq1Mm0PabW3COtZWrTtbvZVd7DbO8vU\n"
    "oKhDBuAzbvZcO3mUn4c7WzTRtmj+60QUOiW/4HncS+w26C6HrmQkGek=\n"
    "-----END PRIVATE KEY-----\n";
constexpr const char* kP384Public =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEB8Iw0gtay4TidRJFz+psZiiSvPhIagGB\n"
    "J6peFgSab92KtTJtD2m1twjrWVq07W72VXew2zvL1KCoQwbgM272XDt5lJ+HO1s0\n"
    "0bZo/utEFDolv+B53EvsNuguh65kJBnp\n"
    "-----END PUBLIC KEY-----\n";

std::string hex_of(const Es256Signature& signature) {
  return base::hex_lower({reinterpret_cast<const char*>(signature.data()), signature.size()});
}

Es256Signature signature_of(std::string_view base64url) {
  Es256Signature signature{};
  std::ranges::copy(base::base64url_decode(base64url).value_or(std::string(64, '\0')),
                    signature.begin());
  return signature;
}

// RFC 6979, A.2.5, SHA-256: the deterministic signatures of "sample" and "test".
TEST(Es256, SignaturesAreThoseOfRfc6979) {
  const auto key = PrivateKey::from_pem(kSec1);
  ASSERT_TRUE(key) << key.error().message;
  const auto sample = key->sign("sample");
  EXPECT_EQ(hex_of(sample),
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  const auto test = key->sign("test");
  EXPECT_EQ(hex_of(test),
            "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
            "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
  EXPECT_TRUE(key->public_key().verify("sample", sample));
  EXPECT_TRUE(key->public_key().verify("test", test));
  EXPECT_FALSE(key->public_key().verify("sample", test));
}

// RFC 7515, appendix A.3: somebody else's signature verifies; with any bit changed it does not.
TEST(Es256, TheExampleOfRfc7515Verifies) {
  const auto x = base::base64url_decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
  const auto y = base::base64url_decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
  const auto key = PublicKey::from_coordinates(*x, *y);
  ASSERT_TRUE(key);
  const std::string text =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ";
  const Es256Signature signature = signature_of(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_TRUE(key->verify(text, signature));
  EXPECT_FALSE(key->verify(text + " ", signature));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Es256Signature changed = signature;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(key->verify(text, changed)) << "bit " << bit;
  }
}

// r or s of 0, of n or beyond it are no signature (CVE-2022-21449 in Java).
TEST(Es256, NumbersOutsideOfTheGroupAreNoSignature) {
  const auto key = PublicKey::from_pem(kPublic);
  ASSERT_TRUE(key);
  EXPECT_FALSE(key->verify("sample", Es256Signature{}));
  Es256Signature ones{};
  ones.fill(0xFF);
  EXPECT_FALSE(key->verify("sample", ones));
  Es256Signature zero_s = PrivateKey::from_pem(kSec1)->sign("sample");
  std::fill(zero_s.begin() + 32, zero_s.end(), std::uint8_t{0});
  EXPECT_FALSE(key->verify("sample", zero_s));
}

// SEC1, PKCS#8 and the public half are one key, and what is written reads back.
TEST(Es256, KeysAreReadAndWritten) {
  const auto sec1 = PrivateKey::from_pem(kSec1);
  const auto pkcs8 = PrivateKey::from_pem(kPkcs8);
  const auto half = PublicKey::from_pem(kPublic);
  ASSERT_TRUE(sec1 && pkcs8 && half);
  EXPECT_EQ(sec1->to_pem(), kSec1);
  EXPECT_EQ(pkcs8->to_pem(), kSec1);
  EXPECT_EQ(sec1->public_key(), *half);
  EXPECT_EQ(half->to_pem(), kPublic);
  EXPECT_EQ(half->to_text().size(), 87U);
  EXPECT_EQ(*PublicKey::from_text(half->to_text()), *half);
  EXPECT_EQ(*PublicKey::from_coordinates(half->x(), half->y()), *half);
  EXPECT_EQ(half->fingerprint(), "SHA256:Wnp4zKSg9CDZvGK7Zpw8J1njn3I9OuENy+DwgVoH7NQ");
  EXPECT_EQ(*PublicKey::from_pem("\r\n " + std::string(kPublic) + "\n\n"), *half);
}

TEST(Es256, EveryGeneratedKeyIsAnother) {
  const PrivateKey one = PrivateKey::generate();
  const PrivateKey other = PrivateKey::generate();
  EXPECT_NE(one.public_key(), other.public_key());
  const auto read = PrivateKey::from_pem(one.to_pem());
  ASSERT_TRUE(read);
  EXPECT_TRUE(one.public_key().verify("text", read->sign("text")));
  EXPECT_FALSE(other.public_key().verify("text", read->sign("text")));
}

// What is no key is refused, and the sentence says what it is instead.
TEST(Es256, WhatIsNoPublicKeyIsRefused) {
  std::string damaged = kPublic;
  damaged[60] = damaged[60] == 'A' ? 'B' : 'A';  // a point beside the curve
  const std::pair<std::string, const char*> cases[] = {
      {"", "got nothing"},
      {"hello", "got something else"},
      {kSec1, "got a private key: it never leaves its device"},
      {kPkcs8, "got a private key"},
      {"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "got a certificate"},
      {kP384Public, "got a key of another kind"},
      {damaged, "got a key of another kind, or a damaged one"},
      {std::string(kPublic) + kPublic, "damaged"},
      {"-----BEGIN PUBLIC KEY-----", "damaged"},
      {"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", "damaged"},
      {std::string(5000, ' '), "got 5000 bytes"},
  };
  for (const auto& [text, sentence] : cases) {
    const auto key = PublicKey::from_pem(text);
    ASSERT_FALSE(key) << text;
    EXPECT_THAT(key.error().message, HasSubstr(sentence));
  }
  const std::string point = *base::base64url_decode(PublicKey::from_pem(kPublic)->to_text());
  EXPECT_FALSE(PublicKey::from_text(""));
  EXPECT_FALSE(PublicKey::from_text(base::base64url(std::string("\0", 1)))) << "the zero point";
  EXPECT_FALSE(PublicKey::from_text(base::base64url(point + "x")));
  EXPECT_FALSE(PublicKey::from_text(base::base64url("\x02" + point.substr(1, 32)))) << "compressed";
  EXPECT_FALSE(PublicKey::from_text(base::base64url("\x06" + point.substr(1)))) << "hybrid";
  EXPECT_FALSE(PublicKey::from_coordinates(point.substr(1, 31), point.substr(33, 32)));
  EXPECT_FALSE(PublicKey::from_coordinates(std::string(32, '\xFF'), std::string(32, '\xFF')));
}

TEST(Es256, WhatIsNoPrivateKeyIsRefused) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "got nothing"},
      {"hello", "got something else"},
      {kPublic, "got a public key"},
      {kP384Private, "got a key of another kind"},
      {std::string(kSec1).substr(0, 100), "damaged"},
      {"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n",
       "got an encrypted one"},
      {std::string(kSec1) + std::string(1, '\0'), "got something else"},
      {std::string(5000, 'x'), "got something else"},
  };
  for (const auto& [text, sentence] : cases) {
    const auto key = PrivateKey::from_pem(text);
    ASSERT_FALSE(key) << text;
    EXPECT_THAT(key.error().message, HasSubstr(sentence));
    EXPECT_EQ(key.error().message.find("MH"), std::string::npos) << "nothing of a key is shown";
  }
}

}  // namespace
}  // namespace beckon::crypto
