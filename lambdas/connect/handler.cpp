// SPDX-License-Identifier: Apache-2.0
#include "lambdas/connect/handler.h"

#include "lambdas/backend/admission.h"
#include "lambdas/backend/device_row.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/presence.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

// kDenied if this device may not be online.
base::Status check_registered(Host& host, const GatewayEvent& event) {
  const auto device = read_device(host, event.device_id);
  if (!device) return std::unexpected(device.error());
  const bool has_key = *device && !(*device)->public_key.empty();
  if (has_key && check_admission(host, *device, event)) return {};
  return base::fail(ErrorCode::kDenied,
                    "device \"" + event.device_id +
                        "\" was disabled or removed, or got another key, during its handshake");
}

base::Result<std::string> refuse(Host& host, const GatewayEvent& event, const base::Error& why) {
  if (why.code != ErrorCode::kDenied) return std::unexpected(why);
  const base::Logger log(host.log, "connect");
  log.warning("user \"%s\" refused: %s", event.user_id.c_str(), why.message.c_str());
  return answer(403);
}

}  // namespace

base::Result<std::string> handle_connect(Host& host, AuthMode mode, std::string_view text) {
  const auto event = decode_gateway_event(text);
  if (!event) return std::unexpected(event.error());
  if (mode == AuthMode::kOpen) {
    const auto registered = register_open_device(host, *event);
    if (!registered) return refuse(host, *event, registered.error());
  }
  if (const auto put = put_connection(host, *event); !put) return std::unexpected(put.error());
  if (mode == AuthMode::kDeviceKey) {
    if (const auto known = check_registered(host, *event); !known) {
      const auto gone = remove_connection(host, event->user_id, event->connection_id);
      if (!gone) return std::unexpected(gone.error());
      return refuse(host, *event, known.error());
    }
  }
  const base::Logger log(host.log, "connect");
  log.info("device \"%s\" of user \"%s\" is connection %s", event->device_id.c_str(),
           event->user_id.c_str(), event->connection_id.c_str());
  return answer(200);
}

}  // namespace beckon::lambdas
