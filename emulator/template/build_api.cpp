// SPDX-License-Identifier: Apache-2.0
// AWS::ApiGatewayV2: one WebSocket API with its stage, routes, integrations and authorizers.
#include <fmt/format.h>

#include <algorithm>

#include "emulator/template/build.h"

namespace beckon::emulator {
namespace {

struct Integration {
  std::string id;
  RouteModel route;  // function, mock and integration_timeout are set
};

class ApiBuilder {
 public:
  ApiBuilder(const BuildContext& context, WebSocketApiModel& api) : context_(context), api_(api) {}

  void build() {
    read_stage();
    read_authorizers();
    read_integrations();
    read_routes();
    read_responses();
  }

 private:
  std::vector<const TemplateResource*> of_type(std::string_view type) const {
    return context_.resources.of_type(fmt::format("AWS::ApiGatewayV2::{}", type));
  }
  // The part's reader; checks that its ApiId is this API.
  PropertyReader reader_of(const TemplateResource& resource) const;
  std::string function_in(const PropertyReader& reader, std::string_view property) const;
  const TemplateResource* find(std::string_view type, std::string_view physical_name) const;

  void read_stage();
  void read_authorizers();
  void read_integrations();
  void read_routes();
  void read_authorization(const PropertyReader& reader, RouteModel& route) const;
  void read_target(const PropertyReader& reader, RouteModel& route) const;
  void read_responses();

  const BuildContext& context_;
  WebSocketApiModel& api_;
  std::vector<Integration> integrations_;
};

PropertyReader ApiBuilder::reader_of(const TemplateResource& resource) const {
  PropertyReader reader(resource, context_.errors);
  const std::string api_id = reader.text("ApiId");
  if (!api_id.empty() && api_id != api_.api_id) {
    reader.error("ApiId", fmt::format("expected the API of this template (!Ref {}), got \"{}\"",
                                      api_.logical_id, api_id));
  }
  return reader;
}

const TemplateResource* ApiBuilder::find(std::string_view type,
                                         std::string_view physical_name) const {
  for (const TemplateResource* resource : of_type(type)) {
    if (resource->physical_name == physical_name) return resource;
  }
  return nullptr;
}

std::string ApiBuilder::function_in(const PropertyReader& reader, std::string_view property) const {
  const TemplateNode* uri = reader.find(property);
  if (uri == nullptr) {
    reader.error(property, "is required");
    return "";
  }
  if (!uri->is_scalar()) return "";
  const std::string name = function_of_uri(uri->text);
  if (name.empty()) {
    reader.error(property,
                 fmt::format("expected arn:aws:apigateway:{{region}}:lambda:path/2015-03-31/"
                             "functions/{{function ARN}}/invocations, got \"{}\"",
                             uri->text));
  } else if (!context_.model.functions.contains(name)) {
    not_in_template(context_, reader, property,
                    fmt::format("expected a function of this template, got \"{}\"", name));
  }
  return name;
}

void ApiBuilder::read_stage() {
  const std::vector<const TemplateResource*> stages = of_type("Stage");
  if (stages.empty()) {
    if (!context_.resources.all_known()) return;
    const TemplateResource& api = *find("Api", api_.api_id);
    context_.errors.add(api.at,
                        fmt::format("resource {}: expected an AWS::ApiGatewayV2::Stage for this "
                                    "API: without one nobody can connect",
                                    api.logical_id));
    return;
  }
  if (stages.size() > 1) {
    context_.errors.add(stages[1]->at,
                        fmt::format("resource {}: beckon-emulator serves one stage, and {} "
                                    "is one already",
                                    stages[1]->logical_id, stages[0]->logical_id));
  }
  const PropertyReader reader = reader_of(*stages[0]);
  api_.stage = reader.text("StageName");
  if (api_.stage == "_emulator") {
    reader.error("StageName",
                 "expected another name than _emulator: the emulator's control API answers there");
  }
  const TemplateNode* variables = reader.find("StageVariables");
  if (variables != nullptr) {
    for (const TemplateMember& variable : variables->members) {
      api_.stage_variables[variable.key] = variable.value.text;
    }
  }
  api_.message_rate =
      reader.object("DefaultRouteSettings").number("ThrottlingRateLimit", api_.message_rate);
  if (!reader.boolean("AutoDeploy", false) && of_type("Deployment").empty()) {
    context_.model.notes.push_back(
        fmt::format("stage {}: neither AutoDeploy nor a Deployment: on AWS no "
                    "route would be live",
                    api_.stage));
  }
}

void ApiBuilder::read_authorizers() {
  for (const TemplateResource* resource : of_type("Authorizer")) {
    const PropertyReader reader = reader_of(*resource);
    AuthorizerModel authorizer;
    authorizer.logical_id = resource->logical_id;
    reader.one_of("AuthorizerType", {"REQUEST"});
    authorizer.function = function_in(reader, "AuthorizerUri");
    authorizer.identity_sources = reader.texts("IdentitySource");
    for (const std::string& source : authorizer.identity_sources) {
      if (!source.starts_with("route.request.header.") &&
          !source.starts_with("route.request.querystring.")) {
        reader.error(
            "IdentitySource",
            fmt::format("expected route.request.header.NAME or route.request.querystring.NAME, "
                        "got \"{}\"",
                        source));
      }
    }
    api_.authorizers[authorizer.logical_id] = std::move(authorizer);
  }
}

void ApiBuilder::read_integrations() {
  for (const TemplateResource* resource : of_type("Integration")) {
    const PropertyReader reader = reader_of(*resource);
    Integration integration;
    integration.id = resource->physical_name;
    const std::string type = reader.text("IntegrationType");
    integration.route.integration_timeout =
        std::chrono::milliseconds(reader.integer("TimeoutInMillis", 29'000, 50, 29'000));
    if (type == "AWS_PROXY") {
      integration.route.function = function_in(reader, "IntegrationUri");
    } else if (type == "MOCK") {
      integration.route.mock = true;
    } else if (!type.empty()) {
      reader.error("IntegrationType",
                   fmt::format("beckon-emulator implements AWS_PROXY and MOCK, got "
                               "\"{}\"",
                               type));
    }
    integrations_.push_back(std::move(integration));
  }
}

void ApiBuilder::read_authorization(const PropertyReader& reader, RouteModel& route) const {
  const std::string type = reader.text("AuthorizationType", "NONE");
  if (type != "NONE" && type != "CUSTOM") {
    reader.error("AuthorizationType",
                 fmt::format("beckon-emulator implements NONE and CUSTOM, got \"{}\"", type));
    return;
  }
  if (reader.boolean("ApiKeyRequired", false)) {
    reader.error("ApiKeyRequired", "beckon-emulator has no API keys");
  }
  if (type == "NONE") return;
  if (route.route_key != "$connect") {
    reader.error("AuthorizationType",
                 fmt::format("expected an authorizer on $connect only, got one on "
                             "\"{}\"",
                             route.route_key));
    return;
  }
  const TemplateNode* id = reader.find("AuthorizerId");
  if (id != nullptr && id->is_unknown()) return;
  const TemplateResource* authorizer = find("Authorizer", reader.text("AuthorizerId"));
  if (authorizer == nullptr) {
    not_in_template(context_, reader, "AuthorizerId",
                    "expected !Ref of an AWS::ApiGatewayV2::Authorizer of this template");
    return;
  }
  route.authorizer = authorizer->logical_id;
}

void ApiBuilder::read_target(const PropertyReader& reader, RouteModel& route) const {
  constexpr std::string_view kPrefix = "integrations/";
  const TemplateNode* target = reader.find("Target");
  if (target == nullptr || !target->is_scalar()) return;
  std::string_view id = target->text;
  if (id.starts_with(kPrefix)) {
    id.remove_prefix(kPrefix.size());
    const auto found = std::ranges::find(integrations_, id, &Integration::id);
    if (found != integrations_.end()) {
      route.function = found->route.function;
      route.mock = found->route.mock;
      route.integration_timeout = found->route.integration_timeout;
      return;
    }
  }
  not_in_template(context_, reader, "Target",
                  fmt::format("expected \"integrations/${{Integration}}\" with an integration of "
                              "this template, got \"{}\"",
                              target->text));
}

void ApiBuilder::read_routes() {
  for (const TemplateResource* resource : of_type("Route")) {
    const PropertyReader reader = reader_of(*resource);
    RouteModel route;
    route.route_key = reader.text("RouteKey");
    if (route.route_key.empty()) continue;
    const bool reserved = route.route_key == "$connect" || route.route_key == "$disconnect" ||
                          route.route_key == "$default";
    if (route.route_key.starts_with('$') && !reserved) {
      reader.error("RouteKey",
                   fmt::format("expected $connect, $disconnect, $default or a key without "
                               "\"$\" in front, got \"{}\"",
                               route.route_key));
    }
    read_authorization(reader, route);
    read_target(reader, route);
    const std::string key = route.route_key;
    if (!api_.routes.emplace(key, std::move(route)).second) {
      reader.error("RouteKey", fmt::format("expected a key of its own, \"{}\" is taken", key));
    }
  }
}

void ApiBuilder::read_responses() {
  for (const TemplateResource* resource : of_type("RouteResponse")) {
    const PropertyReader reader = reader_of(*resource);
    reader.one_of("RouteResponseKey", {"$default"});
    const TemplateNode* id = reader.find("RouteId");
    if (id == nullptr || id->is_unknown()) continue;
    const TemplateResource* route = find("Route", id->text);
    if (route == nullptr) {
      not_in_template(context_, reader, "RouteId",
                      "expected !Ref of an AWS::ApiGatewayV2::Route of this template");
      continue;
    }
    const PropertyReader owner(*route, context_.errors);
    const auto model = api_.routes.find(owner.text("RouteKey"));
    if (model != api_.routes.end()) {
      model->second.two_way = owner.text("RouteResponseSelectionExpression") == "$default";
    }
  }
}

}  // namespace

void build_api(const BuildContext& context) {
  const std::vector<const TemplateResource*> apis =
      context.resources.of_type("AWS::ApiGatewayV2::Api");
  if (apis.empty()) return;
  if (apis.size() > 1) {
    context.errors.add(apis[1]->at,
                       fmt::format("resource {}: beckon-emulator serves one API, and {} is "
                                   "one already",
                                   apis[1]->logical_id, apis[0]->logical_id));
  }
  const PropertyReader reader(*apis[0], context.errors);
  for (const char* name : {"Body", "BodyS3Location"}) {
    if (reader.has(name))
      reader.error(name, "beckon-emulator imports no OpenAPI: write the routes out");
  }
  if (!reader.has("Name")) reader.error("Name", "is required");
  if (!reader.has("ProtocolType")) reader.error("ProtocolType", "is required: WEBSOCKET");
  reader.one_of("ProtocolType", {"WEBSOCKET"});
  if (!reader.has("RouteSelectionExpression")) {
    reader.error("RouteSelectionExpression",
                 "is required for a WebSocket API ($request.body.action)");
  }
  WebSocketApiModel api;
  api.logical_id = apis[0]->logical_id;
  api.api_id = apis[0]->physical_name;
  api.route_selection_expression =
      reader.text("RouteSelectionExpression", api.route_selection_expression);
  ApiBuilder(context, api).build();
  context.model.api = std::move(api);
}

}  // namespace beckon::emulator
