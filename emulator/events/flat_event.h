// SPDX-License-Identifier: Apache-2.0
// An event as patterns see it: its scalar values by path ("detail.user.name"). Names are joined
// with dots, so a member "a.b" and a member b of a are the same path; arrays vanish from paths, but
// every value remembers which element of which array it came from. Observed on EventBridge.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/json/json.h"

namespace beckon::emulator {

struct EventLeaf {
  enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kText };

  Kind kind = Kind::kNull;
  bool truth = false;
  double number = 0;
  std::string_view text;
  // (array, element) for every array around the value. Two values can be meant together only if
  // they do not name different elements of the same array.
  std::vector<std::pair<int, int>> elements;
};

class FlatEvent {
 public:
  FlatEvent() = default;
  // The whole event (envelope). What the views point to must outlive this.
  explicit FlatEvent(json::View event) {
    for (const json::View member : event) add(member.key(), member);
  }

  // Adds a value, with all that is inside it, under a path.
  void add(std::string_view path, json::View value);
  void add_text(std::string_view path, std::string_view text);

  // The values at a path, or nullptr.
  const std::vector<EventLeaf>* find(std::string_view path) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  void walk(std::string& path, json::View value);

  std::unordered_map<std::string, std::vector<EventLeaf>, Hash, std::equal_to<>> leaves_;
  std::vector<std::pair<int, int>> inside_;
  int arrays_count_ = 0;
};

}  // namespace beckon::emulator
