// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/tls.h"

#include <cstdio>

#include "emulator/app/complain.h"
#include "emulator/tls/authority.h"
#include "emulator/tls/certificate.h"

namespace beckon::emulator {

std::vector<std::string> certificate_names(const AppOptions& options) {
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  const std::string& host = options.host;
  if (host != "0.0.0.0" && host != "::" && host != "127.0.0.1" && host != "::1") {
    names.push_back(host);
  }
  names.insert(names.end(), options.allowed_hosts.begin(), options.allowed_hosts.end());
  return names;
}

base::Result<std::shared_ptr<const TlsContext>> make_tls_context(const AppOptions& options) {
  const auto authority = open_authority(options.ca_dir);
  if (!authority) return std::unexpected(authority.error());
  const auto server = issue(*authority, certificate_names(options));
  if (!server) {
    return base::fail(server.error().code, "the local authority in " + options.ca_dir +
                                               " is of no use: " + server.error().message +
                                               "; remove the folder and a new one is made");
  }
  return TlsContext::make(*server);
}

int print_authority(const AppOptions& options) {
  const auto authority = open_authority(options.ca_dir);
  if (!authority) return complain(1, authority.error().message);
  std::fputs(authority->certificate_pem.c_str(), stdout);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace beckon::emulator
