// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/ssm_client.h"

#include "common/json/writer.h"

namespace beckon::lambdas {

JsonApiOptions SsmClient::options(Endpoint endpoint, AwsIdentity identity) {
  return json_api_options(std::move(endpoint), std::move(identity), "ssm", "AmazonSSM", "1.1");
}

SsmClient::SsmClient(JsonApiOptions options, Http& http, Pace& pace)
    : api_(std::move(options), http, pace) {}

base::Result<std::string> SsmClient::get_parameter(const std::string& name) {
  json::Writer input;
  input.begin_object().member("Name", name).end_object();
  const auto answer = api_.call("GetParameter", input.text(), Repeat::kMay);
  if (!answer) {
    base::Error error = answer.error().error;
    if (error.code == base::ErrorCode::kNotFound) error.message += " (" + name + ")";
    return std::unexpected(std::move(error));
  }
  const auto value = (*answer)["Parameter"]["Value"].string();
  if (!value) {
    return base::fail(base::ErrorCode::kInternal, "ssm GetParameter: no value for " + name);
  }
  return std::string(*value);
}

base::Result<std::map<std::string, std::string>> SsmClient::get_parameters_by_path(
    const std::string& path) {
  std::map<std::string, std::string> values;
  std::string next;
  do {
    json::Writer input;
    input.begin_object().member("Path", path);
    if (!next.empty()) input.member("NextToken", next);
    input.end_object();
    const auto answer = api_.call("GetParametersByPath", input.text(), Repeat::kMay);
    if (!answer) return std::unexpected(answer.error().error);
    for (const json::View parameter : (*answer)["Parameters"]) {
      values.emplace(parameter["Name"].string_or(""), parameter["Value"].string_or(""));
    }
    next = (*answer)["NextToken"].string_or("");
  } while (!next.empty());
  return values;
}

}  // namespace beckon::lambdas
