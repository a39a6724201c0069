// SPDX-License-Identifier: Apache-2.0
// Which Host headers are answered. A web page can lead its own name to this machine (DNS rebinding)
// and then reads what is answered there; the Host that its browser sends gives it away. Decides
// nothing about who may ask for what.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/http/message.h"

namespace beckon::emulator {

// True for numeric loopback addresses without brackets or port: "127.0.0.1", "::1".
bool is_loopback_address(std::string_view address);

// A page of another site can make a browser send requests here; its Origin tells.
bool is_foreign_page(const HttpRequest& request);

class HostRule {
 public:
  // allowed: names without port that are answered beside 127.*, [::1] and localhost.
  explicit HostRule(std::vector<std::string> allowed = {}) : allowed_(std::move(allowed)) {}

  // Why the request is refused: a sentence that names the Host and how to allow it. Nothing if its
  // Host is allowed, with whatever port, or if it has none, which no browser sends.
  std::optional<std::string> refusal(const HttpRequest& request) const;

 private:
  bool allows(std::string_view name) const;

  std::vector<std::string> allowed_;
};

}  // namespace beckon::emulator
