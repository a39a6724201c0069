// SPDX-License-Identifier: Apache-2.0
// What operators do with devices that have keys: the rows' side of `beckon device`. Each change is
// one conditional write, so that two operators cannot undo each other without knowing.
#pragma once

#include <cstddef>
#include <string>

#include "common/base/time.h"
#include "common/crypto/es256.h"
#include "lambdas/backend/device_row.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

// Registers a device, or gives a key to one of the same owner that was registered in open mode
// (whose cursor stays). Tokens made before this moment are not accepted: none of an earlier life of
// the same id can be replayed. Errors: kInvalid (an id that cannot be one),
// kAlreadyExists, saying whose it is; those of Database.
base::Status add_device(Host& host, const std::string& device_id, const std::string& user_id,
                        const crypto::PublicKey& key);

// Makes `key` the device's key; the present one is accepted until `overlap` has passed (0: not at
// all), one before that no longer. The present key again, with an overlap of 0, ends the overlap of
// the one before. Errors: kNotFound, kInvalid (it is the present key and nothing is to be ended, or
// the device has none), kConflict (somebody changed it meanwhile); those of Database.
base::Status rotate_key(Host& host, const std::string& device_id, const crypto::PublicKey& key,
                        base::Duration overlap);

// A disabled device is refused at its next handshake and its next sync; see close_connections for
// those that are open. Doing it twice is no error. Errors: kNotFound, kInvalid (the device has no
// key: nothing proves that it is the one that is meant); those of Database.
base::Status disable_device(Host& host, const std::string& device_id);
base::Status enable_device(Host& host, const std::string& device_id);

// Deletes the row: the device is not known any more. Errors: kNotFound; those of Database.
base::Status remove_device(Host& host, const std::string& device_id);

struct ClosedConnections {
  std::size_t closed = 0;
  std::size_t failed = 0;  // still open, maybe; their rows stay
};

// Closes the device's open connections and removes their rows, so that nothing is pushed there any
// more. Errors: those of Database.
base::Result<ClosedConnections> close_connections(Host& host, const std::string& user_id,
                                                  const std::string& device_id,
                                                  base::Duration budget);

struct ClaimedDevice {
  std::string device_id;
  crypto::PublicKey key;
};

// Registers the device that shows this code (as identity::parse_claim_code gives it) for the user.
// The code is used up by that. Errors: kInvalid (no user id), kNotFound (no device shows it now),
// kAlreadyExists, kConflict (two different keys did, or it changed meanwhile); those of Database.
base::Result<ClaimedDevice> claim_device(Host& host, const std::string& code,
                                         const std::string& user_id);

}  // namespace beckon::lambdas
