// SPDX-License-Identifier: Apache-2.0
// From a pattern's JSON to a Matcher. Where EventBridge's wording of a refusal is known it is used.
#include <fmt/format.h>

#include <cctype>

#include "emulator/events/matcher.h"

namespace beckon::emulator {
namespace {

using Kind = Matcher::Kind;
using Parsed = base::Result<Matcher>;

constexpr double kNumericMax = 5e9;  // EventBridge compares numbers within ±5e9

std::unexpected<base::Error> refuse(std::string reason) {
  return base::fail(base::ErrorCode::kInvalid, std::move(reason));
}

Matcher text_matcher(Kind kind, std::string_view text) {
  Matcher matcher;
  matcher.kind = kind;
  matcher.text = text;
  if (kind == Kind::kTextNoCase || kind == Kind::kPrefixNoCase || kind == Kind::kSuffixNoCase) {
    for (char& c : matcher.text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return matcher;
}

Parsed parse_wildcard(json::View value) {
  const auto text = value.string();
  if (!text) return refuse("wildcard match pattern must be a string");
  for (std::size_t i = 0; i < text->size(); ++i) {
    if ((*text)[i] == '\\') {
      if (i + 1 == text->size() || ((*text)[i + 1] != '*' && (*text)[i + 1] != '\\')) {
        return refuse(fmt::format("Invalid escape character at pos {}", i));
      }
      ++i;
    } else if ((*text)[i] == '*' && i + 1 < text->size() && (*text)[i + 1] == '*') {
      return refuse(fmt::format("Consecutive wildcard characters at pos {}", i + 1));
    }
  }
  return text_matcher(Kind::kWildcard, *text);
}

// prefix and suffix: a text, or {"equals-ignore-case": text}.
Parsed parse_affix(json::View value, std::string_view name, Kind exact, Kind no_case) {
  if (const auto text = value.string()) return text_matcher(exact, *text);
  if (value.is_object() && value.size() == 1) {
    if (const auto text = value["equals-ignore-case"].string()) return text_matcher(no_case, *text);
  }
  return refuse(fmt::format("{} match pattern must be a string", name));
}

// One end of a range: {">", 0}. Advances `at` behind it.
base::Status parse_bound(json::View list, std::size_t& at, Matcher& matcher) {
  const std::string op(list.at(at).string_or(""));
  const bool known = op == "=" || op == "<" || op == "<=" || op == ">" || op == ">=";
  if (!known) {
    return refuse(op.empty() ? "Invalid member in numeric match: expected an operator"
                             : "Unrecognized numeric range operator: " + op);
  }
  const auto value = list.at(at + 1).number();
  if (!value) return refuse(fmt::format("Value of {} must be numeric", op));
  if (*value > kNumericMax || *value < -kNumericMax) {
    return refuse(fmt::format("Value of {} must be between -5.0E9 and 5.0E9", op));
  }
  const bool upper_only = matcher.least.has_value();
  if (upper_only && op != "<" && op != "<=") return refuse("Bad numeric range operator: " + op);
  if (op != "<" && op != "<=") {
    matcher.least = *value;
    matcher.least_included = op != ">";
  }
  if (op != ">" && op != ">=") {
    matcher.most = *value;
    matcher.most_included = op != "<";
  }
  at += 2;
  return {};
}

Parsed parse_numeric(json::View value) {
  if (!value.is_array()) return refuse("Value of numeric must be an array.");
  Matcher matcher;
  matcher.kind = Kind::kNumericRange;
  std::size_t at = 0;
  if (auto bound = parse_bound(value, at, matcher); !bound) return std::unexpected(bound.error());
  if (at < value.size() && !matcher.most) {
    if (auto bound = parse_bound(value, at, matcher); !bound) return std::unexpected(bound.error());
    if (*matcher.least >= *matcher.most) return refuse("Bottom must be less than top");
  }
  if (at != value.size()) return refuse("Too many terms in numeric range");
  return matcher;
}

// Texts under an operator inside anything-but: one, or a list.
base::Status parse_excluded(json::View value, std::string_view op, Matcher& matcher) {
  const bool affix = op == "prefix" || op == "suffix";
  const auto add = [&](json::View item) -> base::Status {
    if (op == "wildcard") {
      Parsed wildcard = parse_wildcard(item);
      if (!wildcard) return std::unexpected(wildcard.error());
      matcher.excluded.push_back(std::move(*wildcard));
      return {};
    }
    const auto text = item.string();
    if (!text) {
      return refuse(
          affix ? "prefix/suffix match pattern must be a string"
                : "Inside anything-but/equals-ignore-case list, number|start|null|boolean is "
                  "not supported.");
    }
    if (affix && text->empty()) return refuse("Null prefix/suffix not allowed");
    matcher.excluded.push_back(text_matcher(op == "prefix"   ? Kind::kPrefix
                                            : op == "suffix" ? Kind::kSuffix
                                                             : Kind::kTextNoCase,
                                            *text));
    return {};
  };
  if (!value.is_array()) return add(value);
  if (value.size() == 0) return refuse("Empty arrays are not allowed");
  for (const json::View item : value) {
    if (auto added = add(item); !added) return added;
  }
  return {};
}

base::Status parse_excluded_literals(json::View list, Matcher& matcher) {
  if (list.size() == 0) return refuse("Empty arrays are not allowed");
  for (const json::View item : list) {
    if (!item.is_string() && !item.is_number()) {
      return refuse("Inside anything but list, start|null|boolean is not supported.");
    }
    if (item.is_string() != list.at(0).is_string()) {
      return refuse(
          "Inside anything but list, either all values are number or string, mixed type is not "
          "supported");
    }
    matcher.excluded.push_back(*parse_matcher(item));
  }
  return {};
}

Parsed parse_anything_but(json::View value) {
  Matcher matcher;
  matcher.kind = Kind::kAnythingBut;
  base::Status status;
  if (value.is_string() || value.is_number()) {
    matcher.excluded.push_back(*parse_matcher(value));
  } else if (value.is_array()) {
    status = parse_excluded_literals(value, matcher);
  } else if (value.is_object() && value.size() == 1) {
    const json::View inner = *value.begin();
    const std::string_view op = inner.key();
    if (op != "prefix" && op != "suffix" && op != "equals-ignore-case" && op != "wildcard") {
      return refuse(fmt::format("Unsupported anything-but pattern: {}", op));
    }
    status = parse_excluded(inner, op, matcher);
  } else {
    return refuse("Value of anything-but must be an array or single string/number value.");
  }
  if (!status) return std::unexpected(status.error());
  return matcher;
}

Parsed parse_operator(json::View operation) {
  const std::string_view op = operation.key();
  if (op == "prefix") return parse_affix(operation, op, Kind::kPrefix, Kind::kPrefixNoCase);
  if (op == "suffix") return parse_affix(operation, op, Kind::kSuffix, Kind::kSuffixNoCase);
  if (op == "wildcard") return parse_wildcard(operation);
  if (op == "numeric") return parse_numeric(operation);
  if (op == "anything-but") return parse_anything_but(operation);
  if (op == "equals-ignore-case") {
    if (const auto text = operation.string()) return text_matcher(Kind::kTextNoCase, *text);
    return refuse("equals-ignore-case match pattern must be a string");
  }
  if (op == "exists") {
    const auto wanted = operation.boolean();
    if (!wanted) return refuse("exists match pattern must be either true or false.");
    Matcher matcher;
    matcher.kind = *wanted ? Kind::kPresent : Kind::kAbsent;
    return matcher;
  }
  if (op == "cidr") {
    const auto text = operation.string();
    if (!text) return refuse("cidr match pattern must be a string");
    base::Result<Network> network = parse_network(*text);
    if (!network) return std::unexpected(network.error());
    Matcher matcher;
    matcher.kind = Kind::kNetwork;
    matcher.network = *network;
    return matcher;
  }
  return refuse(fmt::format("Unrecognized match type {}", op));
}

}  // namespace

base::Result<Matcher> parse_matcher(json::View value) {
  if (value.is_object()) {
    if (value.size() != 1) return refuse("Only one key allowed in match expression");
    return parse_operator(*value.begin());
  }
  if (const auto text = value.string()) return text_matcher(Kind::kText, *text);
  Matcher matcher;
  if (const auto number = value.number()) {
    matcher.kind = Kind::kNumber;
    matcher.number = *number;
  } else if (const auto truth = value.boolean()) {
    matcher.kind = Kind::kBoolean;
    matcher.truth = *truth;
  } else if (!value.is_null()) {
    return refuse("Match value must be String, number, true, false, or null");
  }
  return matcher;
}

}  // namespace beckon::emulator
