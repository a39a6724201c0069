// SPDX-License-Identifier: Apache-2.0
#include "lambdas/sync/passed_rows.h"

#include "lambdas/backend/schema.h"
#include "lambdas/backend/stream_row.h"
#include "lambdas/sync/failed_rows.h"

namespace beckon::lambdas {
namespace {

const char* reason_text(PassedRun::Why why) {
  switch (why) {
    case PassedRun::Why::kExpired: return schema::kReasonExpired;
    case PassedRun::Why::kReplaced: return schema::kReasonReplaced;
    case PassedRun::Why::kBefore: return schema::kReasonBefore;
  }
  return schema::kReasonExpired;
}

}  // namespace

base::Status write_passed(Host& host, const GatewayEvent& event, const std::string& epoch,
                          const std::vector<PassedRun>& runs) {
  if (runs.empty()) return {};
  const std::int64_t expires_at_s = unix_s(host.pace.wall_now()) + kFailedKept_s;
  std::vector<TransactWrite> writes;
  for (const PassedRun& run : runs) {
    TransactWrite write;
    write.table = host.tables.streams;
    write.item = stream_key(event.user_id, schema::passed_key(run.last_seq, event.device_id));
    write.item[schema::kDeviceId] = event.device_id;
    write.item[schema::kEpoch] = epoch;
    write.item[schema::kFirstSeq] = number(static_cast<std::int64_t>(run.first_seq));
    write.item[schema::kSeq] = number(static_cast<std::int64_t>(run.last_seq));
    write.item[schema::kReason] = reason_text(run.why);
    write.item[schema::kExpiresAt] = number(expires_at_s);
    writes.push_back(std::move(write));
  }
  int failed_index = -1;
  return host.database.transact(writes, &failed_index);
}

}  // namespace beckon::lambdas
