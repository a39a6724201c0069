// SPDX-License-Identifier: Apache-2.0
// Whatever is found on the disk in a cursor's place is a cursor that was written whole, nothing, or
// an error; never anything else, and never a crash. The same of failure reports, which lie beside
// it.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/stored_reports.h"
#include "common/base/assert.h"
#include "common/protocol/cursor.h"
#include "platform/linux/storage.h"

namespace {

using namespace beckon;

// Removed when the program ends.
struct Folder {
  Folder() { BECKON_ASSERT(mkdtemp(path.data()) != nullptr); }
  ~Folder() {
    unlink(file().c_str());
    rmdir(path.c_str());
  }
  std::string file() const { return path + "/cursor"; }
  std::string path = "/tmp/beckon-fuzz-XXXXXX";
};

void read_reports(std::string_view text) {
  const auto reports = agent::decode_reports(text);
  if (!reports) {
    BECKON_ASSERT(!reports.error().message.empty());
    return;
  }
  const std::string written = agent::encode_reports(reports->epoch, reports->failed);
  const auto again = agent::decode_reports(written);
  BECKON_ASSERT(again.has_value() && agent::encode_reports(again->epoch, again->failed) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  read_reports({reinterpret_cast<const char*>(data), size});
  const int fd = open(folder.file().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  BECKON_ASSERT(fd >= 0 && write(fd, data, size) == static_cast<ssize_t>(size));
  close(fd);
  platform::FileStorage storage(folder.path);
  const auto value = storage.get("cursor");
  if (!value) {
    BECKON_ASSERT(!value.error().message.empty());
  } else if (*value) {
    static_cast<void>(protocol::parse_cursor(**value));
    BECKON_ASSERT(storage.put("cursor", **value).has_value());
    const auto again = storage.get("cursor");
    BECKON_ASSERT(again.has_value() && *again == *value);
  }
  return 0;
}
