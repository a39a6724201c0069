// SPDX-License-Identifier: Apache-2.0
#include "common/json/json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include <cJSON.h>

#include "common/base/bytes.h"
#include "common/json/writer.h"

namespace beckon::json {
namespace {

using base::ErrorCode;
using base::fail;

constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53

// Where in the text: a line for people's files, a byte for what machines write.
std::string at_offset(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  if (newline == std::string_view::npos) return " at byte " + std::to_string(offset);
  const auto lines_before = std::count(before.begin(), before.end(), '\n');
  return " at line " + std::to_string(lines_before + 1) + ", column " +
         std::to_string(offset - newline);
}

// Above this many members names are compared by sorting them, not pairwise.
constexpr int kPairwiseMembersMax = 24;

const char* duplicate_in(const cJSON* object) {
  std::array<const char*, kPairwiseMembersMax> few;
  std::vector<const char*> many;
  std::size_t count = 0;
  for (const cJSON* member = object->child; member != nullptr; member = member->next) {
    if (count < few.size()) {
      for (std::size_t i = 0; i < count; ++i) {
        if (std::strcmp(few[i], member->string) == 0) return member->string;
      }
      few[count] = member->string;
    } else {
      if (many.empty()) many.assign(few.begin(), few.end());
      many.push_back(member->string);
    }
    ++count;
  }
  const auto less = [](const char* a, const char* b) { return std::strcmp(a, b) < 0; };
  const auto same = [](const char* a, const char* b) { return std::strcmp(a, b) == 0; };
  std::sort(many.begin(), many.end(), less);
  const auto twice = std::adjacent_find(many.begin(), many.end(), same);
  return twice == many.end() ? nullptr : *twice;
}

// Recursion is bounded by the depth that scan() allowed.
const char* find_duplicate(const cJSON* node) {
  if (cJSON_IsObject(node)) {
    if (const char* name = duplicate_in(node)) return name;
  }
  for (const cJSON* child = node->child; child != nullptr; child = child->next) {
    if (child->child == nullptr) continue;
    if (const char* name = find_duplicate(child)) return name;
  }
  return nullptr;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// cJSON reads numbers with strtod, which overflows to infinity.
bool has_infinite(const cJSON* node) {
  if (cJSON_IsNumber(node)) return !std::isfinite(node->valuedouble);
  for (const cJSON* child = node->child; child != nullptr; child = child->next) {
    if (has_infinite(child)) return true;
  }
  return false;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Length of the JSON number at the start of text; 0 if there is none.
std::size_t number_length(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i > from;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (!digits()) {
    return 0;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return 0;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return 0;
  }
  return i;
}

// Reads the string whose opening quote is at text[i]; leaves i at its closing quote.
base::Status scan_string(std::string_view text, std::size_t& i) {
  for (++i; i < text.size() && text[i] != '"'; ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x20) {
      return fail(ErrorCode::kInvalid, "control character in a string" + at_offset(text, i));
    }
    if (text[i] != '\\') continue;
    if (text.substr(i + 1, 5) == "u0000") {
      return fail(ErrorCode::kInvalid, "U+0000 in a string" + at_offset(text, i));
    }
    ++i;
  }
  return {};
}

// Reads the number that starts at text[i]; leaves i at its last character.
base::Status scan_number(std::string_view text, std::size_t& i) {
  const std::size_t length = number_length(text.substr(i));
  const char after = i + length < text.size() ? text[i + length] : ' ';
  if (length == 0 || !(is_space(after) || after == ',' || after == ']' || after == '}')) {
    return fail(ErrorCode::kInvalid, "not a JSON number" + at_offset(text, i));
  }
  i += length - 1;
  return {};
}

// Refuses, before a tree is built, what cJSON lets through and RFC 8259 or we do not: texts nested
// too deep, U+0000 (cJSON's strings end there), control characters, numbers in forms of C.
base::Status scan(std::string_view text, int depth_max) {
  int depth = 0;
  std::size_t values = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    base::Status status;
    // Every value but the first of all stands behind one of these.
    const bool opens = c == '{' || c == '[';
    if ((opens || c == ',') && ++values > kValuesMax) {
      return fail(ErrorCode::kLimit, "JSON of more than " + std::to_string(kValuesMax) + " values" +
                                         at_offset(text, i));
    }
    if (c == '"') {
      status = scan_string(text, i);
    } else if (is_digit(c) || c == '-' || c == '+' || c == '.') {
      status = scan_number(text, i);
    } else if (opens) {
      if (++depth > depth_max) {
        return fail(ErrorCode::kLimit,
                    "JSON nested deeper than " + std::to_string(depth_max) + at_offset(text, i));
      }
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (static_cast<unsigned char>(c) >= 0x7F ||
               (static_cast<unsigned char>(c) < 0x20 && !is_space(c))) {
      return fail(ErrorCode::kInvalid, "not JSON" + at_offset(text, i));
    }
    if (!status) return status;
  }
  return {};
}

}  // namespace

bool View::is_null() const {
  return node_ != nullptr && cJSON_IsNull(node_);
}
bool View::is_object() const {
  return node_ != nullptr && cJSON_IsObject(node_);
}
bool View::is_array() const {
  return node_ != nullptr && cJSON_IsArray(node_);
}
bool View::is_string() const {
  return node_ != nullptr && cJSON_IsString(node_);
}
bool View::is_number() const {
  return node_ != nullptr && cJSON_IsNumber(node_);
}
bool View::is_bool() const {
  return node_ != nullptr && cJSON_IsBool(node_);
}

std::optional<std::string_view> View::string() const {
  if (!is_string()) return std::nullopt;
  return std::string_view(node_->valuestring);
}

std::optional<double> View::number() const {
  if (!is_number()) return std::nullopt;
  return node_->valuedouble;
}

std::optional<std::int64_t> View::integer() const {
  if (!is_number()) return std::nullopt;
  const double value = node_->valuedouble;
  if (std::abs(value) > kExactIntegerMax || std::trunc(value) != value) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<bool> View::boolean() const {
  if (!is_bool()) return std::nullopt;
  return cJSON_IsTrue(node_) != 0;
}

std::string_view View::string_or(std::string_view fallback) const {
  return string().value_or(fallback);
}

View View::operator[](std::string_view name) const {
  if (!is_object()) return View();
  for (const cJSON* member = node_->child; member != nullptr; member = member->next) {
    if (name == member->string) return View(member);
  }
  return View();
}

View View::at(std::size_t index) const {
  if (!is_array() && !is_object()) return View();
  const cJSON* child = node_->child;
  for (; child != nullptr && index > 0; --index) child = child->next;
  return View(child);
}

std::size_t View::size() const {
  std::size_t count = 0;
  for (const View member : *this) {
    static_cast<void>(member);
    ++count;
  }
  return count;
}

std::string_view View::key() const {
  return node_ != nullptr && node_->string != nullptr ? std::string_view(node_->string)
                                                      : std::string_view();
}

std::string_view View::type_name() const {
  if (node_ == nullptr) return "nothing";
  if (is_object()) return "object";
  if (is_array()) return "array";
  if (is_string()) return "string";
  if (is_number()) return "number";
  if (is_bool()) return "boolean";
  return "null";
}

std::string View::print(std::string buffer) const {
  constexpr std::size_t kUsualBytes = 128;  // one allocation instead of several, for most values
  buffer.clear();
  buffer.reserve(kUsualBytes);
  Writer writer(std::move(buffer));
  writer.value(*this);
  return writer.take();
}

View::Iterator& View::Iterator::operator++() {
  node_ = node_->next;
  return *this;
}

View::Iterator View::begin() const {
  return Iterator(is_object() || is_array() ? node_->child : nullptr);
}

void Document::Free::operator()(cJSON* node) const {
  const Arena::Scope scope(arena);
  cJSON_Delete(node);
  if (arena != nullptr) arena->clear();
}

base::Result<Document> parse(std::string_view text, int depth_max, Arena* arena) {
  if (const std::size_t good = base::utf8_prefix_bytes(text); good != text.size()) {
    return fail(ErrorCode::kInvalid, "JSON that is not UTF-8" + at_offset(text, good));
  }
  if (const base::Status scanned = scan(text, depth_max); !scanned) {
    return std::unexpected(scanned.error());
  }
  const char* end = nullptr;
  if (arena != nullptr && arena->in_use()) arena = nullptr;
  cJSON* tree = nullptr;
  {
    const Arena::Scope scope(arena);
    tree = cJSON_ParseWithLengthOpts(text.data(), text.size(), &end, 0);
  }
  if (tree == nullptr && arena != nullptr) arena->clear();
  Document document(tree, arena);
  const std::size_t offset = end == nullptr ? 0 : static_cast<std::size_t>(end - text.data());
  if (!document.root().exists()) {
    return fail(ErrorCode::kInvalid, text.empty() ? std::string("expected JSON, got nothing")
                                                  : "not JSON" + at_offset(text, offset));
  }
  for (std::size_t i = offset; i < text.size(); ++i) {
    if (!is_space(text[i]))
      return fail(ErrorCode::kInvalid, "text after the JSON" + at_offset(text, i));
  }
  const cJSON* root = document.node();
  if (const char* name = find_duplicate(root)) {
    return fail(ErrorCode::kInvalid, "the member \"" + std::string(name) + "\" stands twice");
  }
  if (has_infinite(root)) return fail(ErrorCode::kInvalid, "a number beyond the range of a double");
  return document;
}

}  // namespace beckon::json
