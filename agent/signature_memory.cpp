// SPDX-License-Identifier: Apache-2.0
#include "agent/signature_memory.h"

#include <algorithm>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/crypto/hash.h"

namespace beckon::agent {
namespace {

// "1." and base64url of: two dates of 4 bytes (forgotten until, begins at), then of each entry 5
// bytes of mark, 2 of event and 4 of date. Numbers have their highest byte first.
constexpr std::string_view kVersion = "1.";
constexpr std::size_t kMarkBytes = 5;
constexpr std::size_t kEventBytes = 2;
constexpr std::size_t kDateBytes = 4;
constexpr std::size_t kHeadBytes = 2 * kDateBytes;
constexpr std::size_t kEntryBytes = kMarkBytes + kEventBytes + kDateBytes;
static_assert(kVersion.size() +
                  (kHeadBytes + SignatureMemory::kEntriesMax * kEntryBytes + 2) / 3 * 4 <=
              kStoredValueBytesMax);

void append_number(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

std::uint64_t take_number(std::string_view& bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (const char c : bytes.substr(0, count)) value = value << 8 | static_cast<unsigned char>(c);
  bytes.remove_prefix(count);
  return value;
}

// The first bytes of a hash. Two signatures share a mark once in 10^12, and then the second is
// refused: nobody gains by looking for one.
std::uint64_t short_hash(std::string_view text, std::size_t bytes) {
  const auto digest = crypto::sha256(text);
  std::string_view view = digest.view();
  return take_number(view, bytes);
}

// Whatever was admitted before this moment was made, by its signer's clock, before this time.
std::int64_t first_date_s(base::WallTime now, base::Duration clock_skew) {
  return (now.unix_ms + clock_skew.count()) / 1000 + 1;
}

}  // namespace

void SignatureMemory::open(std::optional<base::WallTime> now, base::Duration clock_skew) {
  if (is_open_) return;
  is_open_ = true;
  const auto value = storage_.get(storage_key_);
  if (value && *value && decode(**value)) {
    if (now && begins_ahead(*now, clock_skew)) {
      log_.error(
          "the memory of signed events begins at %s, since this device's clock was ahead; until "
          "then "
          "they are refused. If it is right now, stop the agent, remove %s from its state folder, "
          "start it",
          base::format_rfc3339({begins_at_s() * 1000}).c_str(), storage_key_.c_str());
    }
    return;
  }
  if (!value || *value) {
    log_.error(
        "the memory of signed events cannot be used: %s; those that were made before now are "
        "refused, since they may have been acted on",
        value ? "it is damaged" : value.error().message.c_str());
  }
  if (now) begin(*now, clock_skew);
}

void SignatureMemory::begin(base::WallTime now, base::Duration clock_skew) {
  begins_at_s_ = std::min(first_date_s(now, clock_skew), signature::kDateMax_s);
  log_.info("signed events are acted on that are made from %s on",
            base::format_rfc3339({*begins_at_s_ * 1000}).c_str());
  is_dirty_ = !store().has_value();
}

bool SignatureMemory::begins_ahead(base::WallTime now, base::Duration clock_skew) const {
  return begins_at_s() > first_date_s(now, 2 * clock_skew);
}

SignatureMemory::Answer SignatureMemory::admit(const signature::EventSignature& signature,
                                               std::string_view event_id, base::WallTime now,
                                               base::Duration clock_skew, Mark& mark) {
  BECKON_ASSERT(is_open_);
  if (!begins_at_s_) begin(now, clock_skew);
  prune(now.unix_ms / 1000);
  mark = short_hash(signature.id, kMarkBytes);
  const auto event = static_cast<std::uint16_t>(short_hash(event_id, kEventBytes));
  const auto found = std::ranges::find(entries_, mark, &Entry::mark);
  if (found != entries_.end()) {
    if (found->is_running) return Answer::kRunning;
    return found->event == event ? Answer::kDone : Answer::kReplayed;
  }
  if (signature.issued_at_s < *begins_at_s_) return Answer::kTooOld;
  if (signature.expires_at_s <= forgotten_until_s_) return Answer::kForgotten;
  if (entries_.size() >= kEntriesMax) return Answer::kFull;
  if (!flush()) return Answer::kUnstored;
  entries_.push_back(Entry{mark, event, static_cast<std::uint32_t>(signature.expires_at_s), true});
  return Answer::kAdmitted;
}

void SignatureMemory::ended(Mark mark) {
  const auto found = std::ranges::find(entries_, mark, &Entry::mark);
  BECKON_ASSERT(found != entries_.end() && found->is_running);
  found->is_running = false;
  is_dirty_ = !store().has_value();
}

base::Status SignatureMemory::flush() {
  if (!is_dirty_) return {};
  base::Status stored = store();
  is_dirty_ = !stored.has_value();
  return stored;
}

// A clock that is set back later does not bring back what was dropped here.
void SignatureMemory::prune(std::int64_t now_s) {
  std::erase_if(entries_, [&](const Entry& entry) {
    if (entry.is_running || entry.expires_at_s > now_s) return false;
    forgotten_until_s_ = std::max<std::int64_t>(forgotten_until_s_, entry.expires_at_s);
    return true;
  });
}

base::Status SignatureMemory::store() {
  base::Status stored = storage_.put(storage_key_, encoded());
  if (!stored) {
    log_.error("the memory of signed events cannot be stored: %s", stored.error().message.c_str());
  }
  return stored;
}

// What runs is not in it: after a crash it comes again and runs again.
std::string SignatureMemory::encoded() const {
  std::string bytes;
  append_number(bytes, static_cast<std::uint64_t>(forgotten_until_s_), kDateBytes);
  append_number(bytes, static_cast<std::uint64_t>(begins_at_s_.value_or(0)), kDateBytes);
  for (const Entry& entry : entries_) {
    if (entry.is_running) continue;
    append_number(bytes, entry.mark, kMarkBytes);
    append_number(bytes, entry.event, kEventBytes);
    append_number(bytes, entry.expires_at_s, kDateBytes);
  }
  return std::string(kVersion) + base::base64url(bytes);
}

bool SignatureMemory::decode(std::string_view text) {
  if (!text.starts_with(kVersion)) return false;
  const auto decoded = base::base64url_decode(text.substr(kVersion.size()));
  if (!decoded || decoded->size() < kHeadBytes ||
      (decoded->size() - kHeadBytes) % kEntryBytes != 0 ||
      (decoded->size() - kHeadBytes) / kEntryBytes > kEntriesMax) {
    return false;
  }
  std::string_view bytes = *decoded;
  forgotten_until_s_ = static_cast<std::int64_t>(take_number(bytes, kDateBytes));
  begins_at_s_ = static_cast<std::int64_t>(take_number(bytes, kDateBytes));
  while (!bytes.empty()) {
    Entry entry;
    entry.mark = take_number(bytes, kMarkBytes);
    entry.event = static_cast<std::uint16_t>(take_number(bytes, kEventBytes));
    entry.expires_at_s = static_cast<std::uint32_t>(take_number(bytes, kDateBytes));
    entries_.push_back(entry);
  }
  return true;
}

}  // namespace beckon::agent
