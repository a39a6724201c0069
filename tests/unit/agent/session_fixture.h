// SPDX-License-Identifier: Apache-2.0
// A session under test: inputs in, commands out as short texts ("connect 1", "dispatch 44", …), a
// clock that a test moves, and a server's answers made from a few numbers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/session.h"

namespace beckon::agent {

using Lines = std::vector<std::string>;

struct Answer {
  std::uint64_t cursor = 0;
  std::uint64_t head = 0;
  std::vector<std::uint64_t> events = {};
  bool more = false;
  bool reset = false;
  std::uint64_t lost = 0;
  std::string epoch = "ep";
  std::vector<std::uint64_t> too_large = {};
};

class SessionTest : public ::testing::Test {
 protected:
  // Makes the session; before the first input. Without a call, one with cursor ep:40.
  void make(std::optional<protocol::Cursor> cursor);
  // A new one with what the storage holds, as after a crash; its attempts count from 1 again.
  void crash();
  Session& session();

  // Each returns the commands of the step, and those of the storage's answers that follow at once.
  Lines step(const Input& input);
  Lines start() { return step(input::Start{}); }
  Lines opened(Attempt attempt) { return step(input::Opened{attempt}); }
  Lines closed(Attempt attempt) { return step(input::Closed{attempt, 1006, ""}); }
  Lines failed(Attempt attempt, int status) { return step(input::Failed{attempt, status, "no"}); }
  Lines text(Attempt attempt, const std::string& message);
  Lines answer(Attempt attempt, const Answer& answer);
  Lines event(Attempt attempt, std::uint64_t seq, const std::string& epoch = "ep");
  Lines finish(std::uint64_t seq, std::vector<protocol::FailedReport> failed = {});

  // Goes on by this much, stepping at every deadline on the way.
  Lines pass(base::Duration time);
  // Steps at the next deadline and says how far it was; fails if there is none.
  base::Duration until_deadline() const;
  void move(base::Duration time) { now_ += time; }

  // Connected, first sync answered, nothing new: attempt 1 with cursor ep:40.
  void go_online();

  SessionOptions options_;
  bool storage_works_ = true;
  std::string stored_;                         // what the storage holds
  std::optional<std::string> stored_reports_;  // and beside it
  int report_writes_ = 0;
  std::string reason_;  // of the last change
  base::Instant now_{};

 private:
  std::string show(Command& command);

  std::unique_ptr<Session> session_;
  std::vector<std::pair<std::uint64_t, Ticket>> running_;
};

}  // namespace beckon::agent
