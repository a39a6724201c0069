// SPDX-License-Identifier: Apache-2.0
// The WebSocket API of a template: handshakes, the open connections, their messages and their ends.
// How frames look is in websocket.h and frames.h, who may connect in handshake.h, what functions
// get in events.h; @connections is in management.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/error.h"
#include "emulator/gateway/connection.h"
#include "emulator/gateway/core.h"
#include "emulator/http/server.h"

namespace beckon::emulator {

class Gateway final : public GatewayConnection::Owner {
 public:
  // api must outlive it. Errors: kInvalid (the route selection expression).
  static base::Result<std::unique_ptr<Gateway>> make(const GatewayServices& services,
                                                     const WebSocketApiModel& api,
                                                     const GatewayOptions& options);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  void on_upgrade(const HttpRequest& request, std::unique_ptr<HttpUpgrade> upgrade);
  // A request without upgrade to a path that nobody else has: 426 or 403.
  HttpResponse on_plain_request(const HttpRequest& request);

  // The open connection of that id; nullptr if there is none (any more).
  GatewayConnection* find(const std::string& connection_id);
  void for_each(const std::function<void(const GatewayConnection&)>& visit) const;
  std::size_t connections_count() const { return open_.size(); }

  // Closes all connections with 1001, without $disconnect.
  void close_all();
  // Connections whose TCP link is still there, open or closing.
  std::size_t links_count() const { return links_.size(); }

  void set_faults(GatewayFaults faults) { core_.faults = std::move(faults); }
  PostFault post_fault(const std::string& connection_id) const {
    return core_.faults.post ? core_.faults.post(connection_id) : PostFault::kNone;
  }

  const std::string& stage() const { return core_.facts.stage; }

 private:
  Gateway(const GatewayServices& services, const WebSocketApiModel& api,
          const GatewayOptions& options, SelectionExpression selection);

  void on_message(GatewayConnection& connection, std::string text) override;
  void on_closed(GatewayConnection& connection, int code, std::string_view reason) override;
  void on_gone(GatewayConnection& connection) override;

  const RouteModel* select_route(std::string_view text) const;
  void run_route(GatewayConnection& connection, const RouteModel& route, std::string request_id,
                 const std::string& text);
  void on_route_result(GatewayConnection& connection, const RouteModel& route,
                       std::string_view request_id, std::optional<InvokeResult> result);
  void send_error(GatewayConnection& connection, std::string_view message,
                  std::string_view request_id);
  void reply(GatewayConnection& connection, std::string_view text);
  void run_disconnect(const ConnectionFacts& facts, int code, std::string_view reason);

  GatewayCore core_;
  WebSocketHost host_;
  std::unordered_map<std::string, std::shared_ptr<GatewayConnection>> open_;  // by connection id
  // Open and closing ones, by address: they live until their TCP link has ended.
  std::unordered_map<const GatewayConnection*, std::shared_ptr<GatewayConnection>> links_;
  bool shutting_down_ = false;
};

}  // namespace beckon::emulator
