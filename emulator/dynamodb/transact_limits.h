// SPDX-License-Identifier: Apache-2.0
// Limits that both transactional operations share.
#pragma once

#include <cstddef>

#include "common/json/json.h"

namespace beckon::emulator::dynamodb {

inline constexpr std::size_t kTransactItemsMax = 100;              // Service quotas: transactions
inline constexpr std::size_t kTransactBytesMax = 4 * 1024 * 1024;  // the same page

// TransactItems, 1 to 100 of them. Throws Fault.
json::View transact_items(json::View input);

}  // namespace beckon::emulator::dynamodb
