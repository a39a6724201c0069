// SPDX-License-Identifier: Apache-2.0
// agent::Storage in files: one small file per key, replaced atomically, with a checksum so that a
// damaged one is noticed. And one in memory, for --no-state. Nothing is retried here: what failed
// is an error, and whoever stores tries again later, with a new file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "agent/ports.h"
#include "platform/linux/descriptor.h"
#include "platform/linux/file_calls.h"

namespace beckon::platform {

class FileStorage final : public agent::Storage {
 public:
  // directory: made (with its parents, mode 0700) at the first put. Keys are file names.
  explicit FileStorage(std::string directory)
      : FileStorage(std::move(directory), std::make_unique<FileCalls>()) {}
  // calls: what carries out every change of the disk.
  FileStorage(std::string directory, std::unique_ptr<FileCalls> calls)
      : directory_(std::move(directory)), calls_(std::move(calls)) {}

  // Makes the directory and sees whether a file can be made in it, and whether by others, too.
  // kIo: which call failed and why. kDenied: others could change what is kept.
  base::Status prepare();

  // kDenied: somebody else owns the file or could write it, so nothing of it is believed.
  base::Result<std::optional<std::string>> get(std::string_view key) override;
  base::Status put(std::string_view key, std::string_view value) override;

  // Keeps other processes from using key as long as this object lives. kAlreadyExists: one does.
  base::Status lock(std::string_view key);

 private:
  std::string path(std::string_view key) const;
  base::Status make_directories();
  base::Status sync_directory(const std::string& path);
  base::Status write_new(const std::string& path, std::string_view text);
  base::Status write_all(int fd, std::string_view text, const std::string& path);

  std::string directory_;
  std::unique_ptr<FileCalls> calls_;
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
