// SPDX-License-Identifier: Apache-2.0
// A device's ports: its network, its storage, its clock. After power_lost_ none of them has an
// effect any more, though the agent's step still runs to its end.
#include <algorithm>
#include <utility>

#include "common/json/json.h"
#include "tests/sim/device.h"

namespace beckon::sim {
namespace {

// From when the gateway has lost a link until an online device must know: P-13, P-14.
base::Duration ghost_max(const agent::Timing& timing) {
  return timing.heartbeat + timing.heartbeat_spread + timing.answer_timeout + 1min;
}

constexpr std::string_view kCursorKey = "cursor";

}  // namespace

std::optional<agent::Attempt> Device::attempt_of(LinkId link) const {
  const auto found =
      std::ranges::find_if(links_, [&](const auto& one) { return one.second == link; });
  if (found == links_.end()) return std::nullopt;
  return found->first;
}

void Device::link_opened(LinkId link) {
  const auto attempt = attempt_of(link);
  if (!attempt) return;
  open_[*attempt] = link;
  enter([&](agent::Agent& agent) { agent.opened(*attempt); });
}

void Device::link_refused(LinkId link, int http_status) {
  const auto attempt = attempt_of(link);
  if (!attempt) return;
  links_.erase(*attempt);
  enter([&](agent::Agent& agent) { agent.failed(*attempt, http_status, "refused"); });
}

void Device::link_closed(LinkId link, std::uint16_t code) {
  const auto attempt = attempt_of(link);
  if (!attempt) return;
  links_.erase(*attempt);
  if (open_.erase(*attempt) != 0) {
    enter([&](agent::Agent& agent) { agent.closed(*attempt, code, ""); });
  } else {
    enter([&](agent::Agent& agent) { agent.failed(*attempt, 0, "closed"); });
  }
}

void Device::link_message(LinkId link, std::string_view text) {
  const auto attempt = attempt_of(link);
  if (!attempt || !open_.contains(*attempt)) return;
  if (text.size() > frame_bytes_max_) {
    return enter([&](agent::Agent& agent) { agent.oversized(*attempt); });
  }
  if (!book_.has_base()) first_answer(text);
  if (text.starts_with("{\"message\":")) expect_another_try(*attempt);
  if (text.starts_with("{\"type\":\"event\"")) expect_taken(*attempt, text);
  enter([&](agent::Agent& agent) { agent.message(*attempt, text); });
}

// The gateway's own frame says that the sync in flight has failed (P-26).
void Device::expect_another_try(agent::Attempt attempt) {
  const base::Duration longest = options_.timing.backoff_cap + 5s;
  context_.schedule.after(
      longest, [this, attempt, longest, process = process_, sent = frames_sent_] {
        const bool stays = process == process_ && open_.contains(attempt) && online();
        if (!stays || frames_sent_ > sent) return;
        context_.broken("asks-again", name_ + ": expected another sync within " +
                                          std::to_string(longest.count() / 1000) +
                                          " s of a failed one, got none");
      });
}

// What was pushed is taken or asked for, whatever was missing before it (P-24): no heartbeat is
// waited for. Whoever is too busy for it says so with the acknowledgement of what it was busy with.
void Device::expect_taken(agent::Attempt attempt, std::string_view text) {
  const auto message = protocol::decode_server_message(text);
  const auto* live = message ? std::get_if<protocol::LiveEvent>(&*message) : nullptr;
  if (live == nullptr || !online() || !book_.lacks(live->epoch, live->event.seq)) return;
  const base::Duration longest = kActionMax * 2 + options_.timing.backoff_cap + 5s;
  context_.schedule.after(longest, [this, attempt, longest, process = process_, sent = frames_sent_,
                                    epoch = live->epoch, seq = live->event.seq] {
    const bool stays = process == process_ && open_.contains(attempt) && online();
    if (!stays || frames_sent_ > sent || !book_.lacks(epoch, seq)) return;
    context_.broken("takes-or-asks", name_ + ": expected it to take event " + std::to_string(seq) +
                                         " or to sync within " +
                                         std::to_string(longest.count() / 1000) +
                                         " s of its push, got neither");
  });
}

// Where a device without a cursor begins is what the server says.
void Device::first_answer(std::string_view text) {
  const auto message = protocol::decode_server_message(text);
  if (!message) return;
  const auto* synced = std::get_if<protocol::Synced>(&*message);
  if (synced == nullptr || !agent_ || agent_->state() == agent::State::kStopping) return;
  const std::uint64_t first =
      synced->events.empty() ? synced->cursor.seq + 1 : synced->events.front().event.seq;
  book_.based({synced->cursor.epoch, first - 1}, synced->lost);
}

void Device::connect(agent::Attempt attempt, const agent::Endpoint&) {
  if (dies_now()) return;
  if (!network_out_) {
    links_[attempt] = gateway_.connect(*this, user_, name_);
    return;
  }
  context_.schedule.after(5ms, [this, process = process_, attempt] {
    if (process != process_) return;
    enter([&](agent::Agent& agent) { agent.failed(attempt, 0, "no network"); });
  });
}

void Device::send(agent::Attempt attempt, std::string_view text) {
  if (dies_now()) return;
  ++frames_sent_;
  const auto link = open_.find(attempt);
  if (link == open_.end()) return;
  const auto frame = json::parse(text);
  said_[attempt] = frame ? (*frame)["cursor"].string_or("") : "";
  gateway_.send(link->second, text);
}

// What is handled and stored is acknowledged on a link that is there, or was heard on another: no
// heartbeat is waited for (P-12).
void Device::expect_acknowledgement(protocol::Cursor cursor) {
  cursor.seq = book_.newest_handled(cursor);
  if (cursor.seq == 0) return;
  const base::Duration longest = options_.timing.backoff_cap + 5s;
  context_.schedule.after(
      longest, [this, cursor, longest, process = process_, failed = failed_writes_] {
        // What comes after it waits for its storage, and this with it.
        if (failed != failed_writes_) return;
        if (process != process_ || !online() || book_.has_acknowledged(cursor)) return;
        for (const auto& [attempt, link] : open_) {
          const auto said = protocol::parse_cursor(said_[attempt]);
          if (said && (said->epoch != cursor.epoch || said->seq >= cursor.seq)) return;
        }
        context_.broken("acknowledges", name_ + ": expected it to acknowledge " +
                                            protocol::to_string(cursor) + " within " +
                                            std::to_string(longest.count() / 1000) +
                                            " s of storing that, got nothing");
      });
}

void Device::close(agent::Attempt attempt, std::uint16_t code) {
  if (dies_now()) return;
  const auto link = links_.find(attempt);
  if (link == links_.end()) return;
  gateway_.close(link->second, code);
  links_.erase(link);
  open_.erase(attempt);
}

base::Result<std::optional<std::string>> Device::get(std::string_view key) {
  const bool is_cursor = key == kCursorKey;
  if (is_cursor) loaded_.reset();
  if (context_.strikes(Trouble::kStorageUnreadable)) {
    book_.reports_lost();
    return base::fail(base::ErrorCode::kIo, "cannot be read");
  }
  const auto found = storage_.find(key);
  if (found == storage_.end()) return std::optional<std::string>();
  if (is_cursor) loaded_ = found->second;
  return std::optional(found->second);
}

void Device::hold(std::string_view key, std::string_view value) {
  storage_.insert_or_assign(std::string(key), std::string(value));
  context_.trace.line(context_.now(), "holds", name_, key, value);
  if (key != kCursorKey) return;
  if (const auto cursor = protocol::parse_cursor(value)) book_.stored(*cursor);
}

// Torn writes leave the old value or the new one, whole.
base::Status Device::put(std::string_view key, std::string_view value) {
  if (power_lost_) return base::fail(base::ErrorCode::kIo, "no power");
  const bool dies = dies_now();
  const bool fails = dies || context_.strikes(Trouble::kStorageFails);
  if (!fails || context_.dice.one_in(2)) hold(key, value);
  if (fails) {
    ++failed_writes_;
    return base::fail(base::ErrorCode::kIo, "the write failed");
  }
  if (key == kCursorKey) expect_acknowledgement(*protocol::parse_cursor(value));
  return {};
}

void Device::fill(std::span<std::uint8_t> out) {
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(context_.dice.below(256));
}

void Device::set_alarm(std::optional<base::Instant> at) {
  ++alarm_;
  if (!at || power_lost_) return;
  context_.schedule.at(*at, [this, alarm = alarm_] {
    if (alarm == alarm_) enter([](agent::Agent& agent) { agent.alarm(); });
  });
}

void Device::state_changed(agent::State state, std::string_view reason) {
  context_.trace.line(context_.now(), "state", name_, to_string(state));
  if (context_.settled && state == agent::State::kWaiting) {
    context_.broken("stays-online",
                    name_ + ": expected it to stay connected, got: " + std::string(reason));
  }
}

void Device::events_lost(std::uint64_t count) {
  context_.trace.line(context_.now(), "lost", name_, count);
  book_.lost(count);
}

void Device::stream_reset(const protocol::Cursor& start) {
  context_.trace.line(context_.now(), "reset", name_, protocol::to_string(start));
  book_.based(start);
}

void Device::write(base::LogLevel level, std::string_view module, std::string_view text) {
  const std::string_view severity = base::to_string(level);
  std::printf("          (%s: %.*s %.*s: %.*s)\n", name_.c_str(), static_cast<int>(severity.size()),
              severity.data(), static_cast<int>(module.size()), module.data(),
              static_cast<int>(text.size()), text.data());
}

void Device::check_link() {
  if (!online()) return;
  base::Instant last_end{};
  for (const auto& [attempt, link] : open_) {
    const Gateway::Side side = gateway_.side(link);
    if (side.open) return;
    last_end = std::max(last_end, side.ended_at);
  }
  if (context_.now() - last_end <= ghost_max(options_.timing)) return;
  context_.broken("online-is-true", name_ + ": expected it to know that its link ended at " +
                                        std::to_string(last_end.time_since_epoch().count()) +
                                        " ms, but it says online");
}

std::optional<base::Instant> Device::linked_since() const {
  if (open_.size() != 1) return std::nullopt;
  const Gateway::Side side = gateway_.side(open_.begin()->second);
  return side.open ? std::optional(side.opened_at) : std::nullopt;
}

std::vector<std::string> Device::connection_ids() const {
  std::vector<std::string> ids;
  for (const auto& [attempt, link] : open_) ids.push_back(gateway_.connection_id(link));
  return ids;
}

}  // namespace beckon::sim
