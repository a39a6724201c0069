// SPDX-License-Identifier: Apache-2.0
// Reading parameters of the stack from SSM's Parameter Store. Plain String parameters only: Beckon
// stores no secrets there.
#pragma once

#include <map>
#include <string>

#include "lambdas/aws/json_api.h"

namespace beckon::lambdas {

class SsmClient {
 public:
  // http and pace must outlive it.
  SsmClient(JsonApiOptions options, Http& http, Pace& pace);

  // The options for SSM at this endpoint.
  static JsonApiOptions options(Endpoint endpoint, AwsIdentity identity);

  // The parameter's value. Errors: kNotFound (no such parameter), and those of JsonApi::call.
  base::Result<std::string> get_parameter(const std::string& name);

  // Every parameter directly under the path ("/beckon"), by full name; empty if there is none.
  base::Result<std::map<std::string, std::string>> get_parameters_by_path(const std::string& path);

 private:
  JsonApi api_;
};

}  // namespace beckon::lambdas
