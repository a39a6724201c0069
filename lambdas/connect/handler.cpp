// SPDX-License-Identifier: Apache-2.0
#include "lambdas/connect/handler.h"

#include "lambdas/backend/device_row.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/presence.h"

namespace beckon::lambdas {

base::Result<std::string> handle_connect(Host& host, std::string_view text) {
  const auto event = decode_gateway_event(text);
  if (!event) return std::unexpected(event.error());
  const base::Logger log(host.log, "connect");
  if (const auto registered = register_open_device(host, *event); !registered) {
    if (registered.error().code != base::ErrorCode::kDenied) {
      return std::unexpected(registered.error());
    }
    log.warning("user \"%s\" refused: %s", event->user_id.c_str(),
                registered.error().message.c_str());
    return answer(403);
  }
  if (const auto put = put_connection(host, *event); !put) return std::unexpected(put.error());
  log.info("device \"%s\" of user \"%s\" is connection %s", event->device_id.c_str(),
           event->user_id.c_str(), event->connection_id.c_str());
  return answer(200);
}

}  // namespace beckon::lambdas
