// SPDX-License-Identifier: Apache-2.0
// API Gateway's own HTTP responses: the headers that all of them carry and the form of its errors.
#pragma once

#include <string_view>

#include "emulator/http/message.h"
#include "emulator/ids/ids.h"

namespace beckon::emulator {

// x-amzn-RequestId and x-amz-apigw-id.
void add_gateway_headers(HttpResponse& response, IdSource& ids);

// {"message":"…"} with x-amzn-ErrorType.
HttpResponse gateway_error(IdSource& ids, int status, std::string_view error_type,
                           std::string_view message);

}  // namespace beckon::emulator
