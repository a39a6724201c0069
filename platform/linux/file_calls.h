// SPDX-License-Identifier: Apache-2.0
// The system calls that change what a disk holds, as one object, so that tests can make each of
// them fail or cut the power after it. Each does what the call of its name does, errno included.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

namespace beckon::platform {

class FileCalls {
 public:
  virtual ~FileCalls() = default;
  virtual int make_directory(const char* path, mode_t mode) { return ::mkdir(path, mode); }
  virtual int remove_directory(const char* path) { return ::rmdir(path); }
  virtual int open(const char* path, int flags, mode_t mode) { return ::open(path, flags, mode); }
  virtual ssize_t write(int fd, const void* bytes, std::size_t count) {
    return ::write(fd, bytes, count);
  }
  virtual int sync(int fd) { return ::fsync(fd); }
  virtual int rename(const char* from, const char* to) { return ::rename(from, to); }
  virtual int remove(const char* path) { return ::unlink(path); }
};

}  // namespace beckon::platform
