// SPDX-License-Identifier: Apache-2.0
// /_emulator/…: what tests and developers ask of the emulator itself. JSON, without signatures,
// for programs of this machine only: other machines, web pages and Hosts that are not this
// machine's own are refused. docs/EMULATOR.md has the calls.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "emulator/control/fault_plan.h"
#include "emulator/functions/functions.h"
#include "emulator/gateway/gateway.h"
#include "emulator/http/host_rule.h"
#include "emulator/http/message.h"

namespace beckon::emulator {

class ControlApi {
 public:
  // All must outlive this.
  struct Parts {
    FaultPlan& faults;
    Gateway* gateway = nullptr;  // nullptr if the template has no WebSocket API
    const Functions* functions = nullptr;
    std::function<std::string()> dead_letters;  // a JSON array
    std::function<std::string()> memory = {};   // a JSON object
    HostRule hosts = HostRule();
  };

  explicit ControlApi(Parts parts) : parts_(std::move(parts)) {}

  // For paths of which is_control_path() is true.
  HttpResponse handle(const HttpRequest& request);

 private:
  HttpResponse read(std::string_view call) const;
  HttpResponse change(std::string_view call, json::View body);
  HttpResponse set_faults(json::View body);
  HttpResponse add_next_fault(json::View body);

  Parts parts_;
};

bool is_control_path(std::string_view path);

}  // namespace beckon::emulator
