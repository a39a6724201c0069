// SPDX-License-Identifier: Apache-2.0
// Items as DynamoDB writes them in JSON: {"userId":{"S":"Bob"},"seq":{"N":"42"}}.
#pragma once

#include "common/json/json.h"
#include "common/json/writer.h"
#include "lambdas/aws/database.h"

namespace beckon::lambdas {

void write_value(json::Writer& out, const AttributeValue& value);
void write_item(json::Writer& out, const Item& item);

// Attributes of types other than S, N and BOOL are left out; a null view is an empty item.
Item read_item(json::View view);

}  // namespace beckon::lambdas
