// SPDX-License-Identifier: Apache-2.0
// --tls and "beckon-emulator ca": the local authority, and the certificate of this emulator.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "emulator/app/options.h"
#include "emulator/tls/context.h"

namespace beckon::emulator {

// The names and addresses that the certificate is for: this machine's loopback, what the emulator
// listens on, and --allow-host.
std::vector<std::string> certificate_names(const AppOptions& options);

// Opens the authority, or makes it, and issues a new certificate. The error names the folder.
base::Result<std::shared_ptr<const TlsContext>> make_tls_context(const AppOptions& options);

// Prints the authority's certificate on standard output. Returns the exit status.
int print_authority(const AppOptions& options);

}  // namespace beckon::emulator
