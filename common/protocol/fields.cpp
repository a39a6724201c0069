// SPDX-License-Identifier: Apache-2.0
#include "common/protocol/fields.h"

#include <utility>

namespace beckon::protocol {
namespace {

// Enough of a value to recognise it in an error, not enough to flood a log.
constexpr std::size_t kShownBytesMax = 40;

std::string shown(json::View value) {
  if (!value.exists()) return "nothing";
  if (value.is_object() || value.is_array()) return "an " + std::string(value.type_name());
  std::string text = value.print();
  if (text.size() > kShownBytesMax) {
    text.resize(kShownBytesMax);
    text += "…";
  }
  return text;
}

}  // namespace

void Fields::wrong(const char* name, std::string_view expected, json::View got) {
  if (failed_) return;
  failed_ = true;
  std::string where(what_);
  if (name[0] != '\0') where += std::string(".") + name;
  error_ = {base::ErrorCode::kInvalid,
            where + ": expected " + std::string(expected) + ", got " + shown(got)};
}

std::string Fields::required_string(const char* name, std::size_t bytes_max) {
  std::string text;
  required_string(name, bytes_max, text);
  return text;
}

void Fields::required_string(const char* name, std::size_t bytes_max, std::string& text) {
  const json::View value = object_[name];
  const auto found = value.string();
  if (!found || found->empty() || found->size() > bytes_max) {
    wrong(name, "a string of 1 to " + std::to_string(bytes_max) + " bytes", value);
    return text.clear();
  }
  text = *found;
}

std::string Fields::optional_string(const char* name, std::size_t bytes_max) {
  return object_[name].exists() ? required_string(name, bytes_max) : std::string();
}

std::uint64_t Fields::required_seq(const char* name) {
  const auto value = object_[name].integer();
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) > kSeqMax) {
    wrong(name, "a whole number from 0 to 2^53-1", object_[name]);
    return 0;
  }
  return static_cast<std::uint64_t>(*value);
}

std::uint64_t Fields::optional_count(const char* name) {
  return object_[name].exists() ? required_seq(name) : 0;
}

bool Fields::optional_bool(const char* name) {
  const json::View value = object_[name];
  if (value.exists() && !value.is_bool()) wrong(name, "true or false", value);
  return value.boolean().value_or(false);
}

Cursor Fields::required_cursor(const char* name) {
  const json::View value = object_[name];
  const auto cursor = parse_cursor(value.string_or(""));
  if (!cursor) {
    wrong(name, "a cursor like \"k3f9:41\"", value);
    return {};
  }
  return *cursor;
}

std::string Fields::optional_object(const char* name) {
  std::string text;
  optional_object(name, text, "{}");
  return text;
}

void Fields::optional_object(const char* name, std::string& text, const char* fallback) {
  const json::View value = object_[name];
  if (value.is_object()) {
    text = value.print(std::move(text));
    return;
  }
  if (value.exists()) wrong(name, "an object", value);
  text = fallback;
}

}  // namespace beckon::protocol
