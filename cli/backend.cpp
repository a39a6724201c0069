// SPDX-License-Identifier: Apache-2.0
#include "cli/backend.h"

#include <fmt/format.h>

#include <array>

namespace beckon::cli {
namespace {

using namespace std::chrono_literals;

// A person is waiting: an emulator that does not run should not take the clients' usual budget.
constexpr base::Duration kLocalCallMax = 1500ms;

// The variables as the clients read them, with what was resolved in front.
lambdas::GetVariable variables_for(const Access& access, const Environment& environment) {
  return [&access, environment](const std::string& name) -> std::optional<std::string> {
    const std::pair<std::string_view, const std::string*> resolved[] = {
        {"AWS_ENDPOINT_URL", &access.endpoint_url},
        {"AWS_REGION", &access.region},
        {"AWS_ACCESS_KEY_ID", &access.access_key_id},
        {"AWS_SECRET_ACCESS_KEY", &access.secret_access_key},
        {"AWS_SESSION_TOKEN", &access.session_token}};
    for (const auto& [known, value] : resolved) {
      if (name == known) return value->empty() ? std::nullopt : std::optional(*value);
    }
    const bool is_endpoint_by_flag =
        name.starts_with("AWS_ENDPOINT_URL_") && access.why_endpoint == kFromFlag;
    return is_endpoint_by_flag ? std::nullopt : environment(name.c_str());
  };
}

template <class Client>
lambdas::JsonApiOptions client_options(const lambdas::AwsService& service, const Access& access,
                                       const lambdas::GetVariable& variables) {
  const auto identity = valid(lambdas::aws_identity(variables));
  const auto endpoint = valid(lambdas::service_endpoint(service, identity.region, variables));
  lambdas::JsonApiOptions options = Client::options(endpoint, identity);
  if (!access.endpoint_url.empty()) options.call_max = kLocalCallMax;
  return options;
}

}  // namespace

Backend::Backend(const SettingsFlags& flags, const Environment& environment)
    : access_(valid(resolve_access(flags, environment))),
      http_client_(flags.ca_bundle),
      http_(http_client_, access_.answered),
      variables_(variables_for(access_, environment)),
      database_(client_options<lambdas::DynamoDbClient>(lambdas::kDynamoDb, access_, variables_),
                http_, pace_),
      events_(client_options<lambdas::EventsClient>(lambdas::kEventBridge, access_, variables_),
              http_, pace_),
      names_(find_names(flags)),
      is_bus_typed_(!flags.event_bus.empty()),
      reader_(database_, database_, names_),
      dead_letters_(client_options<DeadLetterQueue>(kSqs, access_, variables_), http_, pace_,
                    names_.dead_letter_queue) {}

Names Backend::find_names(const SettingsFlags& flags) {
  std::map<std::string, std::string> parameters;
  if (!names_are_complete(flags)) {
    lambdas::SsmClient ssm(client_options<lambdas::SsmClient>(lambdas::kSsm, access_, variables_),
                           http_, pace_);
    const std::string path = parameter_path(access_.stack);
    parameters = answer(ssm.get_parameters_by_path(path.substr(0, path.size() - 1)), access_);
  }
  return valid(resolve_names(flags, access_.stack, parameters));
}

lambdas::Host& Backend::registry() {
  if (registry_) return *registry_;
  if (names_.connections_endpoint.empty()) {
    throw Failure(kExitNotFound,
                  fmt::format("the stack '{}' has no SSM parameter {}connections-endpoint, which "
                              "closing a device's connections needs; give --connections-endpoint "
                              "or deploy the stack again",
                              access_.stack, parameter_path(access_.stack)));
  }
  connections_.emplace(valid(lambdas::parse_endpoint(names_.connections_endpoint)),
                       valid(lambdas::aws_identity(variables_)), http_, pace_, base::null_log());
  registry_.emplace(
      lambdas::Host{database_,
                    *connections_,
                    pace_,
                    base::null_log(),
                    {names_.connections_table, names_.streams_table, names_.devices_table}});
  return *registry_;
}

base::Status Backend::check() {
  if (!is_bus_typed_) return {};
  base::Status found = events_.find_bus(names_.event_bus);
  if (!found && found.error().code == base::ErrorCode::kNotFound) {
    return base::fail(base::ErrorCode::kNotFound,
                      fmt::format("there is no event bus '{}' at {}: nothing was posted; leave "
                                  "--bus out to use the bus of the stack '{}', or see what there "
                                  "is with: aws events list-event-buses",
                                  names_.event_bus, place(access_), access_.stack));
  }
  return found;
}

base::Result<std::string> Backend::put(const std::string& name, const std::string& detail) {
  const std::array<lambdas::EventEntry, 1> entries = {lambdas::EventEntry{
      .source = "beckon", .detail_type = name, .detail = detail, .bus = names_.event_bus}};
  return events_.put(entries).at(0);
}

}  // namespace beckon::cli
