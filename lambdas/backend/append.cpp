// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/append.h"

#include <algorithm>

#include "lambdas/backend/retry.h"
#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

// The first write of the transaction, so that a repeated event is known as such at once, even if
// others were appended since.
constexpr int kEventIdWrite = 0;

const Condition kIsNew = {{{{schema::kSk, Term::Op::kNotExists, false}}}};

std::string new_epoch(Pace& pace) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::uint64_t random = pace.random();
  std::string epoch;
  for (int i = 0; i < 6; ++i) {
    epoch += kAlphabet[random % kAlphabet.size()];
    random /= kAlphabet.size();
  }
  return epoch;
}

base::Result<std::optional<Head>> read_head(Host& host, const std::string& user_id) {
  const auto row = host.database.get(host.tables.streams, stream_key(user_id, schema::kHeadKey));
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<Head>();
  auto head = read_head_row(**row);
  if (!head) {
    return base::fail(ErrorCode::kInternal,
                      "streams: the head of user \"" + user_id + "\" has no epoch or no seq");
  }
  return head;
}

// What the newest stored event with the draft's collapse key says; none if there is none of this
// epoch.
struct Superseded {
  std::uint64_t seq = 0;
  std::int64_t expires_at_s = 0;
};

// The new event may stand for the old one only if it reaches everybody whom the old one should have
// reached.
bool covers(const Draft& draft, const std::vector<std::string>& old_devices,
            std::string_view old_sender) {
  if (!draft.sender.empty() && draft.sender != old_sender) return false;
  if (draft.devices.empty()) return true;
  return !old_devices.empty() && std::ranges::all_of(old_devices, [&](const std::string& device) {
    return std::ranges::find(draft.devices, device) != draft.devices.end();
  });
}

base::Result<std::optional<Superseded>> find_superseded(Host& host, const std::string& user_id,
                                                        const Head& head, const Draft& draft) {
  std::optional<Superseded> none;
  if (draft.collapse.empty()) return none;
  const auto row = host.database.get(host.tables.streams,
                                     stream_key(user_id, schema::collapse_key(draft.collapse)));
  if (!row) return std::unexpected(row.error());
  if (!*row || string_of(**row, schema::kEpoch) != head.epoch) return none;
  const auto seq = integer_of(**row, schema::kSeq);
  if (!seq || *seq < 1) return none;
  const auto devices = read_device_list(string_of(**row, schema::kTargetDevices).value_or("[]"));
  if (!covers(draft, devices, string_of(**row, schema::kSender).value_or(""))) return none;
  return Superseded{static_cast<std::uint64_t>(*seq),
                    integer_of(**row, schema::kExpiresAt).value_or(0)};
}

TransactWrite put(const Host& host, Item item) {
  TransactWrite write;
  write.kind = TransactWrite::Kind::kPut;
  write.table = host.tables.streams;
  write.item = std::move(item);
  return write;
}

TransactWrite event_id_write(const Host& host, const std::string& user_id, const Head& place,
                             const Draft& draft, std::int64_t expires_at_s) {
  Item row = stream_key(user_id, schema::event_id_key(draft.id));
  row[schema::kLookupId] = draft.id;
  row[schema::kEventId] = draft.id;
  row[schema::kEpoch] = place.epoch;
  row[schema::kSeq] = number(static_cast<std::int64_t>(place.seq));
  row[schema::kExpiresAt] = number(expires_at_s + kEventIdKeptAfterEvent_s);
  TransactWrite write = put(host, std::move(row));
  write.condition = kIsNew;
  return write;
}

// head: as it was read; none if there was none.
TransactWrite head_write(const Host& host, const std::string& user_id,
                         const std::optional<Head>& head, const Head& place) {
  Item row = stream_key(user_id, schema::kHeadKey);
  row[schema::kEpoch] = place.epoch;
  row[schema::kSeq] = number(static_cast<std::int64_t>(place.seq));
  TransactWrite write = put(host, std::move(row));
  write.condition = kIsNew;
  if (head) {
    write.condition = {
        {{{schema::kEpoch, Term::Op::kEquals, head->epoch},
          {schema::kSeq, Term::Op::kEquals, number(static_cast<std::int64_t>(head->seq))}}}};
  }
  return write;
}

TransactWrite collapse_write(const Host& host, const std::string& user_id, const Head& place,
                             const Draft& draft, std::int64_t expires_at_s) {
  Item row = stream_key(user_id, schema::collapse_key(draft.collapse));
  row[schema::kEpoch] = place.epoch;
  row[schema::kSeq] = number(static_cast<std::int64_t>(place.seq));
  row[schema::kExpiresAt] = number(expires_at_s);
  if (!draft.devices.empty()) row[schema::kTargetDevices] = device_list_text(draft.devices);
  if (!draft.sender.empty()) row[schema::kSender] = draft.sender;
  return put(host, std::move(row));
}

// Leaves the old row as a mark that nothing is missing there. It is made anew if it has expired,
// and is kept as long as the event that stands for it.
TransactWrite superseded_write(const Host& host, const std::string& user_id, const Head& place,
                               const Superseded& old, std::int64_t expires_at_s) {
  TransactWrite write;
  write.kind = TransactWrite::Kind::kUpdate;
  write.table = host.tables.streams;
  write.key = stream_key(user_id, schema::seq_key(old.seq));
  write.update.set[schema::kEpoch] = place.epoch;
  write.update.set[schema::kSeq] = number(static_cast<std::int64_t>(old.seq));
  write.update.set[schema::kSupersededBy] = number(static_cast<std::int64_t>(place.seq));
  write.update.set[schema::kExpiresAt] = number(std::max(expires_at_s, old.expires_at_s));
  write.update.remove = {schema::kData, schema::kSignature};
  return write;
}

base::Result<Appended> find_duplicate(Host& host, const std::string& user_id, const Draft& draft) {
  Appended result;
  result.duplicate = true;
  result.gone = true;
  const auto id_row =
      host.database.get(host.tables.streams, stream_key(user_id, schema::event_id_key(draft.id)));
  if (!id_row) return std::unexpected(id_row.error());
  if (!*id_row) return result;
  const auto seq = integer_of(**id_row, schema::kSeq);
  if (!seq || *seq < 1) return result;
  const auto row = host.database.get(
      host.tables.streams, stream_key(user_id, schema::seq_key(static_cast<std::uint64_t>(*seq))));
  if (!row) return std::unexpected(row.error());
  if (!*row) return result;
  auto stored = read_event_row(**row);
  // Another id: the stream was made anew and the number belongs to another event now.
  if (!stored || stored->event.id != draft.id) return result;
  result.gone = stored->superseded || stored->expired(unix_s(host.pace.wall_now()));
  result.stored = std::move(*stored);
  return result;
}

struct Attempt {
  enum class Outcome : std::uint8_t { kAppended, kDuplicate, kAgain };
  Outcome outcome = Outcome::kAgain;
  Item row;
};

base::Result<Attempt> try_append(Host& host, const std::string& user_id, const Draft& draft) {
  const auto head = read_head(host, user_id);
  if (!head) return std::unexpected(head.error());
  const Head place{*head ? (*head)->epoch : new_epoch(host.pace), (*head ? (*head)->seq : 0) + 1};
  // Read after the head: if the head is still the same when the transaction runs, so is this.
  const auto superseded = find_superseded(host, user_id, place, draft);
  if (!superseded) return std::unexpected(superseded.error());
  Attempt attempt;
  // Others have appended since the head was read. DynamoDB would refuse the transaction as
  // malformed if it wrote one row twice, instead of telling of the conflict.
  if (*superseded && (*superseded)->seq >= place.seq) return attempt;

  const std::int64_t expires_at_s = unix_s(host.pace.wall_now()) + draft.ttl_s;
  attempt.row = event_row(user_id, place, draft, expires_at_s);
  std::vector<TransactWrite> writes;
  writes.push_back(event_id_write(host, user_id, place, draft, expires_at_s));
  writes.push_back(head_write(host, user_id, *head, place));
  writes.push_back(put(host, attempt.row));
  if (!draft.collapse.empty()) {
    writes.push_back(collapse_write(host, user_id, place, draft, expires_at_s));
  }
  if (*superseded) {
    writes.push_back(superseded_write(host, user_id, place, **superseded, expires_at_s));
  }
  int failed_index = -1;
  const auto done = host.database.transact(writes, &failed_index);
  if (done) {
    attempt.outcome = Attempt::Outcome::kAppended;
  } else if (done.error().code != ErrorCode::kConflict) {
    return std::unexpected(done.error());
  } else if (failed_index == kEventIdWrite) {
    attempt.outcome = Attempt::Outcome::kDuplicate;
  }
  return attempt;
}

// Worth another try: after kTimeout the event may be stored, which the event id's row will tell.
bool is_passing(ErrorCode code) {
  return code == ErrorCode::kTimeout || code == ErrorCode::kUnavailable;
}

std::unexpected<base::Error> too_late(const std::string& user_id, const std::string& why) {
  return base::fail(ErrorCode::kUnavailable,
                    "Unavailable: could not append to the stream of user \"" + user_id +
                        "\" in time (" + why + ")");
}

}  // namespace

base::Result<Appended> append(Host& host, const std::string& user_id, const Draft& draft,
                              base::Instant deadline) {
  Retry retry(host.pace, deadline);
  std::string why;
  do {
    const auto attempt = try_append(host, user_id, draft);
    if (!attempt) {
      if (!is_passing(attempt.error().code)) return std::unexpected(attempt.error());
      why = attempt.error().message;
      continue;
    }
    if (attempt->outcome == Attempt::Outcome::kAppended) {
      Appended result;
      result.stored = *read_event_row(attempt->row);
      return result;
    }
    why = "others append to it all the time";
    if (attempt->outcome == Attempt::Outcome::kDuplicate) {
      auto duplicate = find_duplicate(host, user_id, draft);
      if (duplicate || !is_passing(duplicate.error().code)) return duplicate;
      why = duplicate.error().message;
    }
  } while (retry.wait());
  return too_late(user_id, why);
}

base::Result<Head> ensure_head(Host& host, const std::string& user_id, base::Instant deadline) {
  Retry retry(host.pace, deadline);
  do {
    const auto head = read_head(host, user_id);
    if (!head) return std::unexpected(head.error());
    if (*head) return **head;
    Head made{new_epoch(host.pace), 0};
    Item row = stream_key(user_id, schema::kHeadKey);
    row[schema::kEpoch] = made.epoch;
    row[schema::kSeq] = number(0);
    const auto put_done = host.database.put(host.tables.streams, row, kIsNew);
    if (put_done) return made;
    // Somebody else made it, or this write is in doubt: what is there now is the answer.
    if (put_done.error().code != ErrorCode::kConflict && !is_passing(put_done.error().code)) {
      return std::unexpected(put_done.error());
    }
  } while (retry.wait());
  return too_late(user_id, "its head could not be made");
}

}  // namespace beckon::lambdas
