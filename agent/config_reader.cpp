// SPDX-License-Identifier: Apache-2.0
#include "agent/config_reader.h"

#include <algorithm>
#include <utility>

namespace beckon::agent {
namespace {

constexpr std::size_t kShownBytesMax = 40;

}  // namespace

std::string describe(json::View value) {
  if (!value.exists()) return "nothing";
  if (value.is_array() && value.size() == 0) return "an empty array";
  if (value.is_object() || value.is_array()) return "an " + std::string(value.type_name());
  std::string text = value.print();
  if (text.size() > kShownBytesMax) text = text.substr(0, kShownBytesMax) + "…";
  return text;
}

std::string format_duration(base::Duration duration) {
  const std::int64_t ms = duration.count();
  if (ms == 0) return "0s";
  if (ms % 3'600'000 == 0) return std::to_string(ms / 3'600'000) + "h";
  if (ms % 60'000 == 0) return std::to_string(ms / 60'000) + "m";
  if (ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
  return std::to_string(ms) + "ms";
}

ObjectReader::ObjectReader(json::View value, std::string path, ConfigErrors& errors)
    : value_(value), path_(std::move(path)), errors_(errors), errors_before_(errors.size()) {
  if (!value_.is_object()) {
    wrong("", "an object", value_);
    value_ = json::View();
  }
}

std::string ObjectReader::path_of(std::string_view name) const {
  if (path_.empty()) return name.empty() ? "the configuration" : std::string(name);
  if (name.empty()) return path_;
  return path_ + "." + std::string(name);
}

void ObjectReader::error(std::string_view name, std::string_view sentence) {
  errors_.push_back(path_of(name) + ": " + std::string(sentence));
}

void ObjectReader::wrong(std::string_view name, std::string_view expected, json::View got) {
  error(name, "expected " + std::string(expected) + ", got " + describe(got));
}

void ObjectReader::missing(const char* name, std::string_view expected) {
  error(name, "expected " + std::string(expected) + ", but it is missing");
}

json::View ObjectReader::any(const char* name) {
  known_.push_back(name);
  return value_[name];
}

std::optional<std::string> ObjectReader::text(const char* name) {
  const json::View value = any(name);
  if (!value.exists()) return std::nullopt;
  if (const auto text = value.string()) return std::string(*text);
  wrong(name, "a string", value);
  return std::nullopt;
}

std::optional<std::string> ObjectReader::nonempty_text(const char* name) {
  auto found = text(name);
  if (!found || !found->empty()) return found;
  error(name, "expected a text that is not empty, got \"\"");
  return std::nullopt;
}

std::optional<bool> ObjectReader::flag(const char* name) {
  const json::View value = any(name);
  if (!value.exists()) return std::nullopt;
  if (const auto flag = value.boolean()) return *flag;
  wrong(name, "true or false", value);
  return std::nullopt;
}

std::optional<std::int64_t> ObjectReader::integer(const char* name, std::int64_t min,
                                                  std::int64_t max) {
  const json::View value = any(name);
  if (!value.exists()) return std::nullopt;
  const auto number = value.integer();
  if (number && *number >= min && *number <= max) return *number;
  wrong(name, "a whole number from " + std::to_string(min) + " to " + std::to_string(max), value);
  return std::nullopt;
}

std::optional<base::Duration> ObjectReader::duration(const char* name, base::Duration min,
                                                     base::Duration max) {
  const json::View value = any(name);
  if (!value.exists()) return std::nullopt;
  const auto text = value.string();
  const auto parsed =
      text ? base::parse_duration(*text) : base::fail(base::ErrorCode::kInvalid, "not a string");
  if (parsed && *parsed >= min && *parsed <= max) return *parsed;
  wrong(name,
        "a duration like \"30s\" from " + format_duration(min) + " to " + format_duration(max),
        value);
  return std::nullopt;
}

std::optional<Template> ObjectReader::text_template(const char* name) {
  const auto source = text(name);
  if (!source) return std::nullopt;
  auto parsed = Template::parse(*source);
  if (parsed) return std::move(*parsed);
  error(name, parsed.error().message);
  return std::nullopt;
}

std::optional<std::string> ObjectReader::choice(const char* name,
                                                std::initializer_list<const char*> choices) {
  const json::View value = any(name);
  if (!value.exists()) return std::nullopt;
  std::string expected;
  for (const char* one : choices) {
    if (value.string() == std::string_view(one)) return std::string(one);
    if (!expected.empty()) expected += " or ";
    expected += "\"" + std::string(one) + "\"";
  }
  wrong(name, expected, value);
  return std::nullopt;
}

json::View ObjectReader::object(const char* name) {
  const json::View value = any(name);
  if (!value.exists() || value.is_object()) return value;
  wrong(name, "an object", value);
  return json::View();
}

json::View ObjectReader::array(const char* name) {
  const json::View value = any(name);
  if (!value.exists() || value.is_array()) return value;
  wrong(name, "an array", value);
  return json::View();
}

void ObjectReader::finish() {
  if (!value_.exists()) return;
  for (const json::View member : value_) {
    const std::string_view key = member.key();
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    std::string known;
    for (const std::string_view name : known_) {
      if (!known.empty()) known += ", ";
      known += name;
    }
    error(key, "unknown; known here are " + known);
  }
}

}  // namespace beckon::agent
