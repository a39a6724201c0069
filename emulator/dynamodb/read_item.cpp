// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/read_item.h"

#include "emulator/dynamodb/key_paths.h"
#include "emulator/dynamodb/projection.h"
#include "emulator/dynamodb/request.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {

Projection read_projection(json::View input) {
  refuse_legacy(input, {"AttributesToGet"});
  check_expression_use(input, {}, {"ProjectionExpression"});
  Projection projection;
  Bindings bindings(input["ExpressionAttributeNames"], {});
  if (const auto text = expression_member(input, "ProjectionExpression")) {
    projection.paths = bind_projection(*text, bindings);
  }
  bindings.check_all_used();
  return projection;
}

void check_projection(const Projection& projection, const Table& table) {
  if (!projection.paths) return;
  std::vector<const Path*> paths;
  for (const auto& path : *projection.paths) paths.push_back(&path);
  check_key_paths(paths, table);
}

std::string projected_json(const StoredItem& item, const Projection& projection) {
  if (!projection.paths) return item.json;
  return item_json(project(stored_item(item.json), *projection.paths));
}

}  // namespace beckon::emulator::dynamodb
