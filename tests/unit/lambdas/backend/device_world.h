// SPDX-License-Identifier: Apache-2.0
// A backend in memory to which devices with keys come.
#pragma once

#include <string>

#include "common/identity/device_token.h"
#include "lambdas/authorize/handler.h"
#include "lambdas/backend/device_registry.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {

inline constexpr const char* kApi = "ab12cd34ef.execute-api.eu-west-1.amazonaws.com";
inline constexpr const char* kAudience = "ab12cd34ef.execute-api.eu-west-1.amazonaws.com/prod";

// Collects what the functions log.
class LogText final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view, std::string_view text) override {
    text_.append(text).append("\n");
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

class DeviceWorld : public World {
 public:
  DeviceWorld() : logging_host{database, connections, pace, log, host.tables} {}

  std::int64_t now_ms() { return pace.wall_now().unix_ms; }

  // What an agent would say now.
  identity::DeviceClaims claims(const std::string& device) {
    identity::DeviceClaims claims;
    claims.device = device;
    claims.audience = kAudience;
    claims.issued_at_ms = now_ms();
    claims.expires_at_ms = now_ms() + 240'000;
    claims.token_id = "id";
    return claims;
  }
  std::string token(const std::string& device, const crypto::PrivateKey& key) {
    return identity::sign_device_token(claims(device), key);
  }

  // The handshake with this Authorization header ("" for none): "Bob/laptop" if it is admitted as
  // that, else "401", "403", or the error.
  std::string authorize(const std::string& authorization, const std::string& more_headers = "");
  std::string present(const std::string& token) { return authorize("Bearer " + token); }

  std::string admitted_key;  // of the last handshake that was admitted, as authorize handed it on
  lambdas::AuthorizeSettings settings;
  int authorization_headers = 1;
  LogText log;
  lambdas::Host logging_host;
};

}  // namespace beckon::tests
