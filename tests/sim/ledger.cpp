// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/ledger.h"

#include <algorithm>

#include "common/json/json.h"
#include "lambdas/backend/schema.h"
#include "lambdas/backend/stream_row.h"
#include "tests/sim/book.h"

namespace beckon::sim {
namespace {

namespace schema = lambdas::schema;
using lambdas::Item;

// A function may take this long between the clock and the table.
constexpr std::int64_t kFunctionMax_s = 31;

// How an invocation of a good event may end for good: by trouble that would have passed.
bool is_passing(std::string_view name) {
  for (const std::string_view one :
       {"Throttled", "Died", "Unavailable", "throttled", "no answer"}) {
    if (name == one) return true;
  }
  return false;
}

std::string text_of(const Item& row, const char* name) {
  return std::string(lambdas::string_of(row, name).value_or(""));
}

std::string place(const std::string& user, const Stream& stream, std::uint64_t seq) {
  return "the stream of " + user + " at " + stream.epoch + ":" + std::to_string(seq);
}

}  // namespace

bool Entry::is_for(std::string_view device) const {
  if (!post->sender.empty() && post->sender == device) return false;
  return post->devices.empty() || std::ranges::find(post->devices, device) != post->devices.end();
}

Post& Ledger::add_post() {
  posts_.emplace_back();
  posts_.back().number = posts_.size() - 1;
  return posts_.back();
}

const Stream& Ledger::stream(const std::string& user) const {
  static const Stream kNone;
  const auto found = streams_.find(user);
  return found == streams_.end() ? kNone : found->second;
}

const Stream* Ledger::stream(const std::string& user, const std::string& epoch) const {
  const Stream& now = stream(user);
  if (now.epoch == epoch) return &now;
  const auto found = past_.find({user, epoch});
  return found == past_.end() ? nullptr : &found->second;
}

void Ledger::restored(const std::string& user, const std::string& epoch, std::uint64_t head) {
  for (auto& [seq, entry] : streams_[user].entries) {
    posts_[entry.post->number].lost_by_restore = true;
  }
  for (const auto& [device, book] : books_) {
    if (book->user() == user) book->gone_after(epoch, head);
  }
  Stream& stream = streams_[user];
  past_[{user, stream.epoch}] = std::move(stream);
  stream = Stream{epoch, true, head, {}};
}

void Ledger::committed(const std::string& table, const Item& row) {
  context_.trace.line(context_.now(), "stored", table, text_of(row, schema::kSk),
                      text_of(row, schema::kCursor));
  if (table == "devices") {
    const auto book = books_.find(text_of(row, schema::kDeviceId));
    const std::string cursor = text_of(row, schema::kCursor);
    if (book != books_.end() && !cursor.empty()) book->second->acknowledged(cursor);
    return;
  }
  if (table != "streams") return;
  const std::string user = text_of(row, schema::kUserId);
  const std::string sk = text_of(row, schema::kSk);
  if (sk == schema::kHeadKey) {
    Stream& stream = streams_[user];
    if (stream.epoch.empty()) stream.epoch = text_of(row, schema::kEpoch);
    if (stream.epoch != text_of(row, schema::kEpoch)) {
      context_.broken("epoch", "expected the epoch " + stream.epoch + " of " + user +
                                   " to stay, got " + text_of(row, schema::kEpoch));
    }
    return;
  }
  if (!sk.starts_with("seq#")) return;
  if (row.contains(schema::kSupersededBy)) return superseded(user, row);
  last_stored_ = context_.now();
  stored(user, row);
}

void Ledger::stored(const std::string& user, const Item& row) {
  const auto event = lambdas::read_event_row(row);
  const auto data = json::parse(event ? event->event.data : "");
  const auto number = data ? (*data)["n"].integer() : std::nullopt;
  if (!number || *number < 0 || static_cast<std::size_t>(*number) >= posts_.size()) {
    return context_.broken("stored", "expected a posted event in the stream of " + user + ", got " +
                                         text_of(row, schema::kData));
  }
  Post& post = posts_[static_cast<std::size_t>(*number)];
  Stream& stream = streams_[user];
  const std::uint64_t seq = event->event.seq;
  if (stream.epoch != event->epoch || seq != stream.head + 1) {
    return context_.broken("no-holes", "expected the next event of " + user + " at " +
                                           stream.epoch + ":" + std::to_string(stream.head + 1) +
                                           ", got " + event->epoch + ":" + std::to_string(seq));
  }
  if (post.user != user || !post.must_fail.empty()) {
    return context_.broken("stored", place(user, stream, seq) + ": post " +
                                         std::to_string(post.number) + " does not belong there");
  }
  for (const auto& [other, entry] : stream.entries) {
    if (entry.post != &post && entry.event.id != event->event.id) continue;
    return context_.broken("stored-once", "expected post " + std::to_string(post.number) + " (" +
                                              event->event.id + ") once, got it at " +
                                              std::to_string(other) + " and at " +
                                              std::to_string(seq));
  }
  if (event->event.devices != post.devices || event->sender != post.sender) {
    return context_.broken("stored", place(user, stream, seq) + " is for others than was posted");
  }
  const protocol::Event& it = event->event;
  if (it.name != post.name || it.data != post.data || (!post.id.empty() && it.id != post.id)) {
    return context_.broken("as-posted", place(user, stream, seq) + ": expected " + post.id + " " +
                                            post.name + " " + post.data + ", got " + it.id + " " +
                                            it.name + " " + it.data);
  }
  const std::int64_t kept_s = event->expires_at_s - context_.wall_s();
  if (kept_s > post.ttl_s || kept_s < post.ttl_s - kFunctionMax_s) {
    return context_.broken("ttl", place(user, stream, seq) + ": expected it to be kept for " +
                                      std::to_string(post.ttl_s) + " s, got " +
                                      std::to_string(kept_s));
  }
  post.stored = true;
  post.lost_by_restore = false;
  stream.head = seq;
  stream.entries[seq] = Entry{seq, &post, event->event, event->expires_at_s, 0};
}

void Ledger::superseded(const std::string& user, const Item& row) {
  Stream& stream = streams_[user];
  const auto seq = static_cast<std::uint64_t>(lambdas::integer_of(row, schema::kSeq).value_or(0));
  const auto by =
      static_cast<std::uint64_t>(lambdas::integer_of(row, schema::kSupersededBy).value_or(0));
  const auto old = stream.entries.find(seq);
  const auto fresh = stream.entries.find(by);
  const bool known = old != stream.entries.end() && fresh != stream.entries.end() && by > seq;
  if (!known || old->second.post->collapse.empty() ||
      old->second.post->collapse != fresh->second.post->collapse) {
    return context_.broken("collapse", place(user, stream, seq) + " may not be superseded by " +
                                           std::to_string(by) +
                                           ": expected a later event with the same collapse key");
  }
  for (const auto& [device, book] : books_) {
    if (book->user() != user || !old->second.is_for(device) || fresh->second.is_for(device)) {
      continue;
    }
    return context_.broken("collapse", place(user, stream, seq) + " may not be superseded by " +
                                           std::to_string(by) + ", which is not for " + device);
  }
  old->second.superseded_by = by;
}

void Ledger::check_posts() {
  for (const Post& post : posts_) {
    const std::string name = "post " + std::to_string(post.number) + " of " + post.user;
    if (!post.must_fail.empty()) {
      if (post.dead_letter == post.must_fail || is_passing(post.dead_letter)) continue;
      return context_.broken("dead-letters", name + ": expected the dead letter \"" +
                                                 post.must_fail + "\", got \"" + post.dead_letter +
                                                 "\"");
    }
    if (post.promised && !post.stored) {
      return context_.broken("promised", name + ": expected it in the stream, as `sent` said");
    }
    if (!post.dead_letter.empty() && !is_passing(post.dead_letter)) {
      return context_.broken("dead-letters", name + ": expected a passing trouble's name, got \"" +
                                                 post.dead_letter + "\"");
    }
    if (!post.stored && !post.in_doubt && post.dead_letter.empty()) {
      return context_.broken("stored-once", name +
                                                ": expected it in the stream or in the dead "
                                                "letters, got it nowhere");
    }
  }
}

void Ledger::check_rows(tests::MemoryDatabase& memory) {
  const std::int64_t now_s = context_.wall_s();
  for (const auto& [user, stream] : streams_) {
    const auto head = memory.rows("streams").find({user, schema::kHeadKey});
    const std::int64_t seq = head == memory.rows("streams").end()
                                 ? -1
                                 : lambdas::integer_of(head->second, schema::kSeq).value_or(-1);
    if (seq != static_cast<std::int64_t>(stream.head)) {
      return context_.broken(
          "no-holes", place(user, stream, stream.head) + ": the head says " + std::to_string(seq));
    }
    for (const auto& [number, entry] : stream.entries) {
      if (entry.expires_at_s <= now_s) continue;
      const auto row = memory.rows("streams").find({user, schema::seq_key(number)});
      if (row != memory.rows("streams").end()) continue;
      return context_.broken("no-holes", place(user, stream, number) + ": expected its row");
    }
  }
}

}  // namespace beckon::sim
