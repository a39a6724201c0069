// SPDX-License-Identifier: Apache-2.0
// YAML (and so JSON) text to a tree. The only user of libyaml. It decides about syntax, tags and
// aliases; what the tree means is decided elsewhere.
#pragma once

#include <cstddef>
#include <string_view>

#include "emulator/template/diagnostics.h"
#include "emulator/template/node.h"

namespace beckon::emulator {

inline constexpr std::size_t kTemplateBytesMax = 1024 * 1024;  // CloudFormation's limit
inline constexpr std::size_t kTemplateNodesMax = 100'000;      // after aliases are expanded
inline constexpr int kTemplateDepthMax = 100;

// The document's root, or an unknown node with the reason added to errors. Aliases are expanded up
// to kTemplateNodesMax; merge keys ("<<"), duplicate keys and tags CloudFormation does not know
// are errors.
TemplateNode parse_yaml(std::string_view text, TemplateErrors& errors);

}  // namespace beckon::emulator
