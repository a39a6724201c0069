// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/schema.h"

#include "common/base/assert.h"
#include "common/protocol/cursor.h"

namespace beckon::lambdas::schema {
namespace {

std::string digits16(std::uint64_t seq) {
  BECKON_ASSERT(seq <= protocol::kSeqMax);
  const std::string digits = std::to_string(seq);
  return std::string(16 - digits.size(), '0') + digits;
}

}  // namespace

std::string seq_key(std::uint64_t seq) {
  return "seq#" + digits16(seq);
}

std::string event_id_key(std::string_view event_id) {
  return "event-id#" + std::string(event_id);
}

std::string failed_key(std::uint64_t seq, std::string_view device_id) {
  return "failed#" + digits16(seq) + "#" + std::string(device_id);
}

std::string passed_key(std::uint64_t last_seq, std::string_view device_id) {
  return "passed#" + digits16(last_seq) + "#" + std::string(device_id);
}

std::string claim_key(std::string_view code) {
  return std::string(kClaimPrefix) + std::string(code);
}

std::string claim_minute_key(std::int64_t minute) {
  return std::string(kClaimPrefix) + "minute#" + std::to_string(minute);
}

std::string collapse_key(std::string_view collapse) {
  return "collapse#" + std::string(collapse);
}

}  // namespace beckon::lambdas::schema
