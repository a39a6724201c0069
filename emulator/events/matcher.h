// SPDX-License-Identifier: Apache-2.0
// One way in which a single value can match: a literal or one of EventBridge's operators. How
// matchers make up a pattern is in pattern.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/json/json.h"
#include "emulator/events/flat_event.h"

namespace beckon::emulator {

// A network: the first `bits` of an address. IPv4 and IPv6 are apart.
struct Network {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> address{};
  int bits = 0;

  // False for text that is no address, as for one outside.
  bool contains(std::string_view address_text) const;
};

// "10.0.0.0/24", "2001:db8::/32". kInvalid in EventBridge's words.
base::Result<Network> parse_network(std::string_view text);

// '*' matches any run of characters; "\*" and "\\" are literal.
bool wildcard_matches(std::string_view pattern, std::string_view text);

struct Matcher {
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,
    kNumber,
    kText,
    kPrefix,
    kSuffix,
    kTextNoCase,
    kPrefixNoCase,
    kSuffixNoCase,
    kWildcard,
    kNumericRange,
    kNetwork,
    kPresent,
    kAbsent,
    kAnythingBut
  };

  Kind kind = Kind::kNull;
  bool truth = false;
  double number = 0;
  std::string text;  // in lower case for the NoCase kinds
  // kNumericRange
  std::optional<double> least, most;
  bool least_included = false, most_included = false;
  Network network;
  std::vector<Matcher> excluded;  // of kAnythingBut: it matches if none of these does

  // Not for kAbsent, which is about there being no value.
  bool matches(const EventLeaf& leaf) const;
};

// A literal, or an object with one operator. kInvalid with EventBridge's reason.
base::Result<Matcher> parse_matcher(json::View value);

}  // namespace beckon::emulator
