// SPDX-License-Identifier: Apache-2.0
// Reading the members of a message: one function per type, one form of error. Private to
// common/protocol.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/json/json.h"
#include "common/protocol/cursor.h"

namespace beckon::protocol {

// Reads members of one object and keeps the first error, so that a decoder reads straight through
// and looks once at the end. After an error every read gives its fallback.
class Fields {
 public:
  explicit Fields(json::View object, std::string_view what) : object_(object), what_(what) {
    if (!object.is_object()) wrong("", "an object", object);
  }

  json::View at(const char* name) const { return object_[name]; }
  bool ok() const { return !failed_; }
  base::Error error() const { return error_; }

  std::string required_string(const char* name, std::size_t bytes_max);
  // The same into a text whose memory is used again; after an error it says nothing of meaning.
  void required_string(const char* name, std::size_t bytes_max, std::string& text);
  std::string optional_string(const char* name, std::size_t bytes_max);
  std::uint64_t required_seq(const char* name);    // 0 … kSeqMax
  std::uint64_t optional_count(const char* name);  // 0 … kSeqMax; 0 if absent
  bool optional_bool(const char* name);
  Cursor required_cursor(const char* name);
  // The member as JSON text; fallback ("{}") if absent.
  std::string optional_object(const char* name);
  void optional_object(const char* name, std::string& text, const char* fallback);

  // Records "<what>.<name>: expected <expected>, got <what came>".
  void wrong(const char* name, std::string_view expected, json::View got);

 private:
  json::View object_;
  std::string_view what_;
  bool failed_ = false;
  base::Error error_;
};

}  // namespace beckon::protocol
