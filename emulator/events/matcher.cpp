// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/matcher.h"

#include <algorithm>

namespace beckon::emulator {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// folded is in lower case already.
bool equals_no_case(std::string_view text, std::string_view folded) {
  return std::ranges::equal(text, folded, {}, lower);
}

bool matches_text(const Matcher& matcher, std::string_view text) {
  const std::string_view wanted = matcher.text;
  switch (matcher.kind) {
    case Matcher::Kind::kText: return text == wanted;
    case Matcher::Kind::kPrefix: return text.starts_with(wanted);
    case Matcher::Kind::kSuffix: return text.ends_with(wanted);
    case Matcher::Kind::kTextNoCase: return equals_no_case(text, wanted);
    case Matcher::Kind::kPrefixNoCase:
      return text.size() >= wanted.size() && equals_no_case(text.substr(0, wanted.size()), wanted);
    case Matcher::Kind::kSuffixNoCase:
      return text.size() >= wanted.size() &&
             equals_no_case(text.substr(text.size() - wanted.size()), wanted);
    case Matcher::Kind::kWildcard: return wildcard_matches(wanted, text);
    case Matcher::Kind::kNetwork: return matcher.network.contains(text);
    default: return false;
  }
}

bool in_range(const Matcher& matcher, double number) {
  if (matcher.least &&
      (matcher.least_included ? number < *matcher.least : number <= *matcher.least)) {
    return false;
  }
  return !matcher.most ||
         (matcher.most_included ? number <= *matcher.most : number < *matcher.most);
}

}  // namespace

bool wildcard_matches(std::string_view pattern, std::string_view text) {
  // The usual greedy walk: on a mismatch go back to the last '*' and let it take one more.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
      continue;
    }
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && pattern[escaped ? p + 1 : p] == text[t]) {
      p += escaped ? 2 : 1;
      ++t;
      continue;
    }
    if (star == std::string_view::npos) return false;
    p = star + 1;
    t = ++star_text;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool Matcher::matches(const EventLeaf& leaf) const {
  switch (kind) {
    case Kind::kNull: return leaf.kind == EventLeaf::Kind::kNull;
    case Kind::kBoolean: return leaf.kind == EventLeaf::Kind::kBoolean && leaf.truth == truth;
    // 300 and 300.0 are equal: observed on EventBridge, whatever its guide says.
    case Kind::kNumber: return leaf.kind == EventLeaf::Kind::kNumber && leaf.number == number;
    case Kind::kNumericRange:
      return leaf.kind == EventLeaf::Kind::kNumber && in_range(*this, leaf.number);
    case Kind::kPresent: return true;
    case Kind::kAbsent: return false;
    case Kind::kAnythingBut:
      return std::ranges::none_of(excluded,
                                  [&](const Matcher& matcher) { return matcher.matches(leaf); });
    default: return leaf.kind == EventLeaf::Kind::kText && matches_text(*this, leaf.text);
  }
}

}  // namespace beckon::emulator
