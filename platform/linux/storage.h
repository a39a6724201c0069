// SPDX-License-Identifier: Apache-2.0
// agent::Storage in files: one small file per key, replaced atomically, with a checksum so that a
// damaged one is noticed. And one in memory, for --no-state.
#pragma once

#include <map>
#include <string>

#include "agent/ports.h"
#include "platform/linux/descriptor.h"

namespace beckon::platform {

class FileStorage final : public agent::Storage {
 public:
  // directory: made (with its parents, mode 0700) at the first put. Keys are file names.
  explicit FileStorage(std::string directory) : directory_(std::move(directory)) {}

  // Makes the directory and sees whether a file can be made in it. kIo: which call failed and why.
  base::Status prepare();

  base::Result<std::optional<std::string>> get(std::string_view key) override;
  base::Status put(std::string_view key, std::string_view value) override;

  // Keeps other processes from using key as long as this object lives. kAlreadyExists: one does.
  base::Status lock(std::string_view key);

 private:
  std::string path(std::string_view key) const;

  std::string directory_;
  Descriptor lock_;
};

class MemoryStorage final : public agent::Storage {
 public:
  base::Result<std::optional<std::string>> get(std::string_view key) override;
  base::Status put(std::string_view key, std::string_view value) override;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace beckon::platform
