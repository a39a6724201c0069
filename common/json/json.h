// SPDX-License-Identifier: Apache-2.0
// Reading JSON. The only reader in Beckon: strict (RFC 8259), bounded, and deaf to the two things
// that differ between parsers: duplicate member names and U+0000 in strings are errors. Numbers are
// IEEE doubles (RFC 7493). Writing is in writer.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/json/arena.h"

struct cJSON;

namespace beckon::json {

// A value inside a Document: a pointer, cheap to copy, valid while the Document lives. An absent
// value ("null view") answers every question with "no", so lookups can be chained.
class View {
 public:
  View() = default;
  explicit View(const cJSON* node) : node_(node) {}

  bool exists() const { return node_ != nullptr; }
  bool is_null() const;  // a JSON null that is there
  bool is_object() const;
  bool is_array() const;
  bool is_string() const;
  bool is_number() const;
  bool is_bool() const;

  // The value if it has this type. integer(): only if exactly integral and within ±2^53.
  std::optional<std::string_view> string() const;
  std::optional<double> number() const;
  std::optional<std::int64_t> integer() const;
  std::optional<bool> boolean() const;

  // The string, or fallback if this is not a string.
  std::string_view string_or(std::string_view fallback) const;

  // Member by exact name, element by index; a null view if there is none.
  View operator[](std::string_view name) const;
  View operator[](const char* name) const { return (*this)[std::string_view(name)]; }
  View at(std::size_t index) const;

  std::size_t size() const;      // members or elements; 0 for scalars
  std::string_view key() const;  // the name under which this member stands; "" elsewhere
  std::string_view type_name()
      const;  // "object", "array", "string", "number", "boolean", "null", "nothing"

  // Compact JSON text of this value; "null" for a null view. buffer: a text that is not needed any
  // more, whose memory is used again.
  std::string print(std::string buffer = {}) const;

  // for (View member : object) …: members or elements in order.
  class Iterator {
   public:
    explicit Iterator(const cJSON* node) : node_(node) {}
    View operator*() const { return View(node_); }
    Iterator& operator++();
    bool operator==(const Iterator&) const = default;

   private:
    const cJSON* node_;
  };
  Iterator begin() const;
  Iterator end() const { return Iterator(nullptr); }

 private:
  const cJSON* node_ = nullptr;
};

// Owns a parsed text.
class Document {
 public:
  Document() = default;
  // arena: where the tree stands, if not on the heap.
  explicit Document(cJSON* root, Arena* arena = nullptr) : root_(root, Free(arena)) {}
  View root() const { return View(root_.get()); }
  View operator[](std::string_view name) const { return root()[name]; }
  const cJSON* node() const { return root_.get(); }

 private:
  struct Free {
    Free() : arena(nullptr) {}
    explicit Free(Arena* place) : arena(place) {}
    void operator()(cJSON* node) const;
    Arena* arena;
  };
  std::unique_ptr<cJSON, Free> root_;
};

// Nesting beyond which a text is refused. A device's stack pays about 100 B a level.
inline constexpr int kDepthMaxDevice = 16;
inline constexpr int kDepthMaxHost = 100;
// Values beyond which a text is refused: each takes some 100 B of memory, however short its text.
inline constexpr std::size_t kValuesMax = 1'000'000;

// Errors: kInvalid with the place, a line and column or in the first line a byte (not JSON,
// trailing text, duplicate name, U+0000, not UTF-8), kLimit (nested deeper than depth_max, more
// values than kValuesMax).
// arena: where the tree is to stand, if no other document is there; must outlive the document.
base::Result<Document> parse(std::string_view text, int depth_max = kDepthMaxDevice,
                             Arena* arena = nullptr);

}  // namespace beckon::json
