// SPDX-License-Identifier: Apache-2.0
// What all TLS connections of a listener share: certificate, key and rules (TLS 1.2 and 1.3, no
// client certificates, no session tickets).
#pragma once

#include <memory>

#include "common/base/error.h"
#include "emulator/tls/certificate.h"

namespace beckon::emulator {

class TlsContext {
 public:
  // Errors: kInvalid (the PEM), kInternal.
  static base::Result<std::shared_ptr<const TlsContext>> make(const KeyAndCertificate& server);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  struct State;  // mbedTLS's
  const State& state() const { return *state_; }

 private:
  TlsContext();
  std::unique_ptr<State> state_;
};

}  // namespace beckon::emulator
