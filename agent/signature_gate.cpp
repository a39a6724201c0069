// SPDX-License-Identifier: Apache-2.0
#include "agent/signature_gate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/device_identity.h"

namespace beckon::agent {
namespace {

using Answer = SignatureMemory::Answer;
using Verdict = EventGate::Verdict;

std::string date(std::int64_t unix_s) {
  return base::format_rfc3339({unix_s * 1000});
}

Verdict refused(std::string reason) {
  return {Verdict::Kind::kRefused, 0, "signature refused: " + std::move(reason)};
}

}  // namespace

void SignatureGate::set_signers(Signers signers, base::WallTime now) {
  signers_ = std::move(signers);
  if (signers_.keys.empty()) return;
  memory_.open(is_clock_unset(now) ? std::nullopt : std::optional(now), signers_.clock_skew);
}

// What is cheap comes first: whoever can send events must not be able to keep a small device busy
// with curves.
std::string SignatureGate::find_fault(const signature::EventSignature& signature,
                                      const ReceivedEvent& event, base::WallTime now) const {
  const auto key = std::ranges::find(signers_.keys, signature.key, signature::key_id);
  if (key == signers_.keys.end()) {
    return "it names the key " + signature.key + ", which is not among the signers";
  }
  if (!std::ranges::binary_search(signature.devices, signers_.device)) {
    return "it is for other devices";
  }
  if (is_clock_unset(now)) return "this device's clock is not set";
  const std::int64_t now_s = now.unix_ms / 1000;
  if (signature.expires_at_s <= now_s) return "it expired at " + date(signature.expires_at_s);
  if (signature.issued_at_s * 1000 > now.unix_ms + signers_.clock_skew.count()) {
    return "it was made at " + date(signature.issued_at_s) +
           ", which is yet to come; its signer's clock or this device's is wrong";
  }
  if (!signature::is_signed_by(*key, signature, event.event().name, event.data())) {
    return "it is wrong: the event was altered, or signed for something else";
  }
  return "";
}

Verdict SignatureGate::judge(const ReceivedEvent& event, base::WallTime now) {
  if (event.event().signature.empty()) return refused("the event is not signed");
  const auto signature = signature::decode(event.event().signature);
  if (!signature) return refused(signature.error().message);
  std::string fault = find_fault(*signature, event, now);
  if (!fault.empty()) return refused(std::move(fault));
  Verdict verdict;
  switch (memory_.admit(*signature, event.event().id, now, signers_.clock_skew, verdict.mark)) {
    case Answer::kAdmitted: verdict.kind = Verdict::Kind::kRun; return verdict;
    case Answer::kDone: verdict.kind = Verdict::Kind::kDone; return verdict;
    case Answer::kReplayed: return refused("replayed: an event with this signature has ended");
    case Answer::kRunning: return refused("replayed: an event with this signature runs");
    case Answer::kTooOld:
      if (memory_.begins_ahead(now, signers_.clock_skew)) {
        return refused("this device's memory of signed events begins at " +
                       date(memory_.begins_at_s()) +
                       ", since its clock was ahead; its log says at start how to mend it");
      }
      return refused("it was made before " + date(memory_.begins_at_s()) +
                     ", when this device's memory of signed events begins; sign it again");
    case Answer::kForgotten:
      return refused("it expired at " + date(signature->expires_at_s) +
                     " by this device's clock, which was set back since");
    case Answer::kUnstored:
      return refused("this device cannot store which signed events have ended; its log says why");
    case Answer::kFull: break;
  }
  return refused(std::to_string(SignatureMemory::kEntriesMax) +
                 " signed events have not expired, more cannot be remembered; sign with a shorter "
                 "--ttl");
}

}  // namespace beckon::agent
