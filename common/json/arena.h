// SPDX-License-Identifier: Apache-2.0
// A piece of memory in which the tree of one document at a time is built, so that a device that
// reads message after message asks its heap for nothing. What does not fit comes from the heap.
#pragma once

#include <cstddef>
#include <memory>

namespace beckon::json {

class Arena {
 public:
  // A tree takes some 64 bytes a value (40 on 32 bits), and its names and texts.
  explicit Arena(std::size_t bytes)
      : memory_(std::make_unique<std::byte[]>(bytes)), bytes_(bytes) {}

  // While it lives, this thread's trees are built in, and freed from, the arena (none: the heap).
  // Private to common/json.
  class Scope {
   public:
    explicit Scope(Arena* arena);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Arena* outer_;
  };

  // Whether a document lives here; another one goes to the heap meanwhile.
  bool in_use() const { return used_ > 0; }
  void clear() { used_ = 0; }

 private:
  static void* allocate(std::size_t bytes);
  static void release(void* memory);
  static void install();

  void* take(std::size_t bytes);
  bool owns(const void* memory) const;

  std::unique_ptr<std::byte[]> memory_;
  std::size_t bytes_;
  std::size_t used_ = 0;
};

}  // namespace beckon::json
