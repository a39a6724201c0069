// SPDX-License-Identifier: Apache-2.0
// A client of the Lambda Runtime API in plain blocking sockets, independent of the project's own
// runtime, for the functions of tests.
#pragma once

#include <string>
#include <string_view>

namespace beckon::tests {

struct RuntimeReply {
  int status = 0;  // 0: the connection has ended
  std::string request_id;
  std::string body;
};

class RuntimeClient {
 public:
  // Connects to AWS_LAMBDA_RUNTIME_API. Ends the process if it cannot.
  RuntimeClient();

  RuntimeReply next();
  // verb: "response" or "error".
  RuntimeReply post(std::string_view request_id, std::string_view verb, std::string_view body);
  RuntimeReply init_error(std::string_view body);

 private:
  RuntimeReply exchange(const std::string& request);

  int fd_ = -1;
  std::string buffer_;
};

}  // namespace beckon::tests
