// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/key_paths.h"

#include "emulator/dynamodb/condition.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/key.h"

namespace beckon::emulator::dynamodb {
namespace {

bool is_table_key(const Table& table, const std::string& name) {
  return table.hash.name == name || (table.range && table.range->name == name);
}

template <class Visit>
void for_each_index_key(const Table& table, Visit visit) {
  for (const auto& index : table.indexes) {
    visit(index, index.model.hash);
    if (index.model.range) visit(index, *index.model.range);
  }
}

void check_index_type(const UpdateAction& action, const Table& table) {
  const bool literal = action.kind == UpdateAction::Kind::kSet && action.path.size() == 1 &&
                       action.operand.kind == Operand::Kind::kValue;
  if (!literal) return;  // anything else is checked on the new item
  for_each_index_key(table, [&](const Index& index, const KeyModel& key) {
    if (key.name != action.path[0].name || has_key_type(*action.operand.value, key.type)) return;
    throw validation("One or more parameter values were invalid: Type mismatch for Index Key " +
                     key.name + " Expected: " + key.type +
                     " Actual: " + std::string(name_of(action.operand.value->type)) +
                     " IndexName: " + index.model.name);
  });
}

}  // namespace

void check_key_paths(const std::vector<const Path*>& paths, const Table& table) {
  constexpr const char* kScalars =
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
      "allowed: ";
  for (const Path* path : paths) {
    if (path->size() < 2) continue;
    const std::string& name = (*path)[0].name;
    if (is_table_key(table, name)) throw validation(std::string(kScalars) + "Key: " + name);
    for_each_index_key(table, [&](const Index&, const KeyModel& key) {
      if (key.name == name) throw validation(std::string(kScalars) + "IndexKey: " + name);
    });
  }
}

void check_update_paths(const Update& update, const Table& table) {
  std::vector<const Path*> paths;
  for (const auto& action : update.actions) {
    if (is_table_key(table, action.path[0].name)) {
      throw validation("One or more parameter values were invalid: Cannot update attribute " +
                       action.path[0].name + ". This attribute is part of the key");
    }
    check_index_type(action, table);
    paths.push_back(&action.path);
    if (action.kind != UpdateAction::Kind::kRemove) collect_paths(action.operand, paths);
  }
  check_key_paths(paths, table);
}

}  // namespace beckon::emulator::dynamodb
