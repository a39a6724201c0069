// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/node.h"

namespace beckon::emulator {

const TemplateNode* TemplateNode::find(std::string_view key) const {
  for (const TemplateMember& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string TemplateNode::describe() const {
  constexpr std::size_t kShownBytesMax = 60;
  switch (kind) {
    case Kind::kSequence: return "a list";
    case Kind::kMapping: return "a mapping";
    case Kind::kUnknown: return "an unknown value";
    case Kind::kScalar: break;
  }
  if (is_null()) return "nothing";
  if (text.size() <= kShownBytesMax) return "\"" + text + "\"";
  return "\"" + text.substr(0, kShownBytesMax) + "…\"";
}

TemplateNode TemplateNode::scalar(std::string text, SourcePosition at) {
  TemplateNode node;
  node.text = std::move(text);
  node.quoted = true;
  node.at = at;
  return node;
}

TemplateNode TemplateNode::unknown(SourcePosition at) {
  TemplateNode node;
  node.kind = Kind::kUnknown;
  node.at = at;
  return node;
}

}  // namespace beckon::emulator
