// SPDX-License-Identifier: Apache-2.0
#include "common/json/writer.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "common/base/bytes.h"

namespace beckon::json {
namespace {

void append_escape(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default: break;
  }
  out += "\\u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[static_cast<unsigned char>(c) & 15];
}

void append_escaped(std::string& out, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, from, i - from);
    append_escape(out, c);
    from = i + 1;
  }
  out.append(text, from, text.size() - from);
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t good = base::utf8_prefix_bytes(text);
    append_escaped(out, text.substr(0, good));
    text.remove_prefix(good);
    if (!text.empty()) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    }
  }
  out += '"';
}

Writer& Writer::open(char bracket) {
  separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

Writer& Writer::close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

// Before every value: a comma, unless it is the first here or follows its key.
void Writer::separate() {
  if (comma_ && !after_key_) out_ += ',';
  comma_ = true;
  after_key_ = false;
}

Writer& Writer::key(std::string_view name) {
  separate();
  append_quoted(out_, name);
  out_ += ':';
  after_key_ = true;
  return *this;
}

Writer& Writer::string(std::string_view value) {
  separate();
  append_quoted(out_, value);
  return *this;
}

Writer& Writer::integer(std::int64_t value) {
  separate();
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out_.append(text, end);
  return *this;
}

Writer& Writer::number(double value) {
  separate();
  if (!std::isfinite(value)) {
    out_ += "null";
    return *this;
  }
  // As few digits as read back the same. std::to_chars would do, but its tables for doubles are 110
  // kB of a device's agent, and they pull libm in.
  char text[40];
  for (int digits = 15; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  out_ += text;
  return *this;
}

Writer& Writer::boolean(bool value) {
  return raw(value ? "true" : "false");
}
Writer& Writer::null() {
  return raw("null");
}

Writer& Writer::raw(std::string_view json_text) {
  separate();
  out_ += json_text;
  return *this;
}

Writer& Writer::value(View value) {
  if (value.is_object()) {
    begin_object();
    for (const View member : value) key(member.key()).value(member);
    return end_object();
  }
  if (value.is_array()) {
    begin_array();
    for (const View element : value) this->value(element);
    return end_array();
  }
  if (const auto text = value.string()) return string(*text);
  if (const auto whole = value.integer()) return integer(*whole);
  if (const auto real = value.number()) return number(*real);
  if (const auto flag = value.boolean()) return boolean(*flag);
  return null();
}

std::string Writer::take() {
  std::string text = std::move(out_);
  *this = Writer();
  return text;
}

}  // namespace beckon::json
