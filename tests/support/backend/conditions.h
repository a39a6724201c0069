// SPDX-License-Identifier: Apache-2.0
// What DynamoDB makes of conditions and updates, on items in memory.
#pragma once

#include "lambdas/aws/database.h"

namespace beckon::tests {

// item: null if there is none. Values of different types are neither equal nor in any order.
bool holds(const lambdas::Condition& condition, const lambdas::Item* item);

void apply(const lambdas::Update& update, lambdas::Item& item);

}  // namespace beckon::tests
