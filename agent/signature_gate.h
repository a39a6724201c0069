// SPDX-License-Identifier: Apache-2.0
// Whether an event may run what only a signer may run here: it is signed with one of the signers'
// keys, for this device, it has not expired, and no event with its signature was acted on before
// (P-70 to P-78). The backend and everything in it are believed nothing. Which rules ask is
// rules.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/event.h"
#include "agent/event_gate.h"
#include "agent/signature_memory.h"
#include "common/crypto/es256.h"

namespace beckon::agent {

struct Signers {
  std::string device;  // this device's id
  std::vector<crypto::PublicKey> keys;
  base::Duration clock_skew{};  // see Timing
};

class SignatureGate final : public EventGate {
 public:
  // The storage is not touched before there are signers.
  SignatureGate(Storage& storage, std::string storage_key, base::LogSink& log)
      : memory_(storage, std::move(storage_key), log) {}

  // From now on, for events in flight too: a signer who is taken out can start nothing more. Before
  // the first event, if rules want signatures.
  void set_signers(Signers signers, base::WallTime now);

  Verdict judge(const ReceivedEvent& event, base::WallTime now) override;
  void ended(Mark mark) override { memory_.ended(mark); }
  base::Status flush() override { return memory_.flush(); }

 private:
  // Why it is refused, "" if the signature is right at this time.
  std::string find_fault(const signature::EventSignature& signature, const ReceivedEvent& event,
                         base::WallTime now) const;

  Signers signers_;
  SignatureMemory memory_;
};

}  // namespace beckon::agent
