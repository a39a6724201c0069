// SPDX-License-Identifier: Apache-2.0
// Failure reports as the storage keeps them: written before the cursor that passes their events, so
// that after a crash "handled" is not said of an event whose action failed. One line of JSON:
// {"epoch":"k3f9","failed":[{"seq":43,"action":"exec","error":"…"}]}. Decides nothing about when.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ports.h"
#include "common/base/error.h"
#include "common/protocol/messages.h"

namespace beckon::agent {

struct StoredReports {
  std::string epoch;
  std::vector<protocol::FailedReport> failed;  // by seq, which stands once
};

// What a report adds to the line. Its texts must be as Session::report_failure makes them: UTF-8
// without control characters.
std::size_t stored_bytes(const protocol::FailedReport& report);

std::string encode_reports(std::string_view epoch, std::span<const protocol::FailedReport> reports);

// kInvalid or kLimit: it is not such a line; says what was expected.
base::Result<StoredReports> decode_reports(std::string_view text);

// How much stored_bytes() of all reports may be, for the line to fit the storage.
inline constexpr std::size_t kStoredReportsBytesMax = kStoredValueBytesMax - 64;

}  // namespace beckon::agent
