// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/signers.h"

#include <string>

#include "platform/linux/trusted_file.h"

namespace beckon::platform {

base::Result<std::vector<crypto::PublicKey>> load_signers(const agent::Config& config) {
  std::vector<crypto::PublicKey> keys;
  for (const std::string& entry : config.signers) {
    std::string where = "signers[" + std::to_string(keys.size()) + "]: ";
    std::string text = entry;
    if (!entry.starts_with("-----BEGIN ")) {
      auto read = read_trusted_file(entry, crypto::kKeyFileBytesMax);
      if (!read) return base::fail(read.error().code, where + read.error().message);
      text = std::move(*read);
      where += entry + ": ";
    }
    const auto key = crypto::PublicKey::from_pem(text);
    if (!key) return base::fail(key.error().code, where + key.error().message);
    keys.push_back(*key);
  }
  return keys;
}

}  // namespace beckon::platform
