// SPDX-License-Identifier: Apache-2.0
#include "tests/footprint/counting_malloc.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

// glibc's own functions under their other names.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void __libc_free(void* memory);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace beckon::footprint {
namespace {

constexpr int kFrames = 14;
constexpr std::size_t kSitesMax = 4096;

struct Site {
  std::array<void*, kFrames> frames{};
  int depth = 0;
};

// Fixed memory: nothing here may allocate while it counts.
struct Counter {
  bool on = false;
  Allocations counted;
  std::array<Site, kSitesMax> sites;
  std::size_t site_count = 0;
};
Counter counter;

void note(void* memory) {
  if (!counter.on || memory == nullptr) return;
  counter.counted.bytes += static_cast<std::int64_t>(malloc_usable_size(memory));
  ++counter.counted.count;
  if (counter.site_count == kSitesMax) return;
  counter.on = false;
  Site& site = counter.sites[counter.site_count++];
  site.depth = backtrace(site.frames.data(), kFrames);
  counter.on = true;
}

void note_freed(void* memory) {
  if (!counter.on || memory == nullptr) return;
  counter.counted.bytes -= static_cast<std::int64_t>(malloc_usable_size(memory));
}

std::string name_of(void* address) {
  Dl_info info{};
  if (dladdr(address, &info) == 0 || info.dli_sname == nullptr) return "?";
  int status = 0;
  char* readable = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
  std::string name(status == 0 ? readable : info.dli_sname);
  std::free(readable);
  return name.substr(0, name.find('('));
}

// The callers that are ours, innermost first.
std::string describe(const Site& site) {
  std::string text;
  for (int i = 0; i < site.depth; ++i) {
    const std::string name = name_of(site.frames[static_cast<std::size_t>(i)]);
    if (!name.starts_with("beckon::") || name.starts_with("beckon::footprint")) continue;
    text += (text.empty() ? "" : " < ") + name.substr(8);
    if (std::count(text.begin(), text.end(), '<') >= 3) break;
  }
  return text.empty() ? "?" : text;
}

}  // namespace

void start_counting() {
  std::array<void*, 1> frame{};
  backtrace(frame.data(), 1);  // loads what it needs, with malloc
  counter.counted = Allocations{};
  counter.site_count = 0;
  counter.on = true;
}

Allocations stop_counting() {
  counter.on = false;
  return counter.counted;
}

void report_sites() {
  std::map<std::string, int> times;
  for (std::size_t i = 0; i < counter.site_count; ++i) ++times[describe(counter.sites[i])];
  std::vector<std::pair<int, std::string>> sorted;
  for (const auto& [site, count] : times) sorted.emplace_back(count, site);
  std::ranges::sort(sorted, std::greater<>());
  for (const auto& [count, site] : sorted) std::fprintf(stderr, "%6d %s\n", count, site.c_str());
}

}  // namespace beckon::footprint

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

void* malloc(std::size_t size) noexcept {
  void* memory = __libc_malloc(size);
  beckon::footprint::note(memory);
  return memory;
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  void* memory = __libc_calloc(count, size);
  beckon::footprint::note(memory);
  return memory;
}

void* realloc(void* memory, std::size_t size) noexcept {
  beckon::footprint::note_freed(memory);
  void* moved = __libc_realloc(memory, size);
  beckon::footprint::note(moved);
  return moved;
}

void free(void* memory) noexcept {
  beckon::footprint::note_freed(memory);
  __libc_free(memory);
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
