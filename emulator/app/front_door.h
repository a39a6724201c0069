// SPDX-License-Identifier: Apache-2.0
// What comes in on the emulator's port: who is refused at the door, and which part answers the
// others.
#pragma once

#include <memory>
#include <optional>

#include "emulator/app/lambda_api.h"
#include "emulator/aws/dispatcher.h"
#include "emulator/control/control_api.h"
#include "emulator/gateway/gateway.h"
#include "emulator/gateway/management.h"
#include "emulator/http/host_rule.h"
#include "emulator/http/server.h"

namespace beckon::emulator {

class FrontDoor {
 public:
  // All must outlive the door.
  struct Parts {
    AwsDispatcher& dispatcher;
    LambdaApi& lambda;
    ControlApi& control;
    Gateway* gateway = nullptr;             // nullptr if the template has no WebSocket API
    ConnectionsApi* connections = nullptr;  // likewise
  };

  // hosts: nothing if every Host is answered, as it must be where other machines come in.
  FrontDoor(Parts parts, std::optional<HostRule> hosts) : parts_(parts), hosts_(std::move(hosts)) {}

  void on_request(HttpRequest& request, HttpDone done);
  void on_upgrade(HttpRequest& request, std::unique_ptr<HttpUpgrade> upgrade);

 private:
  // Whether there is somebody for requests that are signed for this service.
  bool answers(std::string_view service) const;
  std::optional<HttpResponse> refusal(const HttpRequest& request) const;

  Parts parts_;
  std::optional<HostRule> hosts_;
};

}  // namespace beckon::emulator
