// SPDX-License-Identifier: Apache-2.0
// Whom TLS trusts: Amazon's roots, which are built in, a file, or the system's. Verifies nothing.
#pragma once

#include <string>
#include <string_view>

#include "agent/config.h"
#include "common/base/error.h"
#include "common/base/log.h"

namespace beckon::platform {

// Certificates in PEM, of cmake/amazon_roots.cmake; "" where the building machine had none.
extern const char kAmazonRoots[];

// Instead of a file's name: the system's certificates.
inline constexpr char kSystemTrust[] = "system";

// One of the two is not empty.
struct Trust {
  std::string file = {};       // PEM
  std::string_view text = {};  // PEM; lives as long as the program
};

// ca_file: as configured; "": the built-in roots, or without them the system's. Errors: kNotFound
// (the system has no file of trusted certificates).
base::Result<Trust> find_trust(const std::string& ca_file);

// Whether a file that was named is one that TLS can use and that nobody else can change, needed
// today or not. The error names the file.
base::Status check_trust(const std::string& ca_file);

// What is allowed but not safe, said at every start: no TLS to another machine, a single pin.
void warn_about_trust(const agent::Config& config, const base::Logger& log);

}  // namespace beckon::platform
