// SPDX-License-Identifier: Apache-2.0
// The identity of this device as the configuration names it, and what a device that is not
// registered yet shows to people.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/config.h"
#include "agent/device_identity.h"
#include "agent/ports.h"
#include "common/base/log.h"

namespace beckon::platform {

// Reads the key file; null if the configuration names none (an open deployment), or no URL that is
// one, which check_config says. Errors: those of read_key_file, after where the file was named
// ("agent.json: key", "--key").
base::Result<std::unique_ptr<agent::DeviceIdentity>> load_identity(const agent::Config& config,
                                                                   const std::string& named_by);

// Hears of refused attempts and passes everything on. With --claim it then shows the code: not
// before the backend has seen this device's key, so that nobody claims the code of a device that
// was never there.
class ClaimNotice final : public agent::TransportObserver {
 public:
  // code: as people read it; shown as a log line, and through `print` (standard output). All must
  // outlive the notice.
  ClaimNotice(agent::TransportObserver& next, std::string code, base::LogSink& log,
              std::function<void(const std::string& code)> print)
      : next_(next), code_(std::move(code)), log_(log, "claim"), print_(std::move(print)) {}

  void opened(agent::Attempt attempt) override { next_.opened(attempt); }
  void failed(agent::Attempt attempt, int http_status, std::string_view reason) override;
  void closed(agent::Attempt attempt, std::uint16_t code, std::string_view reason) override {
    next_.closed(attempt, code, reason);
  }
  void message(agent::Attempt attempt, std::string_view text) override {
    next_.message(attempt, text);
  }
  void oversized(agent::Attempt attempt) override { next_.oversized(attempt); }

 private:
  agent::TransportObserver& next_;
  std::string code_;
  base::Logger log_;
  std::function<void(const std::string& code)> print_;
};

// The code of this identity, as people read it.
std::string claim_code_of(const agent::DeviceIdentity& identity);

}  // namespace beckon::platform
