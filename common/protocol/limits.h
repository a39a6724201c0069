// SPDX-License-Identifier: Apache-2.0
// Every limit of the wire protocol and of what lies under it, with unit, reason and source.
// docs/PROTOCOL.md cites these by name.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/time.h"

namespace beckon::protocol {

using namespace std::chrono_literals;

// API Gateway closes with 1009 above these. Source: Amazon API Gateway, "Quotas for configuring and
// running a WebSocket API"; not raisable.
inline constexpr std::size_t kFrameBytesMax = 32 * 1024;
inline constexpr std::size_t kMessageBytesMax = 128 * 1024;
// The same page: no traffic for this long, or this age, and the gateway closes the connection.
inline constexpr base::Duration kGatewayIdleMax = 10min;
inline constexpr base::Duration kGatewayLifetimeMax = 2h;

// One event as a frame. Leaves 4 kB of the 32 kB frame for a `synced` message around it.
inline constexpr std::size_t kEventFrameBytesMax = 28 * 1024;
// What one `synced` answer may weigh. A device asks for less, never gets more; below the minimum
// not even an empty answer fits.
inline constexpr std::size_t kSyncedBytesMax = kFrameBytesMax;
inline constexpr std::size_t kSyncedBytesMin = 512;
inline constexpr std::size_t kSyncedBytesDefault = 16 * 1024;

// Identifiers: what fits a DynamoDB key, an HTTP header and a terminal line.
inline constexpr std::size_t kUserIdBytesMax = 128;
inline constexpr std::size_t kDeviceIdBytesMax = 128;
inline constexpr std::size_t kEventNameBytesMax = 128;  // EventBridge: DetailType
inline constexpr std::size_t kCollapseKeyBytesMax = 128;
inline constexpr std::size_t kTargetDevicesMax = 100;
inline constexpr std::size_t kFailedReportsMax = 32;     // entries of one sync's "failed"
inline constexpr std::size_t kFailedTextBytesMax = 200;  // an entry's action and error, each

// How long an event is kept if its sender does not say, and at most.
inline constexpr std::int64_t kEventTtlDefault_s = 7 * 24 * 3600;
inline constexpr std::int64_t kEventTtlMax_s = 366LL * 24 * 3600;

static_assert(kEventFrameBytesMax + 1024 <= kSyncedBytesMax);
static_assert(kSyncedBytesMax <= kFrameBytesMax && kFrameBytesMax <= kMessageBytesMax);

}  // namespace beckon::protocol
