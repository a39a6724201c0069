// SPDX-License-Identifier: Apache-2.0
#include "agent/signature_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/signed_event.h"

namespace beckon::agent {
namespace {

using Kind = SignatureGate::Verdict::Kind;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class Disk final : public Storage {
 public:
  base::Result<std::optional<std::string>> get(std::string_view) override {
    ++calls;
    return value;
  }
  base::Status put(std::string_view, std::string_view text) override {
    ++calls;
    value = std::string(text);
    return {};
  }
  std::optional<std::string> value;
  int calls = 0;
};

class SignatureGateTest : public ::testing::Test {
 protected:
  SignatureGateTest() { set_signers({other_.public_key(), key_.public_key()}); }

  void set_signers(std::vector<crypto::PublicKey> keys) {
    gate_.set_signers({"laptop", std::move(keys), 60s}, {(kNow_s - 3600) * 1000});
  }
  SignatureGate::Verdict judge(protocol::Event event) {
    return gate_.judge(ReceivedEvent("ep", std::move(event), {}), now_);
  }
  // Why an event is refused; what else became of it.
  std::string fault(protocol::Event event) {
    const EventGate::Verdict verdict = judge(std::move(event));
    if (verdict.kind == Kind::kDone) return "done";
    if (verdict.kind == Kind::kRun) gate_.ended(verdict.mark);
    return verdict.kind == Kind::kRun ? "runs" : verdict.reason;
  }

  crypto::PrivateKey key_ = crypto::PrivateKey::generate();
  crypto::PrivateKey other_ = crypto::PrivateKey::generate();
  Disk disk_;
  SignatureGate gate_{disk_, "signed", base::null_log()};
  base::WallTime now_{kNow_s * 1000};
};

// P-73
TEST_F(SignatureGateTest, WhatASignerSignedForThisDeviceRuns) {
  EXPECT_EQ(fault(signed_event({}, key_)), "runs");
  EXPECT_EQ(fault(signed_event({.signature_id = "s2", .devices = {"desk", "laptop"}}, other_)),
            "runs");
}

// P-71
TEST_F(SignatureGateTest, HowTheDataArePrintedMeansNothing) {
  protocol::Event event = signed_event({.data = R"({"b":0.5,"a":"\u00fc"})"}, key_);
  event.data = "{ \"a\":\"\xc3\xbc\", \"b\":5e-1 }";
  EXPECT_EQ(fault(std::move(event)), "runs");
}

// P-73
TEST_F(SignatureGateTest, WhatNobodySignedIsRefused) {
  protocol::Event event = signed_event({}, key_);
  event.signature.clear();
  EXPECT_EQ(fault(event), "signature refused: the event is not signed");
  event.signature = R"({"key":"x"})";
  EXPECT_THAT(fault(event), HasSubstr("signature.key: expected 16 digits"));
}

// P-73
TEST_F(SignatureGateTest, AKeyThatIsNoSignersIsRefused) {
  const crypto::PrivateKey stranger = crypto::PrivateKey::generate();
  EXPECT_EQ(fault(signed_event({}, stranger)), "signature refused: it names the key " +
                                                   signature::key_id(stranger.public_key()) +
                                                   ", which is not among the signers");
  signature::EventSignature lying = *signature::decode(signed_event({}, stranger).signature);
  lying.key = signature::key_id(key_.public_key());
  protocol::Event event = signed_event({}, stranger);
  event.signature = signature::encode(lying);
  EXPECT_THAT(fault(std::move(event)), HasSubstr("it is wrong"));
  set_signers({other_.public_key()});
  EXPECT_THAT(fault(signed_event({}, key_)), HasSubstr("not among the signers"));
}

// P-73
TEST_F(SignatureGateTest, WhatWasAlteredIsRefusedAndUsesNothingUp) {
  const protocol::Event good = signed_event({}, key_);
  protocol::Event data = good;
  data.data = R"({"volume":"etc"})";
  protocol::Event name = good;
  name.name = "restore";
  protocol::Event longer = good;
  signature::EventSignature signature = *signature::decode(good.signature);
  signature.expires_at_s += 3600;
  longer.signature = signature::encode(signature);
  protocol::Event fresh = good;
  signature = *signature::decode(good.signature);
  signature.id = unsigned_signature({.signature_id = "s2"}).id;
  fresh.signature = signature::encode(signature);
  protocol::Event wider = signed_event({.devices = {"desk"}}, key_);
  signature = *signature::decode(wider.signature);
  signature.devices.emplace_back("laptop");
  wider.signature = signature::encode(signature);
  for (const protocol::Event& event : {data, name, longer, fresh, wider}) {
    EXPECT_EQ(
        fault(event),
        "signature refused: it is wrong: the event was altered, or signed for something else");
  }
  EXPECT_EQ(fault(good), "runs");
}

// P-72
TEST_F(SignatureGateTest, WhatIsForOtherDevicesIsRefused) {
  EXPECT_EQ(fault(signed_event({.devices = {"desk", "laptop2"}}, key_)),
            "signature refused: it is for other devices");
}

// P-76
TEST_F(SignatureGateTest, ItHoldsUntilItExpiresByThisDevicesClock) {
  now_.unix_ms = (kNow_s + 600) * 1000 - 1;
  EXPECT_EQ(fault(signed_event({}, key_)), "runs");
  now_.unix_ms += 1;
  EXPECT_EQ(fault(signed_event({.signature_id = "s2"}, key_)),
            "signature refused: it expired at 2096-10-02T07:16:40Z");
}

// P-76
TEST_F(SignatureGateTest, WithoutAClockNothingRuns) {
  now_.unix_ms = 0;
  EXPECT_EQ(fault(signed_event({}, key_)), "signature refused: this device's clock is not set");
}

// P-76
TEST_F(SignatureGateTest, ASignersClockMayBeAheadByTheSkewAndNoMore) {
  EXPECT_EQ(fault(signed_event({.issued_at_s = kNow_s + 60}, key_)), "runs");
  EXPECT_THAT(fault(signed_event({.signature_id = "s2", .issued_at_s = kNow_s + 61}, key_)),
              HasSubstr("it was made at 2096-10-02T07:07:41Z, which is yet to come"));
}

// P-74, P-75
TEST_F(SignatureGateTest, EveryAnswerOfTheMemoryIsSaidInASentence) {
  EXPECT_EQ(fault(signed_event({}, key_)), "runs");
  EXPECT_EQ(fault(signed_event({}, key_)), "done");
  EXPECT_THAT(fault(signed_event({.id = "event-2"}, key_)), HasSubstr("replayed"));
  EXPECT_EQ(judge(signed_event({.signature_id = "s2"}, key_)).kind, Kind::kRun);
  EXPECT_THAT(fault(signed_event({.signature_id = "s2"}, key_)),
              HasSubstr("an event with this signature runs"));
  EXPECT_THAT(fault(signed_event(
                  {.signature_id = "s3", .issued_at_s = kNow_s - 3540, .ttl_s = 7200}, key_)),
              HasSubstr("it was made before 2096-10-02T06:07:41Z, when this device's memory"));
  now_.unix_ms += 700'000;
  EXPECT_EQ(fault(signed_event({.signature_id = "s4", .ttl_s = 3600}, key_)), "runs");
  now_.unix_ms -= 700'000;
  EXPECT_THAT(fault(signed_event({}, key_)), HasSubstr("clock, which was set back since"));
}

// P-77
TEST_F(SignatureGateTest, ThatTheMemoryIsFullIsSaid) {
  for (std::size_t i = 0; i < SignatureMemory::kEntriesMax; ++i) {
    ASSERT_EQ(fault(signed_event({.signature_id = std::to_string(i)}, key_)), "runs");
  }
  EXPECT_THAT(fault(signed_event({.signature_id = "one more"}, key_)),
              HasSubstr("256 signed events have not expired"));
}

// P-73
TEST_F(SignatureGateTest, ReasonsFitAReport) {
  now_.unix_ms = (kNow_s - 10) * 1000;
  EXPECT_LE(fault(signed_event({.issued_at_s = kNow_s + 100}, key_)).size(),
            protocol::kFailedTextBytesMax);
  EXPECT_LE(fault(signed_event({.issued_at_s = kNow_s - 3600}, key_)).size(),
            protocol::kFailedTextBytesMax);
}

TEST(SignatureGateAtRest, WithoutSignersTheStorageIsNotTouched) {
  Disk disk;
  SignatureGate gate(disk, "signed", base::null_log());
  gate.set_signers({}, {kNow_s * 1000});
  EXPECT_TRUE(gate.flush());
  EXPECT_EQ(disk.calls, 0);
  EXPECT_EQ(gate.judge(ReceivedEvent("ep", signed_event({}, crypto::PrivateKey::generate()), {}),
                       {kNow_s * 1000})
                .kind,
            Kind::kRefused);
}

class ErrorLog final : public base::LogSink {
 public:
  void write(base::LogLevel level, std::string_view, std::string_view text) override {
    if (level == base::LogLevel::kError) errors.emplace_back(text);
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::vector<std::string> errors;
};

// P-78. Signing again, which helps where the memory began lately, would not help here.
TEST(SignatureGate, AMemoryThatBeganWhileTheClockWasAheadIsSaidWithTheWayOut) {
  constexpr std::int64_t kDay_s = 86'400;
  constexpr char kFile[] = "cursor-0123456789abcdef.signed";
  const crypto::PrivateKey key = crypto::PrivateKey::generate();
  const ReceivedEvent event("ep", signed_event({}, key), {});
  const base::WallTime now{kNow_s * 1000};
  Disk disk;
  ErrorLog log;
  SignatureGate(disk, kFile, log)
      .set_signers({"laptop", {key.public_key()}, 60s}, {now.unix_ms + kDay_s * 1000});
  EXPECT_THAT(log.errors, ::testing::IsEmpty()) << "nobody can know yet";
  SignatureGate put_right(disk, kFile, log);
  put_right.set_signers({"laptop", {key.public_key()}, 60s}, now);
  ASSERT_EQ(log.errors.size(), 1U);
  EXPECT_THAT(log.errors[0], HasSubstr("stop the agent, remove " + std::string(kFile)));
  for (const std::string& text : {log.errors[0], put_right.judge(event, now).reason}) {
    EXPECT_THAT(text, HasSubstr("begins at 2096-10-03T07:07:41Z, since"));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("sign it again")));
  }
  EXPECT_LE(put_right.judge(event, now).reason.size(), protocol::kFailedTextBytesMax)
      << "a receipt has it whole";
  disk.value.reset();
  SignatureGate removed(disk, kFile, log);
  removed.set_signers({"laptop", {key.public_key()}, 60s}, {now.unix_ms - 61'000});
  EXPECT_EQ(removed.judge(event, now).kind, Kind::kRun);
  SignatureGate started_again(disk, kFile, log);
  started_again.set_signers({"laptop", {key.public_key()}, 60s}, {now.unix_ms - 61'000});
  EXPECT_EQ(log.errors.size(), 1U) << "a clock that goes as it should is nothing to report";
}

}  // namespace
}  // namespace beckon::agent
