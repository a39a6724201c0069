// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/resolver.h"

#include <condition_variable>
#include <map>
#include <mutex>

#include "tests/unit/platform/loop_fixture.h"

namespace beckon::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A system's resolver that answers when it is told to, in whatever thread asks.
class SlowNames {
 public:
  void answer(const std::string& host, Addresses addresses) {
    const std::lock_guard<std::mutex> hold(mutex_);
    answers_[host] = std::move(addresses);
    change_.notify_all();
  }
  base::Result<Addresses> wait(const std::string& host) {
    std::unique_lock<std::mutex> hold(mutex_);
    ++asked_;
    change_.notify_all();
    change_.wait(hold, [&] { return answers_.contains(host); });
    ++answered_;
    change_.notify_all();
    return answers_[host];
  }
  void wait_for_answers(int count) {
    std::unique_lock<std::mutex> hold(mutex_);
    change_.wait(hold, [&] { return answered_ >= count; });
  }
  int asked() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable change_;
  std::map<std::string, Addresses> answers_;
  int asked_ = 0;
  int answered_ = 0;
};

SlowNames* names = nullptr;  // the running test's

class ResolverTest : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    names = &names_;
    resolver_ = std::make_unique<ThreadResolver>(
        *loop_, [](const std::string& host) { return names->wait(host); });
  }
  void TearDown() override {
    resolver_.reset();
    LoopTest::TearDown();
  }
  NameResolver::Done expect(std::vector<std::string>& got) {
    return [&](const base::Result<Addresses>& found) {
      got = found ? *found : Addresses{found.error().message};
      stop();
    };
  }

  SlowNames names_;
  std::unique_ptr<ThreadResolver> resolver_;
};

TEST_F(ResolverTest, TheLoopGoesOnWhileANameIsLookedUp) {
  std::vector<std::string> got;
  resolver_->resolve(this, "slow.test", expect(got));
  ProcessSpec spec;
  spec.arguments = {"true"};
  bool ended = false;
  ASSERT_TRUE(processes_->start(spec, [&](const ProcessResult&) {
    ended = true;
    stop();
  }));
  run();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(got.empty());
  names_.answer("slow.test", {"192.0.2.1", "2001:db8::1"});
  run();
  EXPECT_THAT(got, ElementsAre("192.0.2.1", "2001:db8::1"));
}

TEST_F(ResolverTest, WhoAsksForTheSameNameSharesTheLookup) {
  std::vector<std::string> first;
  std::vector<std::string> second;
  resolver_->resolve(&first, "a.test", [&](const auto& found) { first = *found; });
  resolver_->resolve(&second, "a.test", expect(second));
  names_.answer("a.test", {"192.0.2.1"});
  run();
  EXPECT_THAT(first, ElementsAre("192.0.2.1"));
  EXPECT_THAT(second, ElementsAre("192.0.2.1"));
  EXPECT_EQ(names_.asked(), 1);
}

TEST_F(ResolverTest, WhoForgotIsNotToldAndAnotherNameIsLookedUpAtOnce) {
  std::vector<std::string> got;
  resolver_->resolve(&names_, "hangs.test", [](const auto&) { FAIL(); });
  resolver_->resolve(this, "b.test", expect(got));
  resolver_->forget(&names_);
  names_.answer("b.test", {"192.0.2.2"});
  run();
  EXPECT_THAT(got, ElementsAre("192.0.2.2"));
  names_.answer("hangs.test", {"192.0.2.3"});
  names_.wait_for_answers(2);
}

TEST_F(ResolverTest, LookupsThatHangAreLimitedAndSaidSo) {
  std::vector<std::string> got;
  for (int i = 0; i < ThreadResolver::kThreadsMax; ++i) {
    resolver_->resolve(this, "hangs.test", [](const auto&) { FAIL(); });
    resolver_->forget(this);
  }
  resolver_->resolve(this, "hangs.test", expect(got));
  ASSERT_EQ(got.size(), 1U);
  EXPECT_THAT(got[0], HasSubstr("hangs.test cannot be looked up"));
  names_.answer("hangs.test", {"192.0.2.3"});
  names_.wait_for_answers(ThreadResolver::kThreadsMax);
}

TEST(Resolver, TheSystemKnowsThisMachineAndNotEveryName) {
  const auto found = look_up_host("localhost");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(*found, ::testing::Contains(::testing::AnyOf("127.0.0.1", "::1")));
  const auto none = look_up_host("no-such-host.invalid");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("no-such-host.invalid"));
}

}  // namespace
}  // namespace beckon::platform
