// SPDX-License-Identifier: Apache-2.0
// One upgrade request from its arrival to the decision: stage, throttle, authorizer, $connect. The
// client waits meanwhile; what it gets in each case is aws-behaviour's table of statuses.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/gateway/client_request.h"
#include "emulator/gateway/connection.h"
#include "emulator/gateway/core.h"
#include "emulator/gateway/proxy_response.h"
#include "emulator/http/server.h"

namespace beckon::emulator {

class Handshake : public std::enable_shared_from_this<Handshake> {
 public:
  struct Accepted {
    GatewayConnection::Identity identity;
    HttpUpgrade::Socket socket;
    std::string response;  // the 101
  };
  struct Observer {
    std::function<void(Accepted)> accepted;
    // $connect has succeeded, but its client has left meanwhile.
    std::function<void(GatewayConnection::Identity)> abandoned;
  };

  Handshake(GatewayCore& core, const HttpRequest& request, std::unique_ptr<HttpUpgrade> upgrade,
            Observer observer);

  // Keeps itself alive until it is decided.
  void start();

 private:
  bool is_valid_upgrade();
  bool has_identity_sources(const AuthorizerModel& authorizer);
  std::string_view identity_source(std::string_view expression) const;
  void authorize(const AuthorizerModel& authorizer);
  void on_authorized(const AuthorizerModel& authorizer, std::optional<InvokeResult> result,
                     base::Instant began);
  void connect();
  void on_connected(const RouteModel& route, std::optional<InvokeResult> result);
  void accept(std::optional<std::string_view> subprotocol);
  void refuse(int status, std::string_view error_type, std::string_view message,
              std::string_view why);
  void refuse_as_told(ProxyResponse response);
  ConnectionFacts facts() const;

  GatewayCore& core_;
  std::unique_ptr<HttpUpgrade> upgrade_;
  Observer observer_;
  ClientRequest client_;
  std::string path_;
  GatewayConnection::Identity identity_;
  std::string request_id_;
  std::string authorizer_members_;  // with integrationLatency, which later events do not have
};

// The value of Sec-WebSocket-Accept for this Sec-WebSocket-Key.
std::string websocket_accept(std::string_view key);

}  // namespace beckon::emulator
