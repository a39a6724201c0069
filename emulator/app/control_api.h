// SPDX-License-Identifier: Apache-2.0
// /_emulator/…: what tests and developers ask of the emulator itself. JSON, without signatures,
// from this machine only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "emulator/gateway/gateway.h"
#include "emulator/http/message.h"

namespace beckon::emulator {

class ControlApi {
 public:
  // gateway: nullptr if the template has no WebSocket API; must outlive this otherwise.
  // dead_letters: a JSON array.
  ControlApi(Gateway* gateway, std::function<std::string()> dead_letters)
      : gateway_(gateway), dead_letters_(std::move(dead_letters)) {}

  // For paths of which is_control_path() is true.
  HttpResponse handle(const HttpRequest& request);

 private:
  HttpResponse list_connections() const;
  HttpResponse drop(const std::string& connection_id);

  Gateway* gateway_;
  std::function<std::string()> dead_letters_;
};

bool is_control_path(std::string_view path);

// A page of another site can make a browser send requests here; its Origin tells.
bool is_foreign_page(const HttpRequest& request);

}  // namespace beckon::emulator
