// SPDX-License-Identifier: Apache-2.0
#include "lambdas/disconnect/handler.h"

#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/presence.h"

namespace beckon::lambdas {

base::Result<std::string> handle_disconnect(Host& host, std::string_view text) {
  const auto event = decode_gateway_event(text);
  if (!event) return std::unexpected(event.error());
  // Connection ids are never used twice, so a late call cannot remove a newer connection's row.
  const auto removed = remove_connection(host, event->user_id, event->connection_id);
  if (!removed) return std::unexpected(removed.error());
  const base::Logger log(host.log, "disconnect");
  log.info("connection %s of device \"%s\" of user \"%s\" has ended", event->connection_id.c_str(),
           event->device_id.c_str(), event->user_id.c_str());
  return answer(200);
}

}  // namespace beckon::lambdas
