// SPDX-License-Identifier: Apache-2.0
// XML as the emulator's answers have it (elements, text, the references that escape it), read
// strictly: what a client's parser would refuse, or read as another text, is no answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/bytes.h"

namespace beckon::tests {

class XmlReader {
 public:
  // Elements that hold text or nothing, in order: name and text.
  using Leaves = std::vector<std::pair<std::string, std::string>>;

  // None if the text is not well-formed.
  static std::optional<Leaves> read(std::string_view text) {
    if (text.starts_with("<?xml ")) text.remove_prefix(std::min(text.find("?>") + 2, text.size()));
    XmlReader reader(text);
    if (!reader.element() || !reader.rest_.empty()) return std::nullopt;
    return std::move(reader.leaves_);
  }

 private:
  explicit XmlReader(std::string_view text) : rest_(text) {}

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  // The emulator's elements have letters and digits in their names, and one attribute at most.
  std::string name() {
    std::string found;
    while (!rest_.empty() && base::percent_encode(rest_.substr(0, 1)) == rest_.substr(0, 1)) {
      found += rest_.front();
      rest_.remove_prefix(1);
    }
    return found;
  }

  bool element() {
    if (!take("<")) return false;
    const std::string opened = name();
    if (opened.empty()) return false;
    if (take(" xmlns=\"")) rest_.remove_prefix(std::min(rest_.find('"') + 1, rest_.size()));
    if (!take(">")) return false;
    if (rest_.starts_with('<') && !rest_.starts_with("</")) {
      while (!rest_.starts_with("</")) {
        if (!element()) return false;
      }
    } else {
      auto read = text();
      if (!read) return false;
      leaves_.emplace_back(opened, std::move(*read));
    }
    return take("</" + opened + ">");
  }

  std::optional<std::string> text() {
    const std::size_t end = rest_.find('<');
    if (end == std::string_view::npos || !base::is_utf8(rest_.substr(0, end))) return std::nullopt;
    std::string read;
    while (!rest_.starts_with('<')) {
      const auto c = static_cast<unsigned char>(rest_.front());
      // U+FFFE and U+FFFF are no characters of XML. A plain CR would be read as a line feed.
      if ((c < 0x20 && c != '\t' && c != '\n') || c == '>' || rest_.starts_with("\xEF\xBF\xBE") ||
          rest_.starts_with("\xEF\xBF\xBF")) {
        return std::nullopt;
      }
      if (c == '&') {
        const auto meant = reference();
        if (!meant) return std::nullopt;
        read += *meant;
      } else {
        read += rest_.front();
        rest_.remove_prefix(1);
      }
    }
    return read;
  }

  std::optional<char> reference() {
    static constexpr std::pair<std::string_view, char> kKnown[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&#13;", '\r'}};
    for (const auto& [written, meant] : kKnown) {
      if (take(written)) return meant;
    }
    return std::nullopt;
  }

  std::string_view rest_;
  Leaves leaves_;
};

}  // namespace beckon::tests
