// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/memory.h"

#include <malloc.h>

#include "common/json/writer.h"
#include "emulator/dynamodb/sqlite.h"

namespace beckon::emulator {

std::string memory_json() {
  const struct mallinfo2 heap = mallinfo2();
  json::Writer writer;
  writer.begin_object()
      .member("allocated", static_cast<std::int64_t>(heap.uordblks + heap.hblkhd))
      .member("sqlite", dynamodb::memory_used())
      .end_object();
  return writer.take();
}

}  // namespace beckon::emulator
