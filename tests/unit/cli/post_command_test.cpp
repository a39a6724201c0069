// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "tests/support/backend/memory_database.h"

namespace beckon::cli {
namespace {

using ::testing::HasSubstr;

class FakeBus final : public Bus {
 public:
  base::Status check() override { return found; }
  base::Result<std::string> put(const std::string&, const std::string&) override {
    ++puts;
    return "id-1";
  }
  base::Status found;
  int puts = 0;
};

class NoDeadLetters final : public DeadLetters {
 public:
  base::Result<std::vector<DeadLetter>> peek(int) override { return {}; }
};

struct Posted {
  int exit_code = -1;
  std::string error;
  int puts = 0;
};

Posted post_when(base::Status found) {
  tests::MemoryDatabase database;
  Reader reader(database, database, {"bus", "connections", "streams", "devices"});
  FakeBus bus;
  bus.found = std::move(found);
  NoDeadLetters dead_letters;
  const Access access;
  PostOptions options;
  options.event.user = "Bob";
  options.event.data = message_data("hey");
  Posted posted;
  try {
    posted.exit_code = run_post(
        {.reader = reader, .bus = bus, .dead_letters = dead_letters, .access = access}, options);
  } catch (const Failure& failure) {
    posted.exit_code = failure.exit_code();
    posted.error = failure.what();
  }
  posted.puts = bus.puts;
  return posted;
}

TEST(Post, ABusThatIsThereIsPostedTo) {
  const Posted posted = post_when({});
  EXPECT_EQ(posted.exit_code, kExitOk);
  EXPECT_EQ(posted.puts, 1);
}

TEST(Post, ABusThatIsNotThereIsNotFoundAndNothingIsPosted) {
  const Posted posted = post_when(base::fail(base::ErrorCode::kNotFound, "no bus 'x'"));
  EXPECT_EQ(posted.exit_code, kExitNotFound);
  EXPECT_THAT(posted.error, HasSubstr("no bus 'x'"));
  EXPECT_EQ(posted.puts, 0);
}

// Who may post need not be allowed to look.
TEST(Post, ABusThatMayNotBeLookedAtIsPostedTo) {
  const Posted posted = post_when(base::fail(base::ErrorCode::kDenied, "AccessDenied"));
  EXPECT_EQ(posted.exit_code, kExitOk);
  EXPECT_EQ(posted.puts, 1);
}

TEST(Post, ABackendThatCannotBeReachedIsAFailure) {
  const Posted posted = post_when(base::fail(base::ErrorCode::kUnavailable, "refused"));
  EXPECT_EQ(posted.exit_code, kExitFailed);
  EXPECT_THAT(posted.error, HasSubstr("cannot reach"));
  EXPECT_EQ(posted.puts, 0);
}

}  // namespace
}  // namespace beckon::cli
