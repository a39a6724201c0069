// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/replay.h"

#include <algorithm>
#include <vector>

#include "lambdas/backend/retry.h"
#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

// The smallest event takes about this much of an answer; so many rows are worth reading at most.
constexpr std::size_t kEntryBytesMin = 96;
constexpr std::size_t kRowsMin = 8;
constexpr std::size_t kRowsMax = 256;

// Only the newest missing numbers can be appends that a reader does not see in full yet: one append
// follows another only after the head's row is written. Far more than can be under way.
constexpr std::size_t kHolesCheckedMax = 10;

// A stretch of the stream without a hole in knowledge: every number in (after, up_to] is either in
// `rows` or has no row.
struct Stretch {
  std::vector<StoredEvent> rows;  // by number
  std::uint64_t up_to = 0;
};

base::Result<Stretch> read_stretch(Host& host, const std::string& user_id, std::uint64_t after,
                                   const Head& head, std::size_t rows_max) {
  QueryRequest query;
  query.table = host.tables.streams;
  query.partition_key = schema::kUserId;
  query.partition_value = user_id;
  query.sort_key = schema::kSk;
  query.range.from = schema::seq_key(after + 1);
  query.range.to = schema::seq_key(head.seq);
  query.limit = static_cast<int>(rows_max);
  auto page = host.database.query(query);
  if (!page) return std::unexpected(page.error());
  Stretch stretch;
  stretch.up_to = head.seq;
  for (const Item& row : page->items) {
    auto stored = read_event_row(row);
    if (!stored) {
      return base::fail(ErrorCode::kInternal,
                        "streams: a row of user \"" + user_id + "\" has no seq");
    }
    if (!page->last_evaluated_key.empty()) stretch.up_to = stored->event.seq;
    // A row of an epoch before: the number has no event in this one.
    if (stored->epoch == head.epoch) stretch.rows.push_back(std::move(*stored));
  }
  // A page that ends without a row says nothing about what follows; DynamoDB sends none without a
  // filter, and the next sync asks from the same place.
  if (page->items.empty() && !page->last_evaluated_key.empty()) stretch.up_to = after;
  return stretch;
}

// The newest numbers in (after, up_to] that have no row, newest first.
std::vector<std::uint64_t> newest_holes(const Stretch& stretch, std::uint64_t after) {
  std::vector<std::uint64_t> holes;
  auto row = stretch.rows.rbegin();
  for (std::uint64_t seq = stretch.up_to; seq > after && holes.size() < kHolesCheckedMax; --seq) {
    if (row != stretch.rows.rend() && row->event.seq == seq) {
      ++row;
    } else {
      holes.push_back(seq);
    }
  }
  return holes;
}

// A transaction that changes nothing and fails if one of these rows is there after all, or is being
// written. A query cannot know: it may pass a number just before its row appears.
base::Result<bool> are_absent(Host& host, const std::string& user_id,
                              const std::vector<std::uint64_t>& holes, const Head& head) {
  std::vector<TransactWrite> checks;
  for (const std::uint64_t seq : holes) {
    TransactWrite check;
    check.kind = TransactWrite::Kind::kConditionCheck;
    check.table = host.tables.streams;
    check.key = stream_key(user_id, schema::seq_key(seq));
    check.condition = {{{{schema::kSk, Term::Op::kNotExists, false}},
                        {{schema::kEpoch, Term::Op::kLess, head.epoch}},
                        {{schema::kEpoch, Term::Op::kGreater, head.epoch}}}};
    checks.push_back(std::move(check));
  }
  int failed_index = -1;
  const auto done = host.database.transact(checks, &failed_index);
  if (done) return true;
  if (done.error().code == ErrorCode::kConflict) return false;
  return std::unexpected(done.error());
}

base::Result<Stretch> read_settled(Host& host, const std::string& user_id, std::uint64_t after,
                                   const Head& head, std::size_t rows_max, base::Instant deadline) {
  Retry retry(host.pace, deadline);
  do {
    auto stretch = read_stretch(host, user_id, after, head, rows_max);
    if (!stretch) return stretch;
    const auto holes = newest_holes(*stretch, after);
    if (holes.empty()) return stretch;
    const auto absent = are_absent(host, user_id, holes, head);
    if (!absent) return std::unexpected(absent.error());
    if (*absent) return stretch;
  } while (retry.wait());
  return base::fail(ErrorCode::kUnavailable,
                    "the stream of user \"" + user_id + "\" did not settle in time");
}

// Fills one answer, number by number.
class Packer {
 public:
  Packer(std::string_view device_id, const Start& start, const Head& head, std::size_t bytes_max,
         std::int64_t now_s)
      : device_id_(device_id), start_(start), bytes_max_(bytes_max), now_s_(now_s) {
    result_.answer.head = {head.epoch, head.seq};
    result_.answer.reset = start.reset;
    // With the longest numbers that the answer can have: what is measured here is never exceeded.
    result_.answer.cursor = result_.answer.head;
    result_.answer.lost = head.seq;
    empty_bytes_ = protocol::encode(result_.answer).size();
    bytes_ = empty_bytes_;
    result_.answer.cursor.seq = start.after;
    result_.answer.lost = 0;
  }

  Replay pack(const Stretch& stretch) {
    if (!start_.count_lost && start_.after > 0) pass(1, start_.after, PassedRun::Why::kBefore);
    result_.answer.more = !take_all(stretch) || stretch.up_to < result_.answer.head.seq;
    return std::move(result_);
  }

 private:
  // False if something has to wait for the next answer.
  bool take_all(const Stretch& stretch) {
    for (const StoredEvent& stored : stretch.rows) {
      if (!pass_missing(stored.event.seq - 1) || !take(stored)) return false;
    }
    return pass_missing(stretch.up_to);
  }

  // Numbers up to `seq` have no row: their events have expired and were cleaned away.
  bool pass_missing(std::uint64_t seq) {
    if (seq <= result_.answer.cursor.seq) return true;
    return pass_expired(seq);
  }

  // The past before a new device's first event is nothing that it lost.
  bool pass_expired(std::uint64_t seq) {
    const bool is_past = !start_.count_lost && result_.answer.events.empty();
    const std::uint64_t first = result_.answer.cursor.seq + 1;
    if (!pass(first, seq, is_past ? PassedRun::Why::kBefore : PassedRun::Why::kExpired)) {
      return false;
    }
    if (!is_past) result_.answer.lost += seq - first + 1;
    result_.answer.cursor.seq = seq;
    return true;
  }

  bool pass(std::uint64_t first_seq, std::uint64_t last_seq, PassedRun::Why why) {
    std::vector<PassedRun>& runs = result_.passed;
    if (!runs.empty() && runs.back().why == why && runs.back().last_seq + 1 == first_seq) {
      runs.back().last_seq = last_seq;
      return true;
    }
    if (runs.size() == kPassedRunsMax) return false;
    runs.push_back({first_seq, last_seq, why});
    return true;
  }

  // False if it has to wait for the next answer.
  bool take(const StoredEvent& stored) {
    const std::uint64_t seq = stored.event.seq;
    if (stored.is_for(device_id_)) {
      if (stored.superseded) {
        if (!pass(seq, seq, PassedRun::Why::kReplaced)) return false;
      } else if (stored.expired(now_s_)) {
        return pass_expired(seq);
      } else if (!add(stored)) {
        return false;
      }
    }
    result_.answer.cursor.seq = seq;
    return true;
  }

  bool add(const StoredEvent& stored) {
    protocol::SyncedEntry entry{stored.event, 0};
    std::size_t entry_bytes = protocol::encode(entry).size() + 1;  // and a comma
    if (empty_bytes_ + entry_bytes > bytes_max_) {
      entry.event = {};
      entry.event.seq = stored.event.seq;
      entry.too_large_bytes = entry_bytes - 1;
      entry_bytes = protocol::encode(entry).size() + 1;
    }
    if (bytes_ + entry_bytes > bytes_max_) return false;
    bytes_ += entry_bytes;
    result_.answer.events.push_back(std::move(entry));
    return true;
  }

  std::string_view device_id_;
  Start start_;
  std::size_t bytes_max_;
  std::int64_t now_s_;
  std::size_t empty_bytes_ = 0;
  std::size_t bytes_ = 0;
  Replay result_;
};

}  // namespace

Start decide_start(const protocol::SyncRequest& request, std::string_view stored,
                   const Head& head) {
  Start start;
  if (!request.cursor) {
    const auto known = protocol::parse_cursor(stored);
    if (known && known->epoch != head.epoch) {
      // It had a place in a stream that is no more: it is not new, and starts as if it had told so.
      start.reset = true;
      return start;
    }
    if (known && known->seq <= head.seq) {
      start.after = known->seq;
      return start;
    }
    start.after = request.start_oldest ? 0 : head.seq;
    start.count_lost = false;
  } else if (request.cursor->epoch != head.epoch) {
    start.reset = true;
  } else if (std::max(request.cursor->seq, request.after) > head.seq) {
    // It claims what has not happened: the table was restored from a backup, or it lies. Numbers
    // above the head will be given again, so it has to go back to the head and must be told.
    start.after = head.seq;
    start.reset = true;
  } else {
    start.after = std::max(request.cursor->seq, request.after);
    start.cursor_known = true;
  }
  return start;
}

base::Result<Replay> replay(Host& host, const std::string& user_id, std::string_view device_id,
                            const Start& start, const Head& head, std::size_t max_bytes,
                            base::Instant deadline) {
  Stretch stretch;
  stretch.up_to = head.seq;
  if (start.after < head.seq) {
    const std::size_t rows_max = std::clamp(max_bytes / kEntryBytesMin, kRowsMin, kRowsMax);
    auto read = read_settled(host, user_id, start.after, head, rows_max, deadline);
    if (!read) return std::unexpected(read.error());
    stretch = std::move(*read);
  }
  Packer packer(device_id, start, head, max_bytes, unix_s(host.pace.wall_now()));
  return packer.pack(stretch);
}

}  // namespace beckon::lambdas
