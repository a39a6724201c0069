// SPDX-License-Identifier: Apache-2.0
// Reading one item with its projection: GetItem, BatchGetItem and TransactGetItems share it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "common/json/json.h"
#include "emulator/dynamodb/catalog.h"
#include "emulator/dynamodb/expression_binder.h"
#include "emulator/dynamodb/store.h"

namespace beckon::emulator::dynamodb {

// ProjectionExpression and ExpressionAttributeNames of a request without other expressions.
struct Projection {
  std::optional<std::vector<Path>> paths;  // none: the whole item
};
Projection read_projection(json::View input);
void check_projection(const Projection& projection, const Table& table);

// The stored text as the answer shows it.
std::string projected_json(const StoredItem& item, const Projection& projection);

}  // namespace beckon::emulator::dynamodb
