// SPDX-License-Identifier: Apache-2.0
// Writing JSON: straight into a string, no tree in between. Commas and escaping are the writer's
// business; nesting is the caller's, and asserted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/json/json.h"

namespace beckon::json {

// "text" with quotes, escaped; bytes that are not UTF-8 become U+FFFD.
void append_quoted(std::string& out, std::string_view text);

class Writer {
 public:
  Writer() = default;
  // Writes into the memory of a text that is not needed any more.
  explicit Writer(std::string buffer) : out_(std::move(buffer)) { out_.clear(); }

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }
  Writer& key(std::string_view name);  // next comes the member's value

  Writer& string(std::string_view value);
  Writer& integer(std::int64_t value);
  Writer& number(double value);  // shortest form that reads back the same; NaN and infinity: null
  Writer& boolean(bool value);
  Writer& null();
  Writer& value(View value);                // a copy of it
  Writer& raw(std::string_view json_text);  // trusted JSON text, as it is

  // key(name) and the value in one call.
  Writer& member(std::string_view name, std::string_view value) { return key(name).string(value); }
  Writer& member(std::string_view name, const char* value) { return key(name).string(value); }
  Writer& member(std::string_view name, std::int64_t value) { return key(name).integer(value); }
  Writer& member(std::string_view name, int value) { return key(name).integer(value); }
  Writer& member(std::string_view name, bool value) { return key(name).boolean(value); }
  Writer& member(std::string_view name, View value) { return key(name).value(value); }

  const std::string& text() const { return out_; }
  std::string take();  // the text; the writer is empty afterwards

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  void separate();

  std::string out_;
  bool comma_ = false;
  bool after_key_ = false;
};

}  // namespace beckon::json
