// SPDX-License-Identifier: Apache-2.0
#include "emulator/loop/event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <vector>

namespace beckon::emulator {
namespace {

using ::testing::ElementsAre;

struct SocketPair {
  SocketPair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()), 0); }
  ~SocketPair() {
    close(fds[0]);
    close(fds[1]);
  }
  std::array<int, 2> fds{};
};

TEST(EventLoop, PostedWorkRunsInOrderAndInTheNextTurnOnly) {
  EventLoop loop;
  std::vector<int> order;
  loop.post([&] {
    order.push_back(1);
    loop.post([&] {
      order.push_back(3);
      loop.stop();
    });
  });
  loop.post([&] { order.push_back(2); });
  loop.run();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(EventLoop, TimersFireInOrderAndNeverEarly) {
  EventLoop loop;
  std::vector<int> order;
  const base::Instant start = base::monotonic_now();
  base::Duration waited{0};
  loop.call_after(base::Duration(30), [&] {
    order.push_back(30);
    waited = base::monotonic_now() - start;
    loop.stop();
  });
  loop.call_after(base::Duration(10), [&] { order.push_back(10); });
  loop.call_after(base::Duration(0), [&] { order.push_back(0); });
  loop.run();
  EXPECT_THAT(order, ElementsAre(0, 10, 30));
  EXPECT_GE(waited, base::Duration(30));
}

TEST(EventLoop, ACancelledTimerNeverFiresEvenFromATimerOfTheSameTurn) {
  EventLoop loop;
  bool fired = false;
  EventLoop::TimerId victim = 0;
  loop.call_after(base::Duration(1), [&] { loop.cancel(victim); });
  victim = loop.call_after(base::Duration(1), [&] { fired = true; });
  loop.call_after(base::Duration(20), [&] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(fired);
  loop.cancel(victim);  // again, and without effect
}

TEST(EventLoop, AZeroTimerThatMakesAZeroTimerDoesNotStarveDescriptors) {
  EventLoop loop;
  SocketPair pair;
  ASSERT_EQ(write(pair.fds[1], "x", 1), 1);
  std::function<void()> again = [&] { loop.call_after(base::Duration(0), again); };
  again();
  bool read = false;
  loop.watch(pair.fds[0], EPOLLIN, [&](std::uint32_t) {
    read = true;
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(read);
  loop.unwatch(pair.fds[0]);
}

TEST(EventLoop, SetEventsChoosesWhatIsReported) {
  EventLoop loop;
  SocketPair pair;
  std::uint32_t seen = 0;
  loop.watch(pair.fds[0], 0, [&](std::uint32_t events) {
    seen = events;
    loop.stop();
  });
  loop.call_after(base::Duration(5), [&] { loop.set_events(pair.fds[0], EPOLLOUT); });
  loop.run();
  EXPECT_EQ(seen, static_cast<std::uint32_t>(EPOLLOUT));
  loop.unwatch(pair.fds[0]);
}

TEST(EventLoop, ACallbackMayUnwatchItselfAndItsCapturesLiveToItsEnd) {
  EventLoop loop;
  SocketPair pair;
  ASSERT_EQ(write(pair.fds[1], "x", 1), 1);
  auto token = std::make_shared<int>(7);
  const std::weak_ptr<int> alive = token;
  int seen = 0;
  loop.watch(pair.fds[0], EPOLLIN, [&, token](std::uint32_t) {
    loop.unwatch(pair.fds[0]);
    seen = *token;
    loop.stop();
  });
  token.reset();
  loop.run();
  EXPECT_EQ(seen, 7);
  EXPECT_TRUE(alive.expired());
}

TEST(EventLoop, AnEventOfAClosedDescriptorNeverReachesTheNextOwnerOfItsNumber) {
  EventLoop loop;
  SocketPair first;
  SocketPair second;
  ASSERT_EQ(write(first.fds[1], "x", 1), 1);
  ASSERT_EQ(write(second.fds[1], "x", 1), 1);
  int calls = 0;
  int wrong = 0;
  // Both are ready in one batch. Whichever comes first gives the other's number to a new, silent
  // socket, for which the other's event must not be taken.
  SocketPair silent;
  const auto replace = [&](int victim) {
    ++calls;
    loop.unwatch(victim);
    ASSERT_EQ(dup2(silent.fds[0], victim), victim);
    loop.watch(victim, EPOLLIN, [&](std::uint32_t) { ++wrong; });
  };
  loop.watch(first.fds[0], EPOLLIN, [&](std::uint32_t) {
    replace(second.fds[0]);
    loop.unwatch(first.fds[0]);
  });
  loop.watch(second.fds[0], EPOLLIN, [&](std::uint32_t) {
    replace(first.fds[0]);
    loop.unwatch(second.fds[0]);
  });
  loop.call_after(base::Duration(20), [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(wrong, 0);
}

// What callbacks own may use the loop in its destructor, while the loop itself goes.
TEST(EventLoop, CallbacksThatAreLeftMayUseTheLoopWhileItEnds) {
  SocketPair pair;
  int destroyed = 0;
  {
    std::vector<EventLoop::TimerId> timers;  // outlives the loop, whose callbacks look at it
    EventLoop loop;
    loop.watch(pair.fds[0], EPOLLIN, [](std::uint32_t) {});
    struct Owned {
      EventLoop& loop;
      const std::vector<EventLoop::TimerId>& timers;
      int fd;
      int& destroyed;
      ~Owned() {
        ++destroyed;
        for (const auto timer : timers) loop.cancel(timer);
        loop.set_events(fd, EPOLLOUT);
        loop.unwatch(fd);
        loop.post([] {});
      }
    };
    const auto owned = [&] {
      return std::shared_ptr<Owned>(new Owned{loop, timers, pair.fds[0], destroyed});
    };
    for (int i = 0; i < 20; ++i) {
      timers.push_back(loop.call_after(base::Duration(60'000 + i), [o = owned()] {}));
      loop.post([o = owned()] {});
    }
    loop.watch(pair.fds[1], EPOLLIN, [o = owned()](std::uint32_t) {});
  }
  EXPECT_EQ(destroyed, 41);
}

}  // namespace
}  // namespace beckon::emulator
