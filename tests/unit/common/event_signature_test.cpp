// SPDX-License-Identifier: Apache-2.0
#include "common/signature/event_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/bytes.h"

namespace beckon::signature {
namespace {

using ::testing::HasSubstr;

constexpr char kKeyPem[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIDXi5cKmMQuk6X9JVomMl2RWADc3CNq9OFvZjzxiGfPCoAoGCCqGSM49\n"
    "AwEHoUQDQgAEle/JgGayKstuRLvPzTEOQpCkJSDpK706CA/lzZkMsQu7v2rymTvZ\n"
    "iVuaKKC2H7TkggdJqrvVC/ZLmqJPTs0ApQ==\n"
    "-----END EC PRIVATE KEY-----\n";
constexpr char kName[] = "backup\nnow";
// As some printer on the way could write it.
constexpr char kData[] = R"({ "volume":"home", "a" : {"z":1e-1,"y":[true,null,"\u00fc"]} })";
constexpr char kKeyId[] = "9d5d8a81fd958d2c";
constexpr char kSig[] =
    "rxMwQmDtvtBu9Yd45c8WxgOLBVIzH8DmAQjbtZG3GSp4VZAVyDFknDB04HaaDtzRM3rMWm-ebsj8c2v2VVYTPw";

crypto::PrivateKey key() {
  return *crypto::PrivateKey::from_pem(kKeyPem);
}

EventSignature unsigned_one() {
  EventSignature one;
  one.id = "AAECAwQFBgcICQoLDA0ODw";
  one.issued_at_s = 1795244400;
  one.expires_at_s = 1795245000;
  one.devices = {"laptop", "n\"as"};
  return one;
}

json::Document data(const char* text = kData) {
  return *json::parse(text);
}

// P-71
TEST(EventSignature, WhatIsSignedIsThisTextToTheByte) {
  const json::Document document = data();
  EXPECT_EQ(signed_text(unsigned_one(), kName, document.root()),
            "beckon-event-1\n"
            "AAECAwQFBgcICQoLDA0ODw\n"
            "1795244400\n"
            "1795245000\n"
            "[\"laptop\",\"n\\\"as\"]\n"
            "\"backup\\nnow\"\n"
            "cb84a120249fff4f705e62f79edcfac6671d7bc4e20981b9ff1e4c4fe907c6cf\n");
}

// P-71. The signature was made by another program, deterministically (RFC 6979).
TEST(EventSignature, AnotherProgramsSignatureIsOursToTheByte) {
  const json::Document document = data();
  EventSignature made = unsigned_one();
  sign(made, kName, document.root(), key());
  EXPECT_EQ(made.key, kKeyId);
  EXPECT_THAT(encode(made), HasSubstr(kSig));
  EXPECT_TRUE(is_signed_by(key().public_key(), made, kName, document.root()));
}

// P-71
TEST(EventSignature, EveryFieldOfTheEventIsSigned) {
  const json::Document document = data();
  EventSignature good = unsigned_one();
  sign(good, kName, document.root(), key());
  const crypto::PublicKey by = key().public_key();
  const auto holds = [&](auto change) {
    EventSignature changed = good;
    change(changed);
    return is_signed_by(by, changed, kName, document.root());
  };
  EXPECT_TRUE(holds([](EventSignature&) {}));
  EXPECT_FALSE(holds([](EventSignature& s) { s.id = "BAECAwQFBgcICQoLDA0ODw"; }));
  EXPECT_FALSE(holds([](EventSignature& s) { ++s.issued_at_s; }));
  EXPECT_FALSE(holds([](EventSignature& s) { ++s.expires_at_s; }));
  EXPECT_FALSE(holds([](EventSignature& s) { s.devices.pop_back(); }));
  EXPECT_FALSE(holds([](EventSignature& s) { s.signature[40] ^= 1; }));
  EXPECT_FALSE(is_signed_by(by, good, "backup", document.root()));
  const json::Document other = data(R"({"volume":"home","a":{"z":0.1,"y":[true,null,"u"]}})");
  EXPECT_FALSE(is_signed_by(by, good, kName, other.root()));
  EXPECT_FALSE(
      is_signed_by(crypto::PrivateKey::generate().public_key(), good, kName, document.root()));
}

// P-70
TEST(EventSignature, ItIsReadAsItWasWritten) {
  const json::Document document = data();
  EventSignature made = unsigned_one();
  sign(made, kName, document.root(), key());
  const std::string text = encode(made);
  EXPECT_EQ(text, std::string(R"({"key":"9d5d8a81fd958d2c","id":"AAECAwQFBgcICQoLDA0ODw",)"
                              R"("iat":1795244400,"exp":1795245000,)"
                              R"("devices":["laptop","n\"as"],"sig":")") +
                      kSig + "\"}");
  const auto read = decode(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(encode(*read), text);
  EXPECT_TRUE(is_signed_by(key().public_key(), *read, kName, document.root()));
}

// P-71
TEST(EventSignature, InWhichOrderAndHowOftenDevicesAreNamedMeansNothing) {
  const json::Document document = data();
  EventSignature made = unsigned_one();
  sign(made, kName, document.root(), key());
  made.devices = {"n\"as", "laptop", "n\"as"};
  const auto read = decode(encode(made));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(is_signed_by(key().public_key(), *read, kName, document.root()));
}

std::string with(const std::string& member, const std::string& value) {
  const std::vector<std::pair<std::string, std::string>> good = {
      {"key", "\"9d5d8a81fd958d2c\""}, {"id", "\"AAECAwQFBgcICQoLDA0ODw\""},
      {"iat", "1795244400"},           {"exp", "1795245000"},
      {"devices", "[\"laptop\"]"},     {"sig", "\"" + std::string(kSig) + "\""}};
  std::string text;
  for (const auto& [name, usual] : good) {
    const std::string& now = name == member ? value : usual;
    if (!now.empty()) text += (text.empty() ? "\"" : ",\"") + name + "\":" + now;
  }
  return "{" + text + "}";
}

// P-70
TEST(EventSignature, WhatIsNotExactlyOneIsRefusedByTheMembersName) {
  EXPECT_TRUE(decode(with("", "")));
  const std::string long_id = "\"" + std::string(129, 'x') + "\"";
  std::string many = "[\"x\"";
  for (int i = 0; i < 100; ++i) many += ",\"x\"";
  many += "]";
  const std::pair<std::string, std::string> wrong[] = {
      {"key", ""},
      {"key", "7"},
      {"key", "\"9D5D8A81FD958D2C\""},
      {"key", "\"9d5d8a81fd958d2\""},
      {"id", ""},
      {"id", "\"AAECAwQFBgcICQoLDA0O\""},
      {"id", "\"AAECAwQFBgcICQoLDA0ODx\""},
      {"id", "\"AAECAwQFBgcICQoLDA0ODw==\""},
      {"iat", ""},
      {"iat", "-1"},
      {"iat", "1795244400.5"},
      {"iat", "\"1795244400\""},
      {"exp", ""},
      {"exp", "1795244400"},
      {"exp", "1826866801"},
      {"exp", "4294967296"},
      {"devices", ""},
      {"devices", "[]"},
      {"devices", "\"laptop\""},
      {"devices", "[\"\"]"},
      {"devices", "[7]"},
      {"devices", "[" + long_id + "]"},
      {"devices", many},
      {"sig", ""},
      {"sig", "\"rxMw\""},
      {"sig", "\"" + std::string(kSig) + "A\""},
      {"sig", "\"" + std::string(kSig).substr(0, 85) + "=\""},
  };
  for (const auto& [member, value] : wrong) {
    const auto read = decode(with(member, value));
    ASSERT_FALSE(read) << member << " " << value;
    EXPECT_TRUE(read.error().message.starts_with("signature." + member + ": expected "))
        << read.error().message;
  }
  EXPECT_TRUE(decode(with("exp", "1826866800"))) << "366 days";
  for (const char* text : {"", "[]", "7", "{\"key\":\"a\",\"key\":\"a\"}"})
    EXPECT_FALSE(decode(std::string_view(text)));
}

}  // namespace
}  // namespace beckon::signature
