// SPDX-License-Identifier: Apache-2.0
// A template's text as a tree in which every node knows its line and column. Short intrinsic tags
// (!Sub x) are already in their long form ({"Fn::Sub": x}); nothing is evaluated yet.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace beckon::emulator {

struct SourcePosition {
  int line = 0;  // from 1; 0: no place in the text
  int column = 0;
};

struct TemplateMember;

struct TemplateNode {
  // kUnknown stands where an error has been reported: every later check accepts it in silence, so
  // that one mistake gives one message.
  enum class Kind { kScalar, kSequence, kMapping, kUnknown };

  Kind kind = Kind::kScalar;
  std::string text;     // of a scalar
  bool quoted = false;  // a quoted or block scalar: never a null
  SourcePosition at;
  std::vector<TemplateNode> items;      // of a sequence
  std::vector<TemplateMember> members;  // of a mapping, in order

  bool is_scalar() const { return kind == Kind::kScalar && !is_null(); }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_mapping() const { return kind == Kind::kMapping; }
  bool is_unknown() const { return kind == Kind::kUnknown; }
  bool is_null() const {
    return kind == Kind::kScalar && !quoted && (text.empty() || text == "~" || text == "null");
  }

  // The member's value, or nullptr.
  const TemplateNode* find(std::string_view key) const;
  // "a mapping", "a list", "the text \"x\"", "nothing": what came, for messages.
  std::string describe() const;

  static TemplateNode scalar(std::string text, SourcePosition at);
  static TemplateNode unknown(SourcePosition at);
};

struct TemplateMember {
  std::string key;
  SourcePosition key_at;
  TemplateNode value;
};

}  // namespace beckon::emulator
