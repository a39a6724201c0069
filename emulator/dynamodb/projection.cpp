// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/projection.h"

#include <map>

namespace beckon::emulator::dynamodb {
namespace {

// The paths as a tree. whole: everything from here down.
struct Branch {
  bool whole = false;
  std::map<std::string, Branch> members;
  std::map<std::size_t, Branch> elements;
};

Branch tree_of(const std::vector<Path>& paths) {
  Branch root;
  for (const auto& path : paths) {
    Branch* at = &root;
    for (const auto& part : path) {
      at = part.is_index ? &at->elements[part.index] : &at->members[part.name];
    }
    at->whole = true;
  }
  return root;
}

// False if nothing of the value is wanted or there.
bool pick(const Value& value, const Branch& branch, Value& out) {
  if (branch.whole) {
    out = value;
    return true;
  }
  out.type = value.type;
  if (value.type == Type::kMap) {
    for (const auto& [name, below] : branch.members) {
      const auto member = value.map.find(name);
      Value picked;
      if (member != value.map.end() && pick(member->second, below, picked)) {
        out.map.emplace(name, std::move(picked));
      }
    }
    return !out.map.empty();
  }
  if (value.type == Type::kList) {
    for (const auto& [index, below] : branch.elements) {
      Value picked;
      if (index < value.list.size() && pick(value.list[index], below, picked)) {
        out.list.push_back(std::move(picked));
      }
    }
    return !out.list.empty();
  }
  return false;
}

}  // namespace

Item project(const Item& item, const std::vector<Path>& paths) {
  const Branch root = tree_of(paths);
  Item out;
  for (const auto& [name, branch] : root.members) {
    const auto member = item.find(name);
    Value picked;
    if (member != item.end() && pick(member->second, branch, picked)) {
      out.emplace(name, std::move(picked));
    }
  }
  return out;
}

Item project_names(const Item& item, const std::vector<std::string>& names) {
  Item out;
  for (const auto& name : names) {
    const auto member = item.find(name);
    if (member != item.end()) out.emplace(name, member->second);
  }
  return out;
}

}  // namespace beckon::emulator::dynamodb
