// SPDX-License-Identifier: Apache-2.0
// Connections over API Gateway's @connections: one signed request per connection, in parallel.
#pragma once

#include "common/base/log.h"
#include "lambdas/aws/connections.h"
#include "lambdas/aws/environment.h"
#include "lambdas/aws/http.h"
#include "lambdas/aws/pace.h"

namespace beckon::lambdas {

class ConnectionsClient final : public Connections {
 public:
  // http, pace and log must outlive it.
  ConnectionsClient(Endpoint endpoint, AwsIdentity identity, Http& http, Pace& pace,
                    base::LogSink& log);

  std::vector<PostOutcome> post(std::span<const std::string> connection_ids, std::string_view data,
                                base::Duration budget) override;
  std::vector<PostOutcome> close(std::span<const std::string> connection_ids,
                                 base::Duration budget) override;

 private:
  std::vector<PostOutcome> call(std::string_view method,
                                std::span<const std::string> connection_ids, std::string_view data,
                                base::Duration budget);
  HttpRequest signed_request(std::string_view method, const std::string& connection_id,
                             std::string_view data);

  Endpoint endpoint_;
  AwsIdentity identity_;
  Http& http_;
  Pace& pace_;
  base::Logger log_;
  Backoff backoff_;
};

}  // namespace beckon::lambdas
