// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/agent/session_fixture.h"

#include <algorithm>
#include <utility>

namespace beckon::agent {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

protocol::Event make_event(std::uint64_t seq) {
  protocol::Event event;
  event.seq = seq;
  event.id = "id-" + std::to_string(seq);
  event.name = "door.opened";
  event.time = "2026-11-21T07:00:00Z";
  event.data = R"({"n":1})";
  return event;
}

}  // namespace

void SessionTest::make(std::optional<protocol::Cursor> cursor) {
  session_ = std::make_unique<Session>(options_, std::move(cursor), 7, base::null_log());
}

void SessionTest::crash() {
  const auto cursor = protocol::parse_cursor(stored_);
  make(cursor ? std::optional(*cursor) : std::nullopt);
  auto reports = decode_reports(stored_reports_.value_or(R"({"epoch":"ep","failed":[]})"));
  ASSERT_TRUE(reports) << reports.error().message;
  session_->restore(std::move(*reports));
  running_.clear();
}

Session& SessionTest::session() {
  if (!session_) make(protocol::Cursor{"ep", 40});
  return *session_;
}

std::string SessionTest::show(Command& command) {
  return std::visit(
      Overloaded{
          [](const command::Connect& one) { return "connect " + std::to_string(one.attempt); },
          [](const command::Send& one) {
            return "send " + std::to_string(one.attempt) + " " + one.text;
          },
          [](const command::Close& one) {
            return "close " + std::to_string(one.attempt) + " " + std::to_string(one.code);
          },
          [this](const command::Dispatch& one) {
            running_.emplace_back(one.event.seq, one.ticket);
            return "dispatch " + std::to_string(one.event.seq);
          },
          [this](const command::Store& one) {
            report_writes_ += one.reports ? 1 : 0;
            if (storage_works_) stored_ = protocol::to_string(one.cursor);
            if (storage_works_ && one.reports) stored_reports_ = one.reports;
            return "store " + protocol::to_string(one.cursor);
          },
          [this](const command::Changed& one) {
            reason_ = one.reason;
            return "now " + std::string(to_string(one.state));
          },
          [](const command::Lost& one) { return "lost " + std::to_string(one.count); },
          [](const command::Reset& one) { return "reset " + protocol::to_string(one.cursor); }},
      command);
}

Lines SessionTest::step(const Input& input) {
  Lines lines;
  bool stores = false;
  for (Command& command : session().step(input, now_)) {
    stores = stores || std::holds_alternative<command::Store>(command);
    lines.push_back(show(command));
  }
  if (!stores) return lines;
  for (std::string& line : step(input::Stored{storage_works_})) lines.push_back(std::move(line));
  return lines;
}

Lines SessionTest::text(Attempt attempt, const std::string& message) {
  return step(input::Message{attempt, message, base::WallTime{}});
}

Lines SessionTest::answer(Attempt attempt, const Answer& answer) {
  protocol::Synced synced;
  synced.cursor = {answer.epoch, answer.cursor};
  synced.head = {answer.epoch, answer.head};
  for (const std::uint64_t seq : answer.events) synced.events.push_back({make_event(seq), 0});
  for (const std::uint64_t seq : answer.too_large) {
    protocol::SyncedEntry entry;
    entry.event.seq = seq;
    entry.too_large_bytes = 30'000;
    synced.events.push_back(entry);
  }
  synced.more = answer.more;
  synced.reset = answer.reset;
  synced.lost = answer.lost;
  return text(attempt, protocol::encode(synced));
}

Lines SessionTest::event(Attempt attempt, std::uint64_t seq, const std::string& epoch) {
  return text(attempt, protocol::encode(protocol::LiveEvent{epoch, make_event(seq)}));
}

Lines SessionTest::finish(std::uint64_t seq, std::vector<protocol::FailedReport> failed) {
  const auto found = std::find_if(running_.begin(), running_.end(),
                                  [&](const auto& one) { return one.first == seq; });
  if (found == running_.end()) {
    ADD_FAILURE() << "event " << seq << " does not run";
    return {};
  }
  const Ticket ticket = found->second;
  running_.erase(found);
  return step(input::Finished{ticket, std::move(failed)});
}

base::Duration SessionTest::until_deadline() const {
  const auto deadline = session_->deadline();
  EXPECT_TRUE(deadline.has_value());
  return deadline.value_or(now_) - now_;
}

Lines SessionTest::pass(base::Duration time) {
  const base::Instant end = now_ + time;
  Lines lines;
  for (int steps = 0;; ++steps) {
    const auto deadline = session().deadline();
    if (!deadline || *deadline > end) break;
    EXPECT_GT(*deadline, now_) << "a deadline that is not in the future";
    now_ = *deadline;
    for (std::string& line : step(input::Timer{})) lines.push_back(std::move(line));
    if (steps > 10'000) {
      ADD_FAILURE() << "the session wakes up without end";
      break;
    }
  }
  now_ = end;
  return lines;
}

void SessionTest::go_online() {
  start();
  opened(1);
  answer(1, {.cursor = 40, .head = 40});
  ASSERT_EQ(session().state(), State::kOnline);
}

}  // namespace beckon::agent
