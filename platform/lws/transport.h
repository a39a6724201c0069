// SPDX-License-Identifier: Apache-2.0
// WebSocket connections over libwebsockets: agent::Transport. It connects, reassembles, sends and
// closes, and reports by attempt number; when to do which is the session's. TLS is always verified.
// Names go through a NameResolver, if it was given one; without, libwebsockets looks them up
// itself, in the loop. Only the address is the resolver's: the name stays in SNI, the Host header
// and the check of the certificate. Of several addresses the first that takes a connection is used.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ports.h"
#include "common/base/time.h"
#include "platform/lws/loop.h"
#include "platform/lws/name_resolver.h"

namespace beckon::platform {

struct TransportOptions {
  std::size_t message_bytes_max = 32 * 1024;
  base::Duration ping{};  // between WebSocket pings; 0: none
  // If any: the server's public key must be one of them, beside all else. "sha256//BASE64".
  std::vector<std::string> pins = {};
};

class Transport final : public agent::Transport {
 public:
  // loop and resolver must outlive the transport.
  Transport(Loop& loop, const TransportOptions& options, NameResolver* resolver = nullptr);
  ~Transport();

  // Before the first connect(); must outlive the transport.
  void set_observer(agent::TransportObserver& observer) { observer_ = &observer; }
  void set_options(const TransportOptions& options) { options_ = options; }
  const TransportOptions& options() const { return options_; }
  agent::TransportObserver& observer() { return *observer_; }
  Loop& loop() { return loop_; }
  NameResolver* resolver() { return resolver_; }

  void connect(agent::Attempt attempt, const agent::Endpoint& endpoint) override;
  void send(agent::Attempt attempt, std::string_view text) override;
  void close(agent::Attempt attempt, std::uint16_t code) override;

  // True when every connection that was told to close has done so.
  bool drained() const { return connections_.empty(); }

  struct Connection;
  // For the callbacks: the connection is over and can be forgotten.
  void forget(Connection& connection);

 private:
  Connection* find(agent::Attempt attempt);

  Loop& loop_;
  NameResolver* resolver_;
  agent::TransportObserver* observer_ = nullptr;
  TransportOptions options_;
  std::map<Connection*, std::unique_ptr<Connection>> connections_;
};

}  // namespace beckon::platform
