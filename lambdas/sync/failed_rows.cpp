// SPDX-License-Identifier: Apache-2.0
#include "lambdas/sync/failed_rows.h"

#include <set>

#include "lambdas/backend/schema.h"
#include "lambdas/backend/stream_row.h"

namespace beckon::lambdas {

base::Status write_failed(Host& host, const GatewayEvent& event, const protocol::Cursor& cursor,
                          const std::vector<protocol::FailedReport>& reports) {
  const std::int64_t expires_at_s = unix_s(host.pace.wall_now()) + kFailedKept_s;
  std::set<std::uint64_t> seen;
  std::vector<TransactWrite> writes;
  for (const protocol::FailedReport& report : reports) {
    if (report.seq == 0 || report.seq > cursor.seq || !seen.insert(report.seq).second) continue;
    TransactWrite write;
    write.table = host.tables.streams;
    write.item = stream_key(event.user_id, schema::failed_key(report.seq, event.device_id));
    write.item[schema::kDeviceId] = event.device_id;
    write.item[schema::kEpoch] = cursor.epoch;
    write.item[schema::kSeq] = number(static_cast<std::int64_t>(report.seq));
    write.item[schema::kAction] = report.action;
    write.item[schema::kError] = report.error;
    write.item[schema::kTime] = base::format_rfc3339(host.pace.wall_now());
    write.item[schema::kExpiresAt] = number(expires_at_s);
    writes.push_back(std::move(write));
  }
  if (writes.empty()) return {};
  int failed_index = -1;
  return host.database.transact(writes, &failed_index);
}

}  // namespace beckon::lambdas
