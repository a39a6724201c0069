// SPDX-License-Identifier: Apache-2.0
#include "common/json/arena.h"

#include <cstdlib>
#include <functional>

#include <cJSON.h>

namespace beckon::json {
namespace {

thread_local Arena* current = nullptr;

}  // namespace

Arena::Scope::Scope(Arena* arena) : outer_(current) {
  if (arena != nullptr) install();
  current = arena;
}

Arena::Scope::~Scope() {
  current = outer_;
}

// cJSON has one allocator for the whole process; ours is malloc where no arena is in scope.
void Arena::install() {
  static const bool kInstalled = [] {
    cJSON_Hooks hooks{allocate, release};
    cJSON_InitHooks(&hooks);
    return true;
  }();
  static_cast<void>(kInstalled);
}

void* Arena::allocate(std::size_t bytes) {
  if (current != nullptr) {
    if (void* memory = current->take(bytes)) return memory;
  }
  return std::malloc(bytes);
}

void Arena::release(void* memory) {
  if (current != nullptr && current->owns(memory)) return;
  std::free(memory);
}

void* Arena::take(std::size_t bytes) {
  constexpr std::size_t kAlignment = alignof(std::max_align_t);
  const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (rounded < bytes || rounded > bytes_ - used_) return nullptr;
  void* memory = memory_.get() + used_;
  used_ += rounded;
  return memory;
}

bool Arena::owns(const void* memory) const {
  const std::less<const void*> before;
  return !before(memory, memory_.get()) && before(memory, memory_.get() + bytes_);
}

}  // namespace beckon::json
