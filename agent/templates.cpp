// SPDX-License-Identifier: Apache-2.0
#include "agent/templates.h"

#include <algorithm>

namespace beckon::agent {

using base::ErrorCode;
using base::fail;

base::Result<Template> Template::parse(std::string_view text) {
  Template result;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) result.parts_.push_back(Part{false, std::move(literal), false, {}});
    literal.clear();
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("$${")) {
      literal += "${";
      at += 3;
      continue;
    }
    if (!rest.starts_with("${")) {
      literal += text[at++];
      continue;
    }
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) return fail(ErrorCode::kInvalid, "\"${\" without its \"}\"");
    const std::string_view inside = text.substr(at + 2, end - at - 2);
    const std::size_t bar = inside.find('|');
    const std::string_view path = inside.substr(0, bar);
    if (!is_field_path(path)) {
      return fail(ErrorCode::kInvalid,
                  "\"" + std::string(path) +
                      "\" is no field: expected name, id, seq, time, stream, "
                      "received_at, data or data.PATH ($${ stands for ${ itself)");
    }
    end_literal();
    Part field{true, std::string(path), bar != std::string_view::npos, {}};
    if (field.has_default) field.default_text = inside.substr(bar + 1);
    result.parts_.push_back(std::move(field));
    at = end + 1;
  }
  end_literal();
  return result;
}

base::Result<std::string> Template::fill(const ReceivedEvent& event, ValueCheck check,
                                         ValueEncoder encode) const {
  std::string out;
  for (const Part& part : parts_) {
    if (!part.is_field) {
      out += part.text;
      continue;
    }
    const auto found = event.field(part.text);
    if (!found && !part.has_default) {
      return fail(ErrorCode::kNotFound, "the event has no " + part.text);
    }
    const std::string& value = found ? *found : part.default_text;
    if (check != nullptr) {
      if (const auto fits = check(value); !fits) {
        return fail(fits.error().code, part.text + " " + fits.error().message);
      }
    }
    if (encode != nullptr) {
      out += encode(value);
    } else {
      out += value;
    }
  }
  if (out.find('\0') != std::string::npos) {
    return fail(ErrorCode::kInvalid, "a field holds the character U+0000");
  }
  if (out.size() > kFilledBytesMax) {
    return fail(ErrorCode::kLimit,
                "the filled template is longer than " + std::to_string(kFilledBytesMax) + " bytes");
  }
  return out;
}

bool Template::has_after_field(char wanted) const {
  const auto field = std::ranges::find_if(parts_, &Part::is_field);
  return std::any_of(field, parts_.end(), [&](const Part& part) {
    return !part.is_field && part.text.find(wanted) != std::string::npos;
  });
}

bool Template::is_constant() const {
  return std::none_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.is_field; });
}

}  // namespace beckon::agent
