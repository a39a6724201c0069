// SPDX-License-Identifier: Apache-2.0
// Rows of the devices table: whose a device is, how far it is, when it was last seen.
#pragma once

#include <optional>
#include <string>

#include "common/protocol/cursor.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

struct DeviceRow {
  std::string user_id;
  std::string cursor;                // as stored; "" if there is none
  std::string connection_id;         // of the connection that synced last; "" before the first sync
  std::int64_t connected_at_ms = 0;  // of the same
  bool expires = false;              // registered in open mode
  std::string public_key;            // as stored; "" for a device registered in open mode
  std::string previous_key;          // the same; "" if there is none
  std::int64_t previous_key_until_ms = 0;
  bool disabled = false;
};

// How a device's row is found.
Item device_key(const std::string& device_id);

// Only where names are believed (AuthMode=open): there a device belongs to the user who names it
// first, until nobody has seen it for kOpenDeviceKept_s. DynamoDB calls: one. Errors: kDenied if it
// is somebody else's, or has a key, which its name alone does not prove; those of Database.
base::Status register_open_device(Host& host, const GatewayEvent& event);

// None if the device is not known (any more). DynamoDB calls: one.
base::Result<std::optional<DeviceRow>> read_device(Host& host, const std::string& device_id);

// Whether who proved to have this key (as stored; "" where names are believed) is this device: it
// is its key, or the one before and the overlap of a rotation lasts.
bool accepts_key(const DeviceRow& row, std::string_view key, std::int64_t now_ms);

// What a sync leaves behind.
struct DeviceSeen {
  std::optional<protocol::Cursor> cursor;  // none: leave it as it is
  bool may_go_back = false;                // the cursor replaces a larger one of the same epoch
};

// Whether `cursor` may replace the stored one: never backwards within an epoch.
bool moves_forward(const std::string& stored, const protocol::Cursor& cursor);

// Writes lastSeen, the connection and the cursor, on condition that the row still is as it was
// read: the same owner and key, not disabled since. DynamoDB calls: one. Errors: kConflict if it is
// not; those of Database.
base::Status write_seen(Host& host, const GatewayEvent& event, const DeviceRow& read,
                        const DeviceSeen& seen);

inline constexpr std::int64_t kOpenDeviceKept_s = 90LL * 24 * 3600;

}  // namespace beckon::lambdas
