// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/responses.h"

#include "common/json/writer.h"

namespace beckon::emulator {

void add_gateway_headers(HttpResponse& response, IdSource& ids) {
  response.headers.emplace_back("x-amzn-RequestId", ids.uuid());
  response.headers.emplace_back("x-amz-apigw-id", ids.gateway_id());
}

HttpResponse gateway_error(IdSource& ids, int status, std::string_view error_type,
                           std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json");
  add_gateway_headers(response, ids);
  response.headers.emplace_back("x-amzn-ErrorType", error_type);
  json::Writer writer;
  writer.begin_object().member("message", message).end_object();
  response.body = writer.take();
  return response;
}

}  // namespace beckon::emulator
