// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/parts.h"

#include <optional>
#include <string>
#include <utility>

#include "emulator/app/data_folder.h"
#include "emulator/app/memory.h"
#include "emulator/app/tls.h"
#include "emulator/functions/peer.h"

namespace beckon::emulator {

base::Status Parts::build() {
  if (const auto listening = listen(); !listening) return listening;
  signatures_ = {model_.region, options_.access_key_id, options_.secret_access_key};
  if (!options_.data_dir.empty()) {
    if (const auto made = make_data_folder(options_.data_dir); !made) return made;
  }
  if (!model_.functions.empty()) {
    if (const auto known = check_peers_are_known(); !known) return known;
  }
  build_functions();
  if (const auto built = build_aws(); !built) return built;
  if (const auto built = build_gateway(); !built) return built;
  build_door();
  return {};
}

HttpListener Parts::make_listener() {
  HttpListener listener;
  listener.on_request = [this](HttpRequest& request, HttpDone done) {
    door_->on_request(request, std::move(done));
  };
  listener.on_upgrade = [this](HttpRequest& request, std::unique_ptr<HttpUpgrade> upgrade) {
    door_->on_upgrade(request, std::move(upgrade));
  };
  return listener;
}

base::Status Parts::listen() {
  HttpListener listener = make_listener();
  if (options_.tls) {
    auto context = make_tls_context(options_);
    if (!context) return std::unexpected(context.error());
    listener.tls = std::move(*context);
  }
  const auto id = server_.listen(options_.host, options_.port, std::move(listener));
  if (!id) {
    base::Error error = id.error();
    if (error.code == base::ErrorCode::kAlreadyExists) {
      error.message += "; end it or choose another one with --port (0 takes any free one)";
    }
    return std::unexpected(std::move(error));
  }
  port_ = server_.port(*id);
  endpoints_ = make_endpoints(model_, options_.host, port_, options_.tls);
  function_endpoints_ = endpoints_;
  if (options_.tls) {
    // Functions call from this machine, in many languages that each trust in their own way, and a
    // handshake would be most of their cold start: they get a plain port of their own.
    const auto inside = server_.listen("127.0.0.1", 0, make_listener());
    if (!inside) return std::unexpected(inside.error());
    function_endpoints_ = make_endpoints(model_, "127.0.0.1", server_.port(*inside));
  }
  localize_model(model_, endpoints_, function_endpoints_);
  return {};
}

void Parts::build_functions() {
  FunctionsOptions functions;
  functions.region = model_.region;
  functions.account = model_.account;
  // Listening on all addresses takes the port on the functions' own addresses too.
  const bool everywhere = options_.host == "0.0.0.0" || options_.host == "::";
  functions.runtime_api_port = everywhere ? 0 : port_;
  functions.concurrency_max = options_.function_concurrency;
  functions.environment = {{"AWS_ACCESS_KEY_ID", options_.access_key_id},
                           {"AWS_SECRET_ACCESS_KEY", options_.secret_access_key},
                           {"AWS_SESSION_TOKEN", "local"},
                           {"AWS_ENDPOINT_URL", function_endpoints_.base}};
  if (!function_endpoints_.connections.empty()) {
    functions.environment["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] =
        function_endpoints_.connections;
  }
  functions_ = std::make_unique<Functions>(loop_, server_, ids_, log_, std::move(functions),
                                           model_.functions);
}

// The services behind the dispatcher.
base::Status Parts::build_aws() {
  auto opened = dynamodb::DynamoDbService::open({.data_dir = options_.data_dir,
                                                 .region = model_.region,
                                                 .account = model_.account,
                                                 .tables = model_.tables},
                                                log_);
  if (!opened) return std::unexpected(opened.error());
  dynamodb_ = std::move(*opened);
  faulty_dynamodb_ = std::make_unique<FaultyDynamoDb>(*dynamodb_, faults_, loop_);
  ssm_ = std::make_unique<SsmService>(SsmOptions{
      .region = model_.region, .account = model_.account, .parameters = model_.ssm_parameters});
  auto events = EventsPart::make(loop_, model_, *functions_, ids_,
                                 {.endpoint = endpoints_.base,
                                  .data_dir = options_.data_dir,
                                  .retry_delays = options_.async_retry_delays,
                                  .duplicate_probability = options_.event_duplicates},
                                 log_);
  if (!events) return std::unexpected(events.error());
  events_ = std::move(*events);
  dispatcher_ = std::make_unique<AwsDispatcher>(
      AwsDispatcherOptions{.region = model_.region, .find_key = signatures_.find_key()}, log_);
  dispatcher_->add(*faulty_dynamodb_);
  dispatcher_->add(*ssm_);
  dispatcher_->add(events_->event_bridge());
  dispatcher_->add(events_->sqs());
  dispatcher_->add(events_->sqs_query());
  return {};
}

base::Status Parts::build_gateway() {
  if (!model_.api) return {};
  GatewayOptions options = options_.gateway;
  options.region = model_.region;
  options.account = model_.account;
  options.port = port_;
  auto made = Gateway::make({loop_, *functions_, ids_, log_}, *model_.api, options);
  if (!made) return std::unexpected(made.error());
  gateway_ = std::move(*made);
  connections_ = std::make_unique<ConnectionsApi>(
      *gateway_, ids_,
      [this](const HttpRequest& request) { return signatures_.check(request, "execute-api"); });
  return {};
}

void Parts::build_door() {
  lambda_ = std::make_unique<LambdaApi>(LambdaApi::Parts{
      .invoker = *functions_,
      .ids = ids_,
      .model = model_,
      .signatures = signatures_,
      .enqueue = [this](const std::string& function, std::string payload, const std::string& id) {
        return events_->enqueue(function, std::move(payload), id);
      }});
  injection_ = std::make_unique<FaultInjection>(loop_, faults_, *functions_, gateway_.get());
  control_ = std::make_unique<ControlApi>(
      ControlApi::Parts{.faults = faults_,
                        .gateway = gateway_.get(),
                        .functions = functions_.get(),
                        .dead_letters = [this] { return events_->dead_letters_json(); },
                        .memory = memory_json,
                        .hosts = HostRule(options_.allowed_hosts)});
  // Where other machines come in they do so under names that nobody here knows.
  std::optional<HostRule> hosts;
  if (is_loopback_address(options_.host)) hosts.emplace(options_.allowed_hosts);
  door_ = std::make_unique<FrontDoor>(FrontDoor::Parts{.dispatcher = *dispatcher_,
                                                       .lambda = *lambda_,
                                                       .control = *control_,
                                                       .gateway = gateway_.get(),
                                                       .connections = connections_.get()},
                                      std::move(hosts));
}

}  // namespace beckon::emulator
