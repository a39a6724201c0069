// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/push.h"

#include <algorithm>

#include "common/base/assert.h"
#include "common/protocol/messages.h"

namespace beckon::lambdas {
namespace {

// What is left for removing rows and answering.
constexpr base::Duration kAfterPosts{500};
// A client that does not read is answered for with 429 for as long as it likes. It must not hold a
// function for all of its time: there are not many, and they are everybody's.
constexpr base::Duration kPostsMax{3000};

}  // namespace

PushCount post_to(Host& host, const std::vector<ConnectionRow>& connections, std::string_view frame,
                  base::Instant deadline) {
  PushCount count;
  if (connections.empty()) return count;
  std::vector<std::string> ids;
  ids.reserve(connections.size());
  for (const ConnectionRow& connection : connections) ids.push_back(connection.connection_id);
  const base::Duration budget = std::clamp(
      std::chrono::duration_cast<base::Duration>(deadline - host.pace.now() - kAfterPosts),
      base::Duration(1), kPostsMax);
  const auto outcomes = host.connections.post(ids, frame, budget);
  BECKON_ASSERT(outcomes.size() == ids.size());
  const base::Logger log(host.log, "push");
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    switch (outcomes[i]) {
      case PostOutcome::kAccepted: ++count.accepted; break;
      case PostOutcome::kGone:
        ++count.gone;
        if (const auto removed = remove_gone(host, connections[i]); !removed) {
          log.warning("connection %s is gone, but its row stays: %s", ids[i].c_str(),
                      removed.error().message.c_str());
        }
        break;
      case PostOutcome::kThrottled:
      case PostOutcome::kFailed:
        ++count.failed;
        log.warning("connection %s of device \"%s\": not pushed, left to its next sync",
                    ids[i].c_str(), connections[i].device_id.c_str());
        break;
    }
  }
  return count;
}

base::Result<PushCount> push(Host& host, const std::string& user_id, const StoredEvent& stored,
                             base::Instant deadline) {
  auto connections = connections_of(host, user_id);
  if (!connections) return std::unexpected(connections.error());
  std::erase_if(*connections, [&](const ConnectionRow& connection) {
    return !stored.is_for(connection.device_id);
  });
  return post_to(host, *connections,
                 protocol::encode(protocol::LiveEvent{stored.epoch, stored.event}), deadline);
}

}  // namespace beckon::lambdas
