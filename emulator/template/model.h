// SPDX-License-Identifier: Apache-2.0
// What a template means to the emulator, after intrinsics are resolved: plain data, no YAML. Names
// are the deployed (physical) names; logical ids are kept where AWS shows them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"

namespace beckon::emulator {

struct FunctionModel {
  std::string logical_id;
  std::string name;      // physical: FunctionName, or "{stack}-{logical id}"
  std::string code_dir;  // absolute folder that holds `bootstrap`
  std::string handler;
  std::string runtime;  // provided, provided.al2, provided.al2023; others are errors at start
  int memory_mb = 128;
  base::Duration timeout{3000};
  std::map<std::string, std::string> environment;
  std::optional<int> reserved_concurrency;
  // AWS::Lambda::EventInvokeConfig / DeadLetterConfig
  int async_retries_max = 2;
  base::Duration async_age_max = std::chrono::hours(6);
  std::string async_dead_letter_queue;  // DeadLetterConfig: queue name, "" if none
  std::string async_on_failure_queue;   // DestinationConfig.OnFailure: queue name, "" if none
};

struct RouteModel {
  std::string route_key;   // "$connect", "$disconnect", "$default" or a custom key
  std::string function;    // physical name; "" if the route has no integration
  std::string authorizer;  // authorizer logical id, "" for none ($connect only)
  bool two_way = false;    // RouteResponseSelectionExpression "$default" and a RouteResponse
  base::Duration integration_timeout{29000};
  bool mock = false;  // MOCK integration: answers nothing, succeeds
};

struct AuthorizerModel {
  std::string logical_id;
  std::string function;
  std::vector<std::string>
      identity_sources;  // "route.request.header.X", "route.request.querystring.X"
};

struct WebSocketApiModel {
  std::string logical_id;
  std::string api_id;  // 10 characters, the same at every start of the same template
  std::string stage;
  std::string route_selection_expression = "$request.body.action";
  std::map<std::string, std::string> stage_variables;
  std::map<std::string, RouteModel> routes;            // by route key
  std::map<std::string, AuthorizerModel> authorizers;  // by logical id
  double throttle_rate = 500;                          // new connections a second
  double message_rate = 10000;                         // messages a second for the stage
};

struct KeyModel {
  std::string name;
  char type = 'S';  // 'S', 'N' or 'B'
};

struct IndexModel {
  std::string name;
  KeyModel hash;
  std::optional<KeyModel> range;
  std::string projection = "ALL";  // ALL, KEYS_ONLY, INCLUDE
  std::vector<std::string> included;
  bool local = false;  // a local secondary index
};

struct TableModel {
  std::string logical_id;
  std::string name;
  KeyModel hash;
  std::optional<KeyModel> range;
  std::vector<IndexModel> indexes;
  std::string ttl_attribute;  // "" if TTL is off
  std::string billing_mode = "PAY_PER_REQUEST";
};

struct RuleTargetModel {
  std::string id;
  std::string function;           // physical name; only Lambda targets are implemented
  std::string dead_letter_queue;  // queue name, "" if none
  int retries_max = 185;
  base::Duration age_max = std::chrono::hours(24);
};

struct RuleModel {
  std::string name;
  std::string bus;      // "default" or a bus name
  std::string pattern;  // JSON text
  bool enabled = true;
  std::vector<RuleTargetModel> targets;
};

struct QueueModel {
  std::string logical_id;
  std::string name;
  base::Duration visibility_timeout{30000};
  base::Duration retention = std::chrono::days(4);
};

struct SsmParameterModel {
  std::string name;
  std::string value;
  std::string type = "String";
};

struct AppModel {
  std::string template_path;
  std::string stack_name = "beckon";
  std::string region = "us-east-1";
  std::string account = "000000000000";
  std::map<std::string, std::string> parameters;   // after defaults and --parameter
  std::optional<WebSocketApiModel> api;            // at most one per template
  std::map<std::string, FunctionModel> functions;  // by physical name
  std::vector<TableModel> tables;
  std::vector<std::string> buses;  // without "default"
  std::vector<RuleModel> rules;
  std::vector<QueueModel> queues;
  std::vector<SsmParameterModel> ssm_parameters;
  std::map<std::string, std::string> outputs;
  std::vector<std::string> notes;  // resources that are there but mean nothing here (IAM roles, …)
};

}  // namespace beckon::emulator
