// SPDX-License-Identifier: Apache-2.0
// The file in which a device keeps its private key: made once, readable by its owner alone.
#pragma once

#include <string>

#include "common/base/error.h"
#include "common/crypto/es256.h"

namespace beckon::platform {

// Makes a key and writes it to a new file, mode 0600: whole and on the disk, or not there at all.
// Errors: kAlreadyExists (an existing file is never touched), kIo.
base::Result<crypto::PrivateKey> make_key_file(const std::string& path);

// Errors: kIo; kDenied if anybody but this user (or root) owns the file, or others than its owner
// can read or write it, or anybody can replace it (its folder), with the command that mends it;
// kInvalid if it holds no key.
base::Result<crypto::PrivateKey> read_key_file(const std::string& path);

}  // namespace beckon::platform
