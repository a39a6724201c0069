// SPDX-License-Identifier: Apache-2.0
// Values of any shape, made from a fuzz program's input. At the input's end everything is the
// smallest it may be.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/json/writer.h"

namespace beckon::tests {

class Dice {
 public:
  explicit Dice(std::string_view input) : input_(input) {}

  bool is_used_up() const { return input_.empty(); }

  std::uint8_t byte() {
    if (input_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(input_.front());
    input_.remove_prefix(1);
    return first;
  }
  bool flip() { return (byte() & 1U) != 0; }

  // least … most; often one of both.
  std::uint64_t number(std::uint64_t least, std::uint64_t most) {
    const std::uint8_t kind = byte();
    if (kind % 4 == 0) return least;
    if (kind % 4 == 1) return most;
    std::uint64_t value = 0;
    for (int i = 0; i < (kind % 4 == 2 ? 2 : 8); ++i) value = value << 8 | byte();
    return least + (most == least ? 0 : value % (most - least + 1));
  }

  // UTF-8 of bytes_min … bytes_max bytes without U+0000; is_clean: without control characters.
  std::string text(std::size_t bytes_min, std::size_t bytes_max, bool is_clean = false) {
    const auto wanted = static_cast<std::size_t>(number(bytes_min, bytes_max));
    const std::string unit = characters(is_clean);
    std::string out;
    while (out.size() + unit.size() <= wanted) out += unit;
    out.resize(std::max(bytes_min, wanted), '.');
    return out;
  }

  // JSON text of an object of at most `levels` levels, as Beckon writes it.
  std::string object(int levels) {
    json::Writer writer;
    members(writer, levels);
    const auto document = json::parse(writer.text(), json::kDepthMaxHost);
    return document ? document->root().print() : "{}";  // not if a name stands twice
  }

 private:
  std::string characters(bool is_clean) {
    static constexpr std::string_view kKinds[] = {
        "\"", "\\", "\x7F", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x94\x94", "<", "\xC2\x80"};
    std::string out;
    for (int i = byte() % 4; i >= 0; --i) {
      const std::uint8_t c = byte();
      if (c >= 0xF0) {
        out += kKinds[c % 8];
      } else if (c >= 0x20 && c < 0x7F) {
        out += static_cast<char>(c);
      } else {
        out += static_cast<char>(1 + c % 0x1F);
      }
    }
    if (is_clean) {
      std::ranges::replace_if(out, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }, ' ');
      for (std::size_t at = 0; (at = out.find("\xC2\x80", at)) != std::string::npos;) {
        out.replace(at, 2, 2, ' ');
      }
    }
    return out;
  }

  void members(json::Writer& writer, int levels) {
    writer.begin_object();
    for (int i = byte() % 4; i > 0; --i) {
      writer.key(text(0, 12));
      value(writer, levels - 1);
    }
    writer.end_object();
  }

  void value(json::Writer& writer, int levels) {
    const std::uint8_t kind = byte() % 8;
    if (kind == 0 && levels > 0) return members(writer, levels);
    if (kind == 1 && levels > 0) {
      writer.begin_array();
      for (int i = byte() % 4; i > 0; --i) value(writer, levels - 1);
      writer.end_array();
      return;
    }
    const auto whole = static_cast<std::int64_t>(number(0, 1ULL << 53));
    switch (kind) {
      case 2: writer.integer(-whole); break;
      case 3: writer.number(static_cast<double>(whole) / 1e9); break;
      case 4: writer.number(static_cast<double>(whole) * 1e200); break;
      case 5: writer.boolean(flip()); break;
      case 6: writer.null(); break;
      case 7: writer.string(text(0, 40)); break;
      default: writer.integer(whole);
    }
  }

  std::string_view input_;
};

}  // namespace beckon::tests
