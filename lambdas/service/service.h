// SPDX-License-Identifier: Apache-2.0
// Wiring of a function: environment variables in, ports with the real clients behind them out. Made
// once per process; decides nothing about events.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "lambdas/aws/connections_client.h"
#include "lambdas/aws/dynamodb_client.h"
#include "lambdas/aws/http_client.h"
#include "lambdas/aws/pace.h"
#include "lambdas/backend/auth_mode.h"
#include "lambdas/backend/host.h"
#include "lambdas/runtime/runtime.h"

namespace beckon::lambdas {

// What a function uses; the template gives it these variables and its role these rights.
enum class Need { kConnectionsTable, kStreamsTable, kDevicesTable, kConnectionsApi };

class Service {
 public:
  // Errors: kInvalid, naming the variable that is missing or malformed.
  static base::Result<std::shared_ptr<Service>> make(const GetVariable& get, base::LogSink& log,
                                                     const std::vector<Need>& needs);

  Host& host() { return host_; }
  TableScan& table_scan() { return database_; }

  // Call first in every invocation: no call of the clients goes on beyond it. The result is the
  // deadline for the handler, which leaves time for the answer.
  base::Instant begin(const InvocationContext& context);

 private:
  struct Places {
    Tables tables;
    Endpoint database;
    std::optional<Endpoint> connections;
    AwsIdentity identity;
  };
  Service(Places places, base::LogSink& log);

  HttpClient http_;
  SystemPace pace_;
  DynamoDbClient database_;
  std::optional<ConnectionsClient> connections_client_;
  Host host_;
};

// The variable AUTH_MODE. Errors: kInvalid if it is missing or says neither of the two.
base::Result<AuthMode> auth_mode(const GetVariable& get);

}  // namespace beckon::lambdas
