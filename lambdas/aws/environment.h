// SPDX-License-Identifier: Apache-2.0
// Where AWS is and as whom it is called, from the environment variables that Lambda and the SDKs
// use. No profiles, no instance metadata: functions and the operator's shell both have variables.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/sigv4/sign.h"

namespace beckon::lambdas {

// A variable's value; none if it is unset or empty. Tests give their own.
using GetVariable = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> environment_variable(const std::string& name);

struct AwsIdentity {
  std::string region;
  sigv4::Credentials credentials;
};

// AWS_REGION (else AWS_DEFAULT_REGION), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if there,
// AWS_SESSION_TOKEN. Errors: kInvalid, naming every variable that is missing.
base::Result<AwsIdentity> aws_identity(const GetVariable& get);

// The base of a service's URLs.
struct Endpoint {
  std::string scheme;  // "http" or "https"
  std::string host;    // as the Host header has it: with the port if it is not the scheme's own
  std::string path;    // "" or "/dev": no slash at its end

  std::string url() const { return scheme + "://" + host + path; }
};

// Errors: kInvalid, saying what was expected.
base::Result<Endpoint> parse_endpoint(std::string_view url);

// AWS's services, as variables and host names call them.
struct AwsService {
  std::string_view variable;  // "DYNAMODB" of AWS_ENDPOINT_URL_DYNAMODB
  std::string_view host;      // "dynamodb" of dynamodb.eu-west-1.amazonaws.com
};
inline constexpr AwsService kDynamoDb{"DYNAMODB", "dynamodb"};
inline constexpr AwsService kEventBridge{"EVENTBRIDGE", "events"};
inline constexpr AwsService kSsm{"SSM", "ssm"};

// AWS_ENDPOINT_URL_<variable>, else AWS_ENDPOINT_URL, else the service's public endpoint in the
// region. Errors: kInvalid, naming the variable.
base::Result<Endpoint> service_endpoint(const AwsService& service, std::string_view region,
                                        const GetVariable& get);

// The base of @connections: AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI, else CONNECTIONS_ENDPOINT
// (AWS_ENDPOINT_URL is not used: it lacks the stage). Errors: kInvalid, naming the variables.
base::Result<Endpoint> connections_endpoint(const GetVariable& get);

}  // namespace beckon::lambdas
