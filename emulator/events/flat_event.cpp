// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/flat_event.h"

namespace beckon::emulator {

void FlatEvent::add(std::string_view path, json::View value) {
  std::string whole(path);
  walk(whole, value);
}

void FlatEvent::add_text(std::string_view path, std::string_view text) {
  EventLeaf leaf;
  leaf.kind = EventLeaf::Kind::kText;
  leaf.text = text;
  leaves_[std::string(path)].push_back(std::move(leaf));
}

void FlatEvent::walk(std::string& path, json::View value) {
  if (value.is_object()) {
    const std::size_t length = path.size();
    for (const json::View member : value) {
      path += '.';
      path += member.key();
      walk(path, member);
      path.resize(length);
    }
    return;
  }
  if (value.is_array()) {
    const int array = arrays_count_++;
    int index = 0;
    for (const json::View element : value) {
      inside_.emplace_back(array, index++);
      walk(path, element);
      inside_.pop_back();
    }
    return;
  }
  EventLeaf leaf;
  leaf.elements = inside_;
  if (const auto text = value.string()) {
    leaf.kind = EventLeaf::Kind::kText;
    leaf.text = *text;
  } else if (const auto number = value.number()) {
    leaf.kind = EventLeaf::Kind::kNumber;
    leaf.number = *number;
  } else if (const auto truth = value.boolean()) {
    leaf.kind = EventLeaf::Kind::kBoolean;
    leaf.truth = *truth;
  }
  leaves_[path].push_back(std::move(leaf));
}

const std::vector<EventLeaf>* FlatEvent::find(std::string_view path) const {
  const auto found = leaves_.find(path);
  return found == leaves_.end() ? nullptr : &found->second;
}

}  // namespace beckon::emulator
