// SPDX-License-Identifier: Apache-2.0
// AWS's query protocol as services see it that still speak it: "Action=…&Name=value" in, XML out.
// The dispatcher has verified the signature.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "emulator/http/message.h"

namespace beckon::emulator {

// Parameters by name, decoded; of a name that comes twice, the last.
using QueryForm = std::map<std::string, std::string, std::less<>>;

QueryForm parse_query_form(std::string_view body);

class QueryService {
 public:
  // "sqs": the service in the credential scope of a signature.
  virtual std::string_view query_signing_name() const = 0;
  // path: of the request. Calls done exactly once, possibly from inside this call. An action that
  // it does not know answers with an error that names it.
  virtual void handle_query(std::string_view path, const QueryForm& form, HttpDone done) = 0;

 protected:
  ~QueryService() = default;
};

}  // namespace beckon::emulator
