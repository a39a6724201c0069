// SPDX-License-Identifier: Apache-2.0
// Where an answer starts.
#include <gtest/gtest.h>

#include "tests/unit/lambdas/backend/replay_fixture.h"

namespace beckon::tests {
namespace {

using lambdas::Head;
using lambdas::Start;

// P-11, P-19, P-23
TEST(Replay, TheStartFollowsFromTheCursorAndTheHead) {
  struct Case {
    std::optional<protocol::Cursor> cursor;
    bool oldest;
    std::uint64_t after;
    bool reset;
    bool count_lost;
    bool known;
    std::uint64_t taken_in = 0;  // `after` in the request
  };
  const Head head{"k3f9", 44};
  const std::vector<Case> cases = {
      {protocol::Cursor{"k3f9", 41}, false, 41, false, true, true},
      {protocol::Cursor{"k3f9", 44}, false, 44, false, true, true},
      {protocol::Cursor{"k3f9", 0}, false, 0, false, true, true},
      {protocol::Cursor{"k3f9", 41}, true, 41, false, true, true},
      {protocol::Cursor{"k3f9", 45}, false, 44, true, true, false},
      {protocol::Cursor{"k3f9", 41}, false, 43, false, true, true, 43},
      {protocol::Cursor{"k3f9", 41}, false, 44, true, true, false, 45},
      {protocol::Cursor{"zzzz", 41}, false, 0, true, true, false, 43},
      {protocol::Cursor{"zzzz", 41}, false, 0, true, true, false},
      {std::nullopt, false, 44, false, false, false},
      {std::nullopt, true, 0, false, false, false},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    protocol::SyncRequest request;
    request.cursor = cases[i].cursor;
    request.start_oldest = cases[i].oldest;
    request.after = cases[i].taken_in;
    const Start start = lambdas::decide_start(request, "", head);
    EXPECT_EQ(start.after, cases[i].after) << "case " << i;
    EXPECT_EQ(start.reset, cases[i].reset) << "case " << i;
    EXPECT_EQ(start.count_lost, cases[i].count_lost) << "case " << i;
    EXPECT_EQ(start.cursor_known, cases[i].known) << "case " << i;
  }
}

// P-19, P-23
TEST(Replay, ADeviceThatLostItsStorageAndItsEpochIsNotTakenForANewOne) {
  const Head head{"k3f9", 44};
  const Start start = lambdas::decide_start({}, "zzzz:41", head);
  EXPECT_EQ(start.after, 0U) << "events of the new epoch would be passed over";
  EXPECT_TRUE(start.reset);
  EXPECT_TRUE(start.count_lost);
  EXPECT_FALSE(start.cursor_known);
  EXPECT_EQ(lambdas::decide_start({}, "k3f9:41", head).after, 41U);
}

}  // namespace
}  // namespace beckon::tests
