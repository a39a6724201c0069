// SPDX-License-Identifier: Apache-2.0
// The local authority: made once, kept in a folder of its owner's alone, so that what trusts it
// once trusts every emulator of this person. Its certificate is meant for AWS_CA_BUNDLE and
// --cacert, not for a system's or a browser's store.
#pragma once

#include <string>

#include "common/base/error.h"
#include "emulator/tls/certificate.h"

namespace beckon::emulator {

// $XDG_DATA_HOME/beckon/ca, else ~/.local/share/beckon/ca; without a home "": name one.
std::string default_authority_folder();

// FOLDER/ca.pem, what others are to trust.
std::string authority_file(const std::string& folder);

// Reads the authority of this folder; makes it, and the folder, if it is not there. Safe against
// another emulator that does so at the same time. Errors: kIo, kDenied (others can read the key),
// kInvalid (there is no folder to keep it in, or one half of it is missing).
base::Result<KeyAndCertificate> open_authority(const std::string& folder);

}  // namespace beckon::emulator
