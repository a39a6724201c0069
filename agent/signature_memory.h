// SPDX-License-Identifier: Apache-2.0
// The signatures of events that ended, each until it expires, so that none is acted on twice: not
// after a restart, not after a power cut, not after the clock was set back. Bounded: it never
// forgets one that could still be used, it admits no more. Does not verify signatures (that is
// signature_gate.h's) and has no clock.
//
// What is kept cannot be made again. Where it is missing or damaged, signatures that were made
// before that was found are not admitted: any of them may have been used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/event_gate.h"
#include "agent/ports.h"
#include "common/base/log.h"
#include "common/base/time.h"
#include "common/signature/event_signature.h"

namespace beckon::agent {

class SignatureMemory {
 public:
  // What Storage takes in one value: kStoredValueBytesMax.
  static constexpr std::size_t kEntriesMax = 256;

  // storage_key: under which it is kept. Nothing is read yet. Storage and log must outlive it.
  SignatureMemory(Storage& storage, std::string storage_key, base::LogSink& log)
      : storage_(storage), storage_key_(std::move(storage_key)), log_(log, "signatures") {}

  // Reads what is kept; the first call only. now: nothing while the clock is not set. clock_skew:
  // by how much the clocks of signers may be ahead of this device's.
  void open(std::optional<base::WallTime> now, base::Duration clock_skew);

  enum class Answer : std::uint8_t {
    kAdmitted,   // it is used now, until ended() is called with its mark
    kDone,       // this very event has ended: nothing is left to do
    kReplayed,   // another event with this signature has ended
    kRunning,    // an event with this signature has begun and not ended
    kTooOld,     // made before begins_at_s(): whether it was used is not known
    kForgotten,  // expired by a time that this device's clock has shown once
    kFull,       // kEntriesMax are used and have not expired
    kUnstored,   // one that ended cannot be stored: another could not be, either
  };
  using Mark = EventGate::Mark;

  // The signature is verified and has not expired at `now`, when the clock is set. After open().
  Answer admit(const signature::EventSignature& signature, std::string_view event_id,
               base::WallTime now, base::Duration clock_skew, Mark& mark);

  // The event that was admitted with this mark is done with. It is stored before this returns; if
  // the storage refuses, that is logged and flush() tries again.
  void ended(Mark mark);

  // Whether all that ended is stored: what passes these events (the cursor) may be stored only
  // then. Tries again if it is not. Costs nothing if it is. Errors: the storage's.
  base::Status flush();

  std::int64_t begins_at_s() const { return begins_at_s_.value_or(0); }
  // Whether nothing that is signed now or soon can be admitted: the clock was ahead by more than
  // clock_skew when this began. It does not mend itself, since a clock that is behind now would
  // look the same.
  bool begins_ahead(base::WallTime now, base::Duration clock_skew) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Mark mark = 0;
    std::uint16_t event = 0;  // which event: a hash of its id
    std::uint32_t expires_at_s = 0;
    bool is_running = false;
  };

  void begin(base::WallTime now, base::Duration clock_skew);
  void prune(std::int64_t now_s);
  base::Status store();
  std::string encoded() const;
  bool decode(std::string_view text);

  Storage& storage_;
  std::string storage_key_;
  base::Logger log_;
  bool is_open_ = false;
  bool is_dirty_ = false;                    // not all of this is stored: flush() tries again
  std::optional<std::int64_t> begins_at_s_;  // none: not known until the clock is set
  std::int64_t forgotten_until_s_ = 0;       // the latest expiry of an entry that was dropped
  std::vector<Entry> entries_;
};

}  // namespace beckon::agent
