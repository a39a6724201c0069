// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/book.h"

#include <algorithm>

#include "lambdas/backend/schema.h"

namespace beckon::sim {
namespace {

std::uint64_t number_of(const lambdas::Item& row, const char* attribute) {
  return static_cast<std::uint64_t>(lambdas::integer_of(row, attribute).value_or(0));
}

}  // namespace

std::string DeviceBook::name(std::uint64_t seq) const {
  return "event " + std::to_string(seq) + " of " + traits_.device;
}

// As `synced` would carry it, alone.
bool DeviceBook::fits(const Entry& entry, std::size_t max_bytes) const {
  const Stream& stream = ledger_.stream(traits_.user);
  protocol::Synced empty;
  empty.head = {stream.epoch, stream.head};
  empty.cursor = empty.head;
  empty.lost = stream.head;
  empty.reset = true;
  protocol::Event event = entry.event;
  event.devices.clear();
  return protocol::encode(empty).size() + protocol::encode(protocol::SyncedEntry{event, 0}).size() +
             1 <=
         max_bytes;
}

// Need not be dispatched any more.
bool DeviceBook::excused(const Entry& entry) const {
  return entry.superseded_by != 0 || !surely_fits(entry) || entry.expires_at_s <= context_.wall_s();
}

void DeviceBook::reconfigured(std::size_t max_bytes, std::size_t concurrency) {
  traits_.max_bytes_min = std::min(traits_.max_bytes_min, max_bytes);
  traits_.max_bytes_max = std::max(traits_.max_bytes_max, max_bytes);
  traits_.concurrency = concurrency;
}

void DeviceBook::gone_after(const std::string& epoch, std::uint64_t seq) {
  const bool was_ahead = acknowledged_ && acknowledged_->epoch == epoch && acknowledged_->seq > seq;
  if (was_ahead) acknowledged_.reset();
  went_back_.insert(epoch);
  for (std::set<Place>* places : {&finished_, &failed_, &due_}) {
    std::erase_if(*places,
                  [&](const Place& place) { return place.first == epoch && place.second > seq; });
  }
}

void DeviceBook::booted(const std::optional<protocol::Cursor>& stored) {
  run_ = Run{};
  if (!stored) return reports_lost();
  run_.positioned = true;
  run_.epoch = stored->epoch;
  run_.start = run_.last = stored->seq;
}

void DeviceBook::based(const protocol::Cursor& base, std::uint64_t lost_before) {
  const Stream& stream = ledger_.stream(traits_.user);
  if (run_.positioned && run_.epoch == base.epoch && !went_back_.contains(base.epoch)) {
    return context_.broken("exactly-once",
                           traits_.device + ": expected one reset for an epoch, got " +
                               protocol::to_string(base) + " after " + std::to_string(run_.last));
  }
  run_ = Run{};
  run_.positioned = true;
  run_.epoch = base.epoch;
  run_.start = run_.last = base.seq;
  run_.lost_before = lost_before;
  best_[base.epoch] = std::max(best_[base.epoch], base.seq);
  if (base.epoch != stream.epoch) return;  // of before a restore: the next answer tells
  const auto floor = floors_.try_emplace(base.epoch, 0).first->second;
  for (const auto& [seq, entry] : stream.entries) {
    if (seq <= floor || seq > base.seq || !entry.is_for(traits_.device)) continue;
    if (finished_.contains({base.epoch, seq}) || excused(entry)) continue;
    return context_.broken("nothing-missing", name(seq) +
                                                  ": expected it to be dispatched, but the "
                                                  "device began at " +
                                                  protocol::to_string(base));
  }
}

// Everything after run_.last and before or at `up_to` was passed over: was that right?
void DeviceBook::pass(std::uint64_t up_to) {
  const Stream& stream = ledger_.stream(traits_.user);
  if (run_.epoch == stream.epoch) {
    for (auto one = stream.entries.upper_bound(run_.last);
         one != stream.entries.end() && one->first <= up_to; ++one) {
      const Entry& entry = one->second;
      if (!entry.is_for(traits_.device)) continue;
      if (!excused(entry)) {
        return context_.broken("nothing-missing", name(one->first) +
                                                      ": expected it to be dispatched, got " +
                                                      std::to_string(up_to) + " without it");
      }
      const bool expired = entry.expires_at_s <= context_.wall_s();
      if (!surely_fits(entry)) failed_.insert({run_.epoch, one->first});
      if (entry.superseded_by != 0) continue;
      // It may have expired since: whether it was lost or too large then, nobody can tell.
      if (never_fits(entry) && !expired) run_.failed.insert(one->first);
      if (surely_fits(entry)) expired_.insert({run_.epoch, one->first});
    }
    if (expired_.size() > lost_told_) {
      return context_.broken("told", traits_.device + ": expected to be told of " +
                                         std::to_string(expired_.size()) + " lost events, got " +
                                         std::to_string(lost_told_));
    }
  }
  run_.last = std::max(run_.last, up_to);
}

void DeviceBook::dispatched(const std::string& epoch, const protocol::Event& event) {
  context_.trace.line(context_.now(), "dispatched", traits_.device, event.seq, event.id);
  ++dispatches_;
  const Stream* stream = ledger_.stream(traits_.user, epoch);
  if (!run_.positioned || epoch != run_.epoch) {
    return context_.broken("in-order", name(event.seq) + ": expected one of the epoch " +
                                           run_.epoch + ", got " + epoch);
  }
  if (event.seq <= run_.last) {
    return context_.broken("exactly-once", name(event.seq) + ": expected one after " +
                                               std::to_string(run_.last) + " (started at " +
                                               std::to_string(run_.start) + ")");
  }
  const Entry* entry = stream == nullptr ? nullptr : stream->find(event.seq);
  if (entry == nullptr || !entry->is_for(traits_.device)) {
    return context_.broken("meant-for-it", name(event.seq) + ": expected only what is for it");
  }
  const protocol::Event& truth = entry->event;
  if (truth.id != event.id || truth.name != event.name || truth.data != event.data ||
      truth.time != event.time) {
    return context_.broken("as-posted", name(event.seq) + ": expected " + truth.id + " " +
                                            truth.name + ", got " + event.id + " " + event.name +
                                            " " + event.data);
  }
  pass(event.seq - 1);
  run_.last = event.seq;
  run_.unfinished.insert(event.seq);
  run_.begun.insert(event.seq);
  if (run_.unfinished.size() <= traits_.concurrency) return;
  context_.broken("concurrency", name(event.seq) + ": expected at most " +
                                     std::to_string(traits_.concurrency) +
                                     " events under way, got one more");
}

void DeviceBook::action_failed(const std::string& epoch, std::uint64_t seq) {
  failed_.insert({epoch, seq});
  if (epoch == run_.epoch) run_.failed.insert(seq);
}

void DeviceBook::finished(const std::string& epoch, std::uint64_t seq) {
  finished_.insert({epoch, seq});
  if (epoch == run_.epoch) run_.unfinished.erase(seq);
}

std::uint64_t DeviceBook::newest_handled(const protocol::Cursor& cursor) const {
  if (cursor.epoch != run_.epoch) return 0;
  const auto after = run_.begun.upper_bound(cursor.seq);
  return after == run_.begun.begin() ? 0 : *std::prev(after);
}

void DeviceBook::stored(const protocol::Cursor& cursor) {
  context_.trace.line(context_.now(), "kept", traits_.device, protocol::to_string(cursor));
  if (!run_.positioned || cursor.epoch != run_.epoch || cursor.seq < run_.start) {
    return context_.broken("stored-cursor", traits_.device + ": expected a cursor of " +
                                                run_.epoch + " from " + std::to_string(run_.start) +
                                                " on, got " + protocol::to_string(cursor));
  }
  best_[cursor.epoch] = std::max(best_[cursor.epoch], cursor.seq);
  if (!run_.unfinished.empty() && *run_.unfinished.begin() <= cursor.seq) {
    return context_.broken("finished-first", name(*run_.unfinished.begin()) +
                                                 " is not finished, but the device stored " +
                                                 protocol::to_string(cursor));
  }
  if (cursor.seq > run_.last) pass(cursor.seq);
  for (const std::uint64_t seq : run_.failed) {
    if (seq <= cursor.seq) due_.insert({run_.epoch, seq});
  }
}

void DeviceBook::acknowledged(const std::string& cursor_text) {
  const auto cursor = protocol::parse_cursor(cursor_text);
  if (!cursor) return context_.broken("acknowledged", cursor.error().message);
  if (acknowledged_ == *cursor) return;
  if (acknowledged_ && acknowledged_->epoch == cursor->epoch && cursor->seq < acknowledged_->seq) {
    return context_.broken("cursor-forward", traits_.device +
                                                 ": expected the backend's cursor not "
                                                 "to go back from " +
                                                 protocol::to_string(*acknowledged_) + ", got " +
                                                 cursor_text);
  }
  const bool is_new = !acknowledged_;
  acknowledged_ = *cursor;
  const Stream& stream = ledger_.stream(traits_.user);
  // What was under way when the table was restored.
  if (cursor->epoch != stream.epoch && stream.restored) return;
  if (cursor->epoch != stream.epoch || cursor->seq > stream.head) {
    return context_.broken("acknowledged", traits_.device + ": expected a cursor up to " +
                                               stream.epoch + ":" + std::to_string(stream.head) +
                                               ", got " + cursor_text);
  }
  const auto best = best_.find(cursor->epoch);
  if (best == best_.end() && is_new) {
    // It begins here; the backend remembers it before the device knows.
    floors_.try_emplace(cursor->epoch, cursor->seq);
    return;
  }
  const std::uint64_t known = best == best_.end() ? 0 : best->second;
  if (cursor->seq > std::max(known, floors_[cursor->epoch])) {
    return context_.broken("stored-first",
                           traits_.device + ": expected at most " + std::to_string(known) +
                               ", which it has stored, to be acknowledged, got " + cursor_text);
  }
}

// What never reached this device's dispatcher is not taken for handled.
void DeviceBook::check_passed(const std::set<std::uint64_t>& passed) {
  const Stream& stream = ledger_.stream(traits_.user);
  const auto floor = floors_.find(stream.epoch);
  if (!acknowledged_ || acknowledged_->epoch != stream.epoch) return;
  for (const auto& [seq, entry] : stream.entries) {
    if (floor == floors_.end() || seq <= floor->second || seq > acknowledged_->seq) continue;
    const Place place{stream.epoch, seq};
    if (!entry.is_for(traits_.device) || finished_.contains(place) || failed_.contains(place) ||
        passed.contains(seq)) {
      continue;
    }
    return context_.broken("receipts", name(seq) + ": it never came, and nothing says so");
  }
}

std::string DeviceBook::behind() const {
  const Stream& stream = ledger_.stream(traits_.user);
  const auto floor = floors_.find(stream.epoch);
  const std::uint64_t after = floor == floors_.end() ? 0 : floor->second;
  std::uint64_t last = 0;
  for (auto one = stream.entries.upper_bound(after); one != stream.entries.end(); ++one) {
    const Entry& entry = one->second;
    if (!entry.is_for(traits_.device)) continue;
    const bool done = finished_.contains({stream.epoch, one->first});
    if (!done && !excused(entry)) return name(one->first) + " is not handled";
    if (done) last = one->first;
  }
  const bool known = acknowledged_ && acknowledged_->epoch == stream.epoch;
  if (last > 0 && (!known || acknowledged_->seq < last)) {
    return name(last) + " is handled but not acknowledged";
  }
  return "";
}

void DeviceBook::check_told() const {
  const Stream& stream = ledger_.stream(traits_.user);
  if (run_.epoch != stream.epoch || went_back_.contains(run_.epoch)) return;
  std::uint64_t passed = run_.lost_before;
  for (const auto& [seq, entry] : stream.entries) {  // whom it was for is forgotten with the row
    if (seq > run_.start && !run_.begun.contains(seq)) ++passed;
  }
  if (run_.lost_told <= passed) return;
  context_.broken("told", traits_.device + ": expected to be told of at most " +
                              std::to_string(passed) + " lost events, got " +
                              std::to_string(run_.lost_told));
}

void DeviceBook::check_reports(tests::MemoryDatabase& memory) {
  namespace schema = lambdas::schema;
  const Stream& stream = ledger_.stream(traits_.user);
  std::set<std::uint64_t> reported;
  std::set<std::uint64_t> passed;
  for (const auto& [key, row] : memory.rows("streams")) {
    const bool is_passed = key.second.starts_with("passed#");
    if (key.first != traits_.user || !(is_passed || key.second.starts_with("failed#"))) continue;
    if (lambdas::string_of(row, schema::kDeviceId) != traits_.device) continue;
    const std::string epoch(lambdas::string_of(row, schema::kEpoch).value_or(""));
    const auto seq = number_of(row, schema::kSeq);
    if (is_passed) {
      if (epoch != stream.epoch) continue;
      for (auto one = number_of(row, schema::kFirstSeq); one <= seq; ++one) passed.insert(one);
      continue;
    }
    if (epoch == stream.epoch) reported.insert(seq);
    if (failed_.contains({epoch, seq})) continue;
    return context_.broken("receipts", name(seq) + ": reported as failed, but no action failed");
  }
  check_passed(passed);
  if (run_.epoch == stream.epoch) {
    for (const std::uint64_t seq : run_.failed) due_.insert({run_.epoch, seq});
  }
  for (const auto& [epoch, seq] : due_) {
    if (epoch != stream.epoch || reported.contains(seq)) continue;
    return context_.broken("receipts", name(seq) + ": an action failed, and nothing says so");
  }
}

}  // namespace beckon::sim
