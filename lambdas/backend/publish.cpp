// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/publish.h"

#include "common/protocol/limits.h"

namespace beckon::lambdas {
namespace {

// What append leaves of the time for pushing.
constexpr base::Duration kForPush{2000};

}  // namespace

base::Status check_draft(const Draft& draft) {
  // With the longest epoch and number, so that the answer does not depend on where it is stored.
  protocol::Event event{protocol::kSeqMax, draft.id,      draft.name,     draft.time,
                        draft.data,        draft.devices, draft.signature};
  const std::string epoch(protocol::kEpochBytesMax, 'z');
  const std::size_t bytes = protocol::encode(protocol::LiveEvent{epoch, event}).size();
  if (bytes > protocol::kEventFrameBytesMax) {
    return base::fail(base::ErrorCode::kLimit, "TooLarge: the event is " + std::to_string(bytes) +
                                                   " bytes as a frame, expected at most " +
                                                   std::to_string(protocol::kEventFrameBytesMax));
  }
  // Every device must be able to read it where it is nested deepest.
  protocol::Synced answer{{epoch, protocol::kSeqMax}, {epoch, protocol::kSeqMax}, {}};
  answer.events.push_back({std::move(event), 0});
  const auto readable = protocol::decode_server_message(protocol::encode(answer));
  if (!readable) {
    return base::fail(base::ErrorCode::kInvalid,
                      "Unreadable: devices could not read the event: " + readable.error().message);
  }
  return {};
}

base::Result<Published> publish(Host& host, const std::string& user_id, const Draft& draft,
                                base::Instant deadline) {
  if (const auto checked = check_draft(draft); !checked) return std::unexpected(checked.error());
  auto appended = append(host, user_id, draft, deadline - kForPush);
  if (!appended) return std::unexpected(appended.error());
  Published published{std::move(*appended), {}, {}};
  if (published.appended.gone) return published;
  const auto pushed = push(host, user_id, published.appended.stored, deadline);
  if (pushed) {
    published.pushed = *pushed;
  } else {
    published.push_status = std::unexpected(pushed.error());
  }
  return published;
}

}  // namespace beckon::lambdas
