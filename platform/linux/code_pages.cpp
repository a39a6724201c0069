// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/code_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace beckon::platform {
namespace {

int release(dl_phdr_info* info, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t from = info->dlpi_addr + segment.p_vaddr;
    const std::uintptr_t begin = (from + page - 1) / page * page;
    const std::uintptr_t end = (from + segment.p_memsz) / page * page;
    if (begin >= end) continue;
    void* pages = reinterpret_cast<void*>(begin);  // NOLINT(performance-no-int-to-ptr): an address
    // What the kernel maps itself (the vDSO) stays; that is no trouble.
    static_cast<void>(madvise(pages, end - begin, MADV_DONTNEED));
  }
  return 0;
}

}  // namespace

void release_code_pages() {
  dl_iterate_phdr(release, nullptr);
}

}  // namespace beckon::platform
