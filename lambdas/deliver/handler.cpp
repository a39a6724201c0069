// SPDX-License-Identifier: Apache-2.0
#include "lambdas/deliver/handler.h"

#include "common/json/writer.h"
#include "lambdas/backend/bus_event.h"
#include "lambdas/backend/publish.h"

namespace beckon::lambdas {

base::Result<std::string> handle_deliver(Host& host, std::string_view event,
                                         base::Instant deadline) {
  const auto posted = decode_bus_event(event);
  if (!posted) return std::unexpected(posted.error());
  const auto published = publish(host, posted->user_id, posted->draft, deadline);
  if (!published) return std::unexpected(published.error());
  // A failed invocation is repeated, and then the stored event is pushed after all.
  if (!published->push_status) return std::unexpected(published->push_status.error());
  const StoredEvent& stored = published->appended.stored;
  const PushCount& pushed = published->pushed;
  const base::Logger log(host.log, "deliver");
  log.info("event %s is %s:%llu of user \"%s\"%s: pushed to %zu, gone %zu, failed %zu",
           posted->draft.id.c_str(), stored.epoch.c_str(),
           static_cast<unsigned long long>(stored.event.seq), posted->user_id.c_str(),
           published->appended.duplicate ? " (again)" : "", pushed.accepted, pushed.gone,
           pushed.failed);
  json::Writer writer;
  return writer.begin_object()
      .member("stream", stored.epoch)
      .member("seq", static_cast<std::int64_t>(stored.event.seq))
      .member("duplicate", published->appended.duplicate)
      .member("pushed", static_cast<std::int64_t>(pushed.accepted))
      .member("gone", static_cast<std::int64_t>(pushed.gone))
      .member("failed", static_cast<std::int64_t>(pushed.failed))
      .end_object()
      .take();
}

}  // namespace beckon::lambdas
