// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/world.h"

#include <algorithm>
#include <utility>

#include "lambdas/backend/schema.h"

namespace beckon::sim {
namespace {

constexpr base::Duration kStretch = 10min;  // troubles of devices are planned for so long

// How long after the last trouble everybody must be online and have everything: an action ends, a
// dead link is found out at a heartbeat, a refused or throttled device waits its minutes; then one
// attempt, one answer, and what syncs and writes still wait for. With the usual timing: 20 min 40
// s.
base::Duration progress_max(const agent::Timing& timing) {
  const base::Duration wait = std::max(timing.refused_delay * 3 / 2, timing.throttled_cap);
  return kActionMax + timing.heartbeat + timing.heartbeat_spread + timing.answer_timeout +
         timing.connect_timeout + wait + timing.backoff_cap * 2 + 2min + 20s;
}

constexpr base::Duration kTakeoverAfter = 4min;
constexpr base::Duration kTakeoverMax = 20s;  // from an open link to the end of its first sync
constexpr base::Duration kLiveMax = 5s;       // posted, then handled and acknowledged
constexpr int kLivePosts = 4;                 // at once: they overtake each other
constexpr base::Duration kQuietFor = 40min;
constexpr std::uint64_t kQuietFramesMax = 12;  // of a device: heartbeats and one renewal

}  // namespace

World::World(std::uint64_t seed, bool print)
    : context_(seed, print),
      ledger_(context_),
      tables_(context_, ledger_),
      functions_(context_, tables_),
      gateway_(context_, functions_),
      operator_(context_, functions_, ledger_) {
  functions_.set_connections(gateway_);
  gateway_.set_meanwhile(
      [this](const std::string& user) { operator_.post_soon(user, names_[user]); });
}

void World::populate() {
  for (std::size_t i = 0; i < context_.profile.users; ++i) {
    users_.push_back("user" + std::to_string(i));
    std::vector<std::string>& names = names_[users_.back()];
    const std::uint64_t count = context_.dice.from(1, context_.profile.devices_max);
    for (std::size_t k = 0; k < count; ++k) {
      names.push_back("d" + std::to_string(i) + std::to_string(k));
      devices_.push_back(
          std::make_unique<Device>(context_, gateway_, ledger_, users_.back(), names.back()));
      Device& device = *devices_.back();
      ledger_.add_book(device.name(), device.book());
      context_.schedule.after(context_.dice.between(0ms, 20s), [&device] { device.boot(); });
    }
    operator_.plan(users_.back(), names, context_.profile.faults_last);
  }
}

// What may happen to devices and rows in the next minutes.
void World::plan_stretch() {
  if (context_.calm) return;
  for (const auto& device : devices_) {
    device->check_link();
    device->plan_troubles(kStretch);
  }
  if (context_.strikes(Trouble::kRowsExpire)) {
    context_.schedule.after(context_.dice.between(0ms, kStretch), [this] {
      for (const char* table : {"connections", "streams", "devices"}) {
        tables_.memory().remove_expired(table, context_.wall_s());
      }
    });
  }
  context_.schedule.after(kStretch, [this] { plan_stretch(); });
}

void World::plan_restore() {
  if (!context_.strikes(Trouble::kRestored)) return;
  const base::Duration backup_at = context_.dice.between(0ms, context_.profile.faults_last);
  const base::Duration restore_at = context_.dice.between(backup_at, context_.profile.faults_last);
  context_.schedule.after(backup_at, [this, restore_at, backup_at] {
    context_.schedule.after(restore_at - backup_at,
                            [this, backup = tables_.memory().rows("streams")] { restore(backup); });
  });
}

// With new epochs, as if every stream was made anew: the harder case for devices. What the backup
// held is lost with it; docs/OPERATING.md has the way that keeps it.
void World::restore(const tests::MemoryDatabase::Rows& backup) {
  if (context_.calm) return;
  namespace schema = lambdas::schema;
  tests::MemoryDatabase::Rows& rows = tables_.memory().rows("streams");
  rows = backup;
  tables_.settle();
  for (const std::string& user : users_) {
    const auto head = rows.find({user, schema::kHeadKey});
    if (head == rows.end()) {
      ledger_.restored(user, "", 0);
      continue;
    }
    const std::string epoch = "restored" + std::to_string(context_.dice.below(1000));
    head->second[schema::kEpoch] = epoch;
    const auto seq = lambdas::integer_of(head->second, schema::kSeq).value_or(0);
    ledger_.restored(user, epoch, static_cast<std::uint64_t>(seq));
    context_.trace.line(context_.now(), "restored", user, epoch, seq);
  }
}

void World::troubles() {
  plan_restore();
  plan_stretch();
  context_.schedule.run_until(context_.now() + context_.profile.faults_last);
}

void World::calm() {
  context_.trace.line(context_.now(), "calm");
  context_.calm = true;
  context_.calm_since = context_.now();
  for (const auto& device : devices_) device->calm_down();
  if (context_.schedule.stopped()) return;
  const base::Duration within = progress_max(agent::Timing{});
  context_.schedule.run_until(context_.calm_since + kTakeoverAfter);
  check_takeover();
  context_.schedule.run_until(context_.calm_since + within);
  check_caught_up("progress", within);
  context_.settled = true;
}

void World::check_caught_up(const char* invariant, base::Duration within) {
  // What EventBridge repeats late is new to a table that was restored: it has its time, as any
  // post.
  while (!context_.schedule.stopped() && context_.now() - ledger_.last_stored() < kLiveMax) {
    context_.schedule.run_until(ledger_.last_stored() + kLiveMax);
  }
  // Who breaks its link before it makes the next one is not online for a moment.
  if (!std::ranges::all_of(devices_, [](const auto& device) { return device->online(); })) {
    context_.schedule.run_until(context_.now() + kTakeoverMax);
  }
  if (context_.schedule.exhausted()) {
    return context_.broken("in-circles",
                           "expected at most " + std::to_string(Schedule::kTasksMax) + " steps");
  }
  const std::string when = " " + std::to_string(within.count() / 1000) + " s after ";
  for (const auto& device : devices_) {
    if (!device->online()) {
      return context_.broken(invariant, device->name() + ": expected it online" + when +
                                            "the last trouble, got " +
                                            std::string(device->state()));
    }
    const std::string behind = device->book().behind();
    if (!behind.empty()) return context_.broken(invariant, behind + when + "it could be");
  }
}

// A first sync ends the device's older connections, also those that nobody else would miss (P-16).
void World::check_takeover() {
  // What could not be closed in time is left to the gateway's limits.
  const bool all_closed = context_.profile.per_10000(Trouble::kCloseFails) == 0;
  if (context_.schedule.stopped() || !all_closed) return;
  for (const auto& device : devices_) {
    const auto since = device->linked_since();
    if (!device->online() || !since || *since < context_.calm_since ||
        context_.now() - *since < kTakeoverMax) {
      continue;
    }
    const std::size_t open = gateway_.served_links_of(device->name());
    if (open == 1) continue;
    return context_.broken("takeover", device->name() + ": expected its new link to end the " +
                                           "others, got " + std::to_string(open) + " open");
  }
}

// A post reaches everybody through the open connections: nobody waits for a heartbeat.
void World::check_live() {
  if (context_.schedule.stopped()) return;
  for (const std::string& user : users_) {
    for (int i = 0; i < kLivePosts; ++i) operator_.post_plain(user);
  }
  context_.schedule.run_until(context_.now() + kLiveMax);
  check_caught_up("live", kLiveMax);
}

// The tables and the gateway know of one connection for each device: its own.
void World::check_presence() {
  if (context_.schedule.stopped()) return;
  namespace schema = lambdas::schema;
  for (const auto& device : devices_) {
    const std::vector<std::string> own = device->connection_ids();
    if (own != gateway_.open_links_of(device->name())) {
      return context_.broken("one-connection", device->name() + ": expected the gateway to hold " +
                                                   "its one connection and no other");
    }
    std::vector<std::string> rows;
    for (const auto& [key, row] : tables_.memory().rows("connections")) {
      const bool expired = lambdas::integer_of(row, schema::kExpiresAt) <= context_.wall_s();
      if (!expired && lambdas::string_of(row, schema::kDeviceId) == device->name()) {
        rows.push_back(key.second);
      }
    }
    if (own != rows) {
      return context_.broken("presence", device->name() + ": expected the row of its connection " +
                                             own.front() + " alone, got " +
                                             std::to_string(rows.size()));
    }
  }
}

// A device with nothing to do says so rarely.
void World::check_quiet() {
  if (context_.schedule.stopped()) return;
  std::vector<std::uint64_t> before;
  for (const auto& device : devices_) before.push_back(device->frames_sent());
  context_.schedule.run_until(context_.now() + kQuietFor);
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const std::uint64_t frames = devices_[i]->frames_sent() - before[i];
    if (frames <= kQuietFramesMax && frames > 0) continue;
    return context_.broken(
        "quiet", devices_[i]->name() + ": expected 1 to " + std::to_string(kQuietFramesMax) +
                     " frames in 40 idle minutes, got " + std::to_string(frames));
  }
}

void World::sum_up() {
  for (const char* table : {"connections", "devices", "streams"}) {
    for (const auto& [key, row] : tables_.memory().rows(table)) {
      for (const auto& [name, value] : row) {
        const auto* text = std::get_if<std::string>(&value);
        const auto* number = std::get_if<lambdas::Number>(&value);
        context_.trace.digest().add(name);
        context_.trace.digest().add(text != nullptr     ? *text
                                    : number != nullptr ? number->text
                                                        : std::string("bool"));
      }
    }
  }
}

Result World::run() {
  populate();
  troubles();
  calm();
  check_live();
  check_presence();
  check_quiet();
  if (!context_.schedule.stopped()) check_caught_up("quiet", kQuietFor);
  if (!context_.schedule.stopped()) ledger_.check_posts();
  if (!context_.schedule.stopped()) ledger_.check_rows(tables_.memory());
  for (const auto& device : devices_) {
    if (!context_.schedule.stopped()) device->book().check_told();
    if (!context_.schedule.stopped()) device->book().check_reports(tables_.memory());
  }
  sum_up();
  Result result{context_.verdict, context_.trace.digest().value(), context_.schedule.tasks_run(), 0,
                0};
  for (const auto& device : devices_) {
    result.dispatches += device->book().dispatches();
    result.frames += device->frames_sent();
  }
  return result;
}

}  // namespace beckon::sim
