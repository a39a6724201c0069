// SPDX-License-Identifier: Apache-2.0
// `disconnect`: removes the row of a connection that has ended. API Gateway calls it at best; rows
// that stay are found gone by the next push, or expire.
#pragma once

#include "lambdas/backend/host.h"

namespace beckon::lambdas {

// DynamoDB calls: one. Trouble with the database fails the invocation.
base::Result<std::string> handle_disconnect(Host& host, std::string_view text);

}  // namespace beckon::lambdas
