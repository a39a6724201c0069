// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/scalars.h"

#include <array>

#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

std::size_t digits(std::string_view text, std::size_t from) {
  while (from < text.size() && text[from] >= '0' && text[from] <= '9') ++from;
  return from;
}

void write(const TemplateNode& node, json::Writer& writer) {
  if (node.is_mapping()) {
    writer.begin_object();
    for (const TemplateMember& member : node.members) {
      writer.key(member.key);
      write(member.value, writer);
    }
    writer.end_object();
    return;
  }
  if (node.is_sequence()) {
    writer.begin_array();
    for (const TemplateNode& item : node.items) write(item, writer);
    writer.end_array();
    return;
  }
  const std::optional<bool> truth = node.quoted ? std::nullopt : read_boolean(node.text);
  if (node.is_unknown() || node.is_null()) {
    writer.null();
  } else if (!node.quoted && is_json_number(node.text)) {
    writer.raw(node.text);
  } else if (truth) {
    writer.boolean(*truth);
  } else {
    writer.string(node.text);
  }
}

}  // namespace

std::optional<bool> read_boolean(std::string_view text) {
  static constexpr std::array kTrue = {"true", "True", "TRUE", "yes", "Yes",
                                       "YES",  "on",   "On",   "ON"};
  static constexpr std::array kFalse = {"false", "False", "FALSE", "no", "No",
                                        "NO",    "off",   "Off",   "OFF"};
  for (const char* word : kTrue) {
    if (text == word) return true;
  }
  for (const char* word : kFalse) {
    if (text == word) return false;
  }
  return std::nullopt;
}

bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits(text, at);
  if (whole == at || (text[at] == '0' && whole > at + 1)) return false;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t end = digits(text, at + 1);
    if (end == at + 1) return false;
    at = end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t end = digits(text, at);
    if (end == at) return false;
    at = end;
  }
  return at == text.size();
}

std::string to_json(const TemplateNode& node) {
  json::Writer writer;
  write(node, writer);
  return writer.take();
}

}  // namespace beckon::emulator
