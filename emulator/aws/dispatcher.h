// SPDX-License-Identifier: Apache-2.0
// The AWS JSON APIs behind "POST /", and the query protocol of those that speak it: finds the
// service by X-Amz-Target, verifies the signature, parses the body, and gives errors and headers
// the form that AWS gives them. Knows no operation.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/base/log.h"
#include "common/base/time.h"
#include "common/sigv4/verify.h"
#include "emulator/aws/query.h"
#include "emulator/aws/service.h"
#include "emulator/http/message.h"

namespace beckon::emulator {

struct AwsDispatcherOptions {
  std::string region = "us-east-1";
  sigv4::FindKey find_key;  // access key ids that are accepted
  std::function<base::WallTime()> clock = base::wall_now;
};

inline constexpr std::size_t kAwsRequestBytesMax = 16 * 1024 * 1024;  // DynamoDB: 413 above this

class AwsDispatcher {
 public:
  AwsDispatcher(AwsDispatcherOptions options, base::LogSink& log);

  // service must outlive the dispatcher. Two services of the same prefix are a bug.
  void add(AwsService& service);

  // The same for a service's query protocol.
  void add(QueryService& service);
  // Whether a request that is signed for this service has somebody here to answer it.
  bool has(std::string_view signing_name) const;

  // Answers every request that is given here, of whatever path and method. Calls done exactly once,
  // possibly from inside this call. The request may go away before done is called.
  void handle(const HttpRequest& request, HttpDone done);

 private:
  AwsService* find(std::string_view prefix) const;
  void handle_query(const HttpRequest& request, HttpDone done);

  AwsDispatcherOptions options_;
  base::Logger log_;
  std::map<std::string, AwsService*, std::less<>> services_;          // by target prefix
  std::map<std::string, QueryService*, std::less<>> query_services_;  // by signing name
};

}  // namespace beckon::emulator
