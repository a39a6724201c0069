// SPDX-License-Identifier: Apache-2.0
// What happened, line by line: printed if somebody wants to read it, and always summed up in a
// digest, which two runs of one seed must share on every platform. So a line holds texts and whole
// numbers only.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "common/base/time.h"

namespace beckon::sim {

// FNV-1a, 64 bits.
class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
    add_byte(0xFF);  // no UTF-8 text holds it: "ab","c" is not "a","bc"
  }
  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
      add_byte(static_cast<unsigned char>(number >> shift));
  }
  std::uint64_t value() const { return value_; }

 private:
  void add_byte(unsigned char byte) {
    value_ ^= byte;
    value_ *= 0x100000001B3ULL;
  }
  std::uint64_t value_ = 0xCBF29CE484222325ULL;
};

class Trace {
 public:
  explicit Trace(bool print) : print_(print) {}

  template <class... Parts>
  void line(base::Instant at, const Parts&... parts) {
    const auto ms = static_cast<std::uint64_t>(at.time_since_epoch().count());
    digest_.add(ms);
    if (print_) {
      std::printf("%5llu.%03u", static_cast<unsigned long long>(ms / 1000),
                  static_cast<unsigned>(ms % 1000));
    }
    (part(parts), ...);
    if (print_) std::printf("\n");
  }
  bool prints() const { return print_; }
  Digest& digest() { return digest_; }

 private:
  void part(std::string_view text) {
    digest_.add(text);
    if (print_) std::printf(" %.*s", static_cast<int>(text.size()), text.data());
  }
  void part(std::integral auto number) {
    digest_.add(static_cast<std::uint64_t>(number));
    if (print_) std::printf(" %llu", static_cast<unsigned long long>(number));
  }

  bool print_;
  Digest digest_;
};

}  // namespace beckon::sim
