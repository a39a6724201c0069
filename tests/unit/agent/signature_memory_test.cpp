// SPDX-License-Identifier: Apache-2.0
#include "agent/signature_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tests/unit/agent/signed_event.h"

namespace beckon::agent {
namespace {

using Answer = SignatureMemory::Answer;
using namespace std::chrono_literals;

constexpr base::Duration kSkew = 60s;

// What is put lasts; it may refuse to put, or have been damaged.
class Disk final : public Storage {
 public:
  base::Result<std::optional<std::string>> get(std::string_view key) override {
    ++gets;
    if (is_damaged) return base::fail(base::ErrorCode::kInvalid, "its checksum does not fit");
    const auto found = values.find(key);
    if (found == values.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  base::Status put(std::string_view key, std::string_view value) override {
    ++puts;
    if (is_full) return base::fail(base::ErrorCode::kIo, "no space");
    EXPECT_LE(value.size(), 4096U) << "Storage takes 4 kB";
    EXPECT_EQ(value.find('\n'), std::string_view::npos);
    values.insert_or_assign(std::string(key), std::string(value));
    is_damaged = false;
    return {};
  }

  std::map<std::string, std::string, std::less<>> values;
  bool is_damaged = false;
  bool is_full = false;
  int gets = 0;
  int puts = 0;
};

class SignatureMemoryTest : public ::testing::Test {
 protected:
  SignatureMemoryTest() { start_at(kNow_s - 3600); }

  // A process of the agent that starts now. What was not stored is gone.
  void restart() {
    memory_ = std::make_unique<SignatureMemory>(disk_, "signed", base::null_log());
    memory_->open(clock_set_ ? std::optional(now()) : std::nullopt, kSkew);
  }
  void start_at(std::int64_t now_s) {
    now_s_ = now_s;
    restart();
    now_s_ = kNow_s;
  }
  base::WallTime now() const { return {now_s_ * 1000}; }

  Answer admit(const EventToSign& what) {
    return memory_->admit(unsigned_signature(what), what.id, now(), kSkew, mark_);
  }
  // Runs to its end.
  Answer run(const EventToSign& what) {
    const Answer answer = admit(what);
    if (answer == Answer::kAdmitted) memory_->ended(mark_);
    return answer;
  }

  Disk disk_;
  std::unique_ptr<SignatureMemory> memory_;
  std::int64_t now_s_ = kNow_s;
  bool clock_set_ = true;
  SignatureMemory::Mark mark_ = 0;
};

// P-74
TEST_F(SignatureMemoryTest, ASignatureIsUsedOnce) {
  EXPECT_EQ(run({}), Answer::kAdmitted);
  EXPECT_EQ(run({.id = "event-2"}), Answer::kReplayed);
  EXPECT_EQ(run({.id = "event-2", .signature_id = "s2"}), Answer::kAdmitted);
}

// P-74
TEST_F(SignatureMemoryTest, WhileItsEventRunsItIsUsedToo) {
  EXPECT_EQ(admit({}), Answer::kAdmitted);
  EXPECT_EQ(admit({.id = "event-2"}), Answer::kRunning);
  EXPECT_EQ(admit({}), Answer::kRunning) << "the same event, in a stream made anew";
}

// P-74
TEST_F(SignatureMemoryTest, ARestartForgetsNothingThatEnded) {
  run({});
  restart();
  EXPECT_EQ(run({.id = "event-2"}), Answer::kReplayed);
}

// P-75
TEST_F(SignatureMemoryTest, TheSameEventAfterItsEndIsDoneAndNoReplay) {
  run({});
  restart();
  EXPECT_EQ(run({}), Answer::kDone);
}

// P-75
TEST_F(SignatureMemoryTest, AfterACrashWhatHadNotEndedRunsAgainAndOnlyOnce) {
  EXPECT_EQ(admit({}), Answer::kAdmitted);
  restart();
  EXPECT_EQ(run({}), Answer::kAdmitted);
  EXPECT_EQ(run({.id = "event-2"}), Answer::kReplayed);
}

// P-74
TEST_F(SignatureMemoryTest, AnEndIsStoredBeforeAnybodyHearsOfIt) {
  admit({});
  const int before = disk_.puts;
  memory_->ended(mark_);
  EXPECT_EQ(disk_.puts, before + 1);
}

// P-74
TEST_F(SignatureMemoryTest, WhatCouldNotBeStoredIsSaidUntilItIs) {
  admit({});
  disk_.is_full = true;
  memory_->ended(mark_);
  EXPECT_FALSE(memory_->flush());
  EXPECT_EQ(run({.id = "event-2"}), Answer::kReplayed) << "it is remembered all the same";
  disk_.is_full = false;
  EXPECT_TRUE(memory_->flush());
  const int puts = disk_.puts;
  EXPECT_TRUE(memory_->flush());
  EXPECT_EQ(disk_.puts, puts) << "nothing is new";
  restart();
  EXPECT_EQ(run({.id = "event-2"}), Answer::kReplayed);
}

// P-74
TEST_F(SignatureMemoryTest, WhileAnEndIsNotStoredNothingElseBegins) {
  admit({});
  disk_.is_full = true;
  memory_->ended(mark_);
  EXPECT_EQ(run({.signature_id = "s2"}), Answer::kUnstored);
  disk_.is_full = false;
  EXPECT_EQ(run({.signature_id = "s2"}), Answer::kAdmitted);
  restart();
  EXPECT_EQ(run({.id = "event-2"}), Answer::kReplayed);
}

// P-77
TEST_F(SignatureMemoryTest, ItIsFullRatherThanForgetful) {
  for (std::size_t i = 0; i < SignatureMemory::kEntriesMax; ++i) {
    ASSERT_EQ(run({.signature_id = std::to_string(i)}), Answer::kAdmitted);
  }
  EXPECT_EQ(run({.signature_id = "one more"}), Answer::kFull);
  restart();
  EXPECT_EQ(memory_->size(), SignatureMemory::kEntriesMax) << "4 kB hold them all";
  EXPECT_EQ(run({.signature_id = "one more"}), Answer::kFull);
  EXPECT_EQ(run({.id = "x", .signature_id = "0"}), Answer::kReplayed);
  now_s_ = kNow_s + 600;
  EXPECT_EQ(run({.signature_id = "one more", .issued_at_s = now_s_}), Answer::kAdmitted)
      << "the others have expired";
  EXPECT_EQ(memory_->size(), 1U);
}

// P-77
TEST_F(SignatureMemoryTest, WhatRunsTakesItsPlaceFromTheBeginning) {
  for (std::size_t i = 1; i < SignatureMemory::kEntriesMax; ++i) {
    run({.signature_id = std::to_string(i)});
  }
  EXPECT_EQ(admit({.signature_id = "long"}), Answer::kAdmitted);
  const SignatureMemory::Mark running = mark_;
  EXPECT_EQ(admit({.signature_id = "one more"}), Answer::kFull);
  now_s_ = kNow_s + 600;
  admit({.signature_id = "later", .issued_at_s = now_s_});
  memory_->ended(running);  // it was not pruned although it has expired
}

// P-76
TEST_F(SignatureMemoryTest, AClockThatIsSetBackBringsNothingBack) {
  run({});
  now_s_ = kNow_s + 600;
  run({.signature_id = "later", .issued_at_s = now_s_});  // forgets the first, which has expired
  restart();
  now_s_ = kNow_s;
  EXPECT_EQ(run({.id = "event-2"}), Answer::kForgotten);
  EXPECT_EQ(run({}), Answer::kForgotten);
  EXPECT_EQ(run({.signature_id = "long", .ttl_s = 601}), Answer::kAdmitted);
}

// P-78
TEST_F(SignatureMemoryTest, WhereNothingIsKeptWhatWasMadeBeforeMayHaveBeenUsed) {
  for (const bool is_damaged : {false, true}) {
    disk_.values.clear();
    disk_.is_damaged = is_damaged;
    start_at(kNow_s);
    EXPECT_EQ(run({.issued_at_s = kNow_s}), Answer::kTooOld);
    EXPECT_EQ(run({.issued_at_s = kNow_s + 60}), Answer::kTooOld)
        << "a signer's clock may be ahead by this much";
    restart();
    EXPECT_EQ(run({.issued_at_s = kNow_s + 60}), Answer::kTooOld) << "it stays so";
    EXPECT_EQ(run({.issued_at_s = kNow_s + 61}), Answer::kAdmitted);
    now_s_ += 100;
    restart();
    EXPECT_EQ(run({.signature_id = "s2", .issued_at_s = kNow_s + 61}), Answer::kAdmitted)
        << "what is kept is in order again";
  }
}

// P-78
TEST_F(SignatureMemoryTest, ATextThatNoneWroteIsNoMemory) {
  run({});
  const std::string good = disk_.values.at("signed");
  for (const std::string& text :
       {std::string(), std::string("1."), std::string("ep:40"), good.substr(2),
        "2" + good.substr(1), good.substr(0, good.size() - 4), good + "AAAA", good + "=",
        std::string(5000, 'A')}) {
    disk_.values["signed"] = text;
    start_at(kNow_s);
    EXPECT_EQ(memory_->size(), 0U) << text;
    EXPECT_EQ(run({}), Answer::kTooOld) << text;
  }
  disk_.values["signed"] = good;
  restart();
  EXPECT_EQ(memory_->size(), 1U);
}

// P-78
TEST_F(SignatureMemoryTest, WithoutAClockItBeginsWhenThereIsOne) {
  disk_.values.clear();
  clock_set_ = false;
  restart();
  EXPECT_EQ(run({.issued_at_s = kNow_s + 60}), Answer::kTooOld);
  EXPECT_EQ(run({.issued_at_s = kNow_s + 61}), Answer::kAdmitted);
}

// P-78
TEST_F(SignatureMemoryTest, AClockBeyondWhatIsKeptDoesNotWrapAround) {
  disk_.values.clear();
  start_at(signature::kDateMax_s + 1'000'000);
  restart();
  EXPECT_EQ(run({}), Answer::kTooOld);
}

TEST_F(SignatureMemoryTest, ItIsReadOnce) {
  const int gets = disk_.gets;
  memory_->open(now(), kSkew);
  EXPECT_EQ(disk_.gets, gets);
}

}  // namespace
}  // namespace beckon::agent
