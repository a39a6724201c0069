// SPDX-License-Identifier: Apache-2.0
#include "lambdas/sync/handler.h"

#include "lambdas/backend/admission.h"
#include "lambdas/backend/append.h"
#include "lambdas/backend/device_row.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/replay.h"
#include "lambdas/backend/retry.h"
#include "lambdas/sync/failed_rows.h"
#include "lambdas/sync/passed_rows.h"
#include "lambdas/sync/takeover.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

// What this sync says about the device's progress.
DeviceSeen seen_by(const protocol::SyncRequest& request, const Start& start, const Head& head) {
  DeviceSeen seen;
  if (start.cursor_known) {
    seen.cursor = request.cursor;
  } else if (start.after == head.seq) {
    // A new device begins here, or one that was ahead goes back to here.
    seen.cursor = protocol::Cursor{head.epoch, head.seq};
    seen.may_go_back = start.reset;
  }
  return seen;
}

void log_answer(Host& host, const GatewayEvent& event, const protocol::Synced& synced) {
  const base::Logger log(host.log, "sync");
  const std::string cursor = protocol::to_string(synced.cursor);
  log.info("device \"%s\" of user \"%s\": %zu events, now at %s, head %llu, lost %llu%s%s",
           event.device_id.c_str(), event.user_id.c_str(), synced.events.size(), cursor.c_str(),
           static_cast<unsigned long long>(synced.head.seq),
           static_cast<unsigned long long>(synced.lost), synced.more ? ", more" : "",
           synced.reset ? ", reset" : "");
}

// The part that only reads and answers, and the receipts.
base::Result<protocol::Synced> read_on(Host& host, const GatewayEvent& event,
                                       const protocol::SyncRequest& request,
                                       const DeviceRow& device, DeviceSeen* seen,
                                       base::Instant deadline) {
  const auto head = ensure_head(host, event.user_id, deadline);
  if (!head) return std::unexpected(head.error());
  const Start start = decide_start(request, device.cursor, *head);
  *seen = seen_by(request, start, *head);
  if (start.cursor_known) {
    const auto written = write_failed(host, event, *request.cursor, request.failed);
    if (!written) return std::unexpected(written.error());
  }
  auto read =
      replay(host, event.user_id, event.device_id, start, *head, request.max_bytes, deadline);
  if (!read) return std::unexpected(read.error());
  const auto written = write_passed(host, event, head->epoch, read->passed);
  if (!written) return std::unexpected(written.error());
  return std::move(read->answer);
}

// One try; kConflict if the device's row changed meanwhile.
base::Result<std::string> try_sync(Host& host, const GatewayEvent& event,
                                   const protocol::SyncRequest& request, base::Instant deadline) {
  const auto device = read_device(host, event.device_id);
  if (!device) return std::unexpected(device.error());
  if (const auto admitted = check_admission(host, *device, event); !admitted) {
    return refuse_connection(host, event, deadline, "denied", admitted.error().message);
  }
  const Standing standing = standing_of(event, **device);
  if (standing == Standing::kSuperseded) {
    return refuse_connection(host, event, deadline, "superseded",
                             "this device has a newer connection");
  }
  if (standing == Standing::kFirst) {
    const auto taken = take_over(host, event, deadline);
    if (!taken) return std::unexpected(taken.error());
  }
  DeviceSeen seen;
  const auto synced = read_on(host, event, request, **device, &seen, deadline);
  if (!synced) return std::unexpected(synced.error());
  // Last, so that a sync that failed half-way is a first one again.
  const auto written = write_seen(host, event, **device, seen);
  if (!written) return std::unexpected(written.error());
  log_answer(host, event, *synced);
  return answer_frame(protocol::encode(*synced));
}

}  // namespace

base::Result<std::string> handle_sync(Host& host, std::string_view text, base::Instant deadline) {
  const auto event = decode_gateway_event(text);
  if (!event) return std::unexpected(event.error());
  const auto body = json::parse(event->body);
  if (!body) return answer_error("invalid", body.error().message);
  const auto request = protocol::decode_sync(body->root());
  if (!request) return answer_error("invalid", request.error().message);
  const base::Logger log(host.log, "sync");
  // One line: a client that sends nothing else must not get a log of many times its own messages.
  if (!request->failed_refused.empty()) {
    log.warning("device \"%s\" of user \"%s\": %zu failure reports are left out; the first: %s",
                event->device_id.c_str(), event->user_id.c_str(), request->failed_refused.size(),
                request->failed_refused.front().c_str());
  }

  Retry retry(host.pace, deadline);
  base::Result<std::string> answered;
  do {
    answered = try_sync(host, *event, *request, deadline);
    if (answered) return answered;
    // After kTimeout it is unknown what was written; reading again is the way to know.
    const ErrorCode code = answered.error().code;
    if (code != ErrorCode::kConflict && code != ErrorCode::kTimeout) return answered;
  } while (retry.wait());
  return answered;
}

}  // namespace beckon::lambdas
