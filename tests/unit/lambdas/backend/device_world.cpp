// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lambdas/backend/device_world.h"

#include "common/json/json.h"
#include "common/json/writer.h"

namespace beckon::tests {

std::string DeviceWorld::authorize(const std::string& authorization,
                                   const std::string& more_headers) {
  json::Writer event;
  event.begin_object().member("type", "REQUEST").member("methodArn", "arn:aws:execute-api:x");
  event.key("headers").begin_object();
  // Names that nobody may believe.
  event.member("X-User-Id", "Mallory").member("X-Device-Id", "lurker");
  if (!authorization.empty()) event.member("AUTHORIZATION", authorization);
  if (!more_headers.empty()) event.member("origin", more_headers);
  event.end_object();
  event.key("multiValueHeaders").begin_object().key("AUTHORIZATION").begin_array();
  for (int i = 0; i < authorization_headers; ++i) event.string(authorization);
  event.end_array().end_object();
  event.key("queryStringParameters").raw(R"({"user":"Mallory","device":"lurker"})");
  event.key("requestContext").begin_object();
  event.member("domainName", kApi).member("stage", "prod").end_object();
  const auto result = lambdas::handle_authorize(logging_host, settings, event.end_object().take());
  if (!result) {
    return result.error().message == "Unauthorized" ? "401" : "error: " + result.error().message;
  }
  const auto policy = json::parse(*result);
  if (!policy) return "no JSON";
  const json::View statement = (*policy)["policyDocument"]["Statement"].at(0);
  if (statement["Effect"].string_or("") != "Allow") return "403";
  admitted_key = (*policy)["context"]["publicKey"].string_or("");
  return std::string((*policy)["context"]["userId"].string_or("")) + "/" +
         std::string((*policy)["context"]["deviceId"].string_or(""));
}

}  // namespace beckon::tests
