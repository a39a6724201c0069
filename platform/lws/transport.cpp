// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/transport.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "platform/lws/connection.h"
#include "platform/lws/protocols.h"

namespace beckon::platform {
namespace {

// After this long a close frame that cannot be sent is given up.
constexpr int kCloseSeconds = 3;

}  // namespace

int transport_callback(lws* wsi, lws_callback_reasons reason, void*, void* in, std::size_t length) {
  auto* connection = static_cast<Connection*>(lws_get_opaque_user_data(wsi));
  if (connection == nullptr) return 0;
  switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
      connection->wsi = wsi;
      return prepare_request(*connection, static_cast<unsigned char**>(in), length) ? 0 : -1;
    case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH: return check_answer(*connection) ? 0 : -1;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
      connection->wsi = wsi;
      connection->open = true;
      if (connection->closing) return -1;
      schedule_ping(*connection);
      connection->transport->observer().opened(connection->attempt);
      return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      connection->wsi = wsi;
      handshake_failed(*connection, in == nullptr
                                        ? std::string_view()
                                        : std::string_view(static_cast<const char*>(in), length));
      return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
      return take_piece(*connection, static_cast<const char*>(in), length) ? 0 : -1;
    case LWS_CALLBACK_CLIENT_WRITEABLE: return write_next(*connection);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      keep_close_reason(*connection, static_cast<const unsigned char*>(in), length);
      return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
      keep_read_error(*connection);
      over(*connection, true, 0, "");
      return 0;
    case LWS_CALLBACK_WSI_DESTROY:
      // Only if none of the two above came.
      if (!connection->beginning) {
        const std::string why =
            connection->refusal.empty() ? "the connection ended" : std::move(connection->refusal);
        over(*connection, connection->open, 0, why);
      }
      return 0;
    default: return 0;
  }
}

Transport::Transport(Loop& loop, const TransportOptions& options, NameResolver* resolver)
    : loop_(loop), resolver_(resolver), options_(options) {}

Transport::~Transport() {
  for (auto& [key, connection] : connections_) {
    if (connection->wsi != nullptr) lws_set_opaque_user_data(connection->wsi, nullptr);
    if (resolver_ != nullptr) resolver_->forget(connection.get());
    lws_sul_cancel(&connection->begin_timer.entry);
    lws_sul_cancel(&connection->ping_timer.entry);
  }
}

// Begun from the loop, never inside this call: what goes wrong at once must not be reported into
// the caller's step.
void Transport::connect(agent::Attempt attempt, const agent::Endpoint& endpoint) {
  auto owned = std::make_unique<Connection>();
  Connection& connection = *owned;
  connections_.emplace(&connection, std::move(owned));
  connection.transport = this;
  connection.attempt = attempt;
  connection.endpoint = endpoint;
  connection.begin_timer.connection = &connection;
  connection.ping_timer.connection = &connection;
  begin_soon(connection);
}

Transport::Connection* Transport::find(agent::Attempt attempt) {
  for (auto& [key, connection] : connections_) {
    if (connection->attempt == attempt && !connection->closing) return key;
  }
  return nullptr;
}

void Transport::send(agent::Attempt attempt, std::string_view text) {
  Connection* connection = find(attempt);
  if (connection == nullptr || !connection->open) return;
  std::vector<unsigned char> message(LWS_PRE + text.size());
  std::memcpy(message.data() + LWS_PRE, text.data(), text.size());
  connection->out.push_back(std::move(message));
  lws_callback_on_writable(connection->wsi);
}

void Transport::close(agent::Attempt attempt, std::uint16_t code) {
  Connection* connection = find(attempt);
  if (connection == nullptr) return;
  connection->closing = true;
  connection->close_code = code;
  if (connection->wsi == nullptr) {
    forget(*connection);
  } else if (connection->open) {
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_CLOSE_SEND, kCloseSeconds);
    lws_callback_on_writable(connection->wsi);
  } else {
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
  }
}

void Transport::forget(Connection& connection) {
  if (resolver_ != nullptr) resolver_->forget(&connection);
  lws_sul_cancel(&connection.begin_timer.entry);
  lws_sul_cancel(&connection.ping_timer.entry);
  connections_.erase(&connection);
}

}  // namespace beckon::platform
