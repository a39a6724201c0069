// SPDX-License-Identifier: Apache-2.0
// One connection of the gateway: its WebSocket, who it is, and its two clocks (idle time and
// lifetime). Kept small: there may be ten thousand of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "emulator/gateway/core.h"
#include "emulator/gateway/websocket.h"

namespace beckon::emulator {

class GatewayConnection final : public std::enable_shared_from_this<GatewayConnection>,
                                private WebSocket::Owner {
 public:
  struct Identity {
    std::string connection_id;
    std::string source_ip;
    std::string user_agent;
    std::string domain_name;
    std::string authorizer_members;
    std::int64_t connected_at_ms = 0;
  };
  class Owner {
   public:
    virtual void on_message(GatewayConnection& connection, std::string text) = 0;
    virtual void on_closed(GatewayConnection& connection, int code, std::string_view reason) = 0;
    // The last call; the owner lets go of the connection.
    virtual void on_gone(GatewayConnection& connection) = 0;

   protected:
    ~Owner() = default;
  };

  GatewayConnection(GatewayCore& core, Owner& owner, Identity identity);
  ~GatewayConnection();
  GatewayConnection(const GatewayConnection&) = delete;
  GatewayConnection& operator=(const GatewayConnection&) = delete;

  void start(WebSocketHost& host, Stream stream, std::string_view handshake,
             std::string_view received);

  // Counts as activity if it is accepted.
  WebSocket::Sent send(std::string_view text);
  void close(int code, std::string_view reason);
  void drop();
  // See WebSocket::go_silent.
  void go_silent();

  // A function has a message of this many bytes, or has it no longer. While functions have many or
  // long ones, the client's next ones wait.
  void call_began(std::size_t bytes);
  void call_ended(std::size_t bytes);

  const Identity& identity() const { return identity_; }
  ConnectionFacts facts() const;
  std::int64_t last_active_ms() const { return last_active_ms_; }

 private:
  void on_text(std::string message) override;
  void on_ping() override;
  void on_closed(int code, std::string_view reason) override;
  void on_gone() override;

  bool loses_message();
  void hold_back_if_busy();
  void touch();
  void schedule();
  void check_clocks();

  GatewayCore& core_;
  Owner& owner_;
  Identity identity_;
  std::shared_ptr<WebSocket> socket_;
  base::Instant active_at_;
  base::Instant ends_at_;
  std::int64_t last_active_ms_ = 0;
  std::size_t calls_ = 0;
  std::size_t calls_bytes_ = 0;
  EventLoop::TimerId timer_ = 0;
};

}  // namespace beckon::emulator
