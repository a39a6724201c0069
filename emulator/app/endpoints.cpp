// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/endpoints.h"

#include <algorithm>

namespace beckon::emulator {
namespace {

void replace_origins(std::string& text, const std::string& scheme, const std::string& api_id,
                     const std::string& origin) {
  const std::string start = scheme + "://" + api_id + ".execute-api.";
  std::size_t at = text.find(start);
  while (at != std::string::npos) {
    const std::size_t end = std::min(text.find_first_of("/ \"'", at + start.size()), text.size());
    text.replace(at, end - at, origin);
    at = text.find(start, at + origin.size());
  }
}

}  // namespace

Endpoints make_endpoints(const AppModel& model, const std::string& host, int port) {
  std::string name = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
  if (name.find(':') != std::string::npos) name = "[" + name + "]";
  const std::string authority = name + ":" + std::to_string(port);
  Endpoints endpoints;
  endpoints.base = "http://" + authority;
  if (model.api) {
    endpoints.websocket = "ws://" + authority + "/" + model.api->stage;
    endpoints.connections = endpoints.base + "/" + model.api->stage;
  }
  return endpoints;
}

std::string localize(std::string text, const AppModel& model, const Endpoints& endpoints) {
  if (!model.api) return text;
  replace_origins(text, "https", model.api->api_id, endpoints.base);
  replace_origins(text, "wss", model.api->api_id, "ws" + endpoints.base.substr(4));
  return text;
}

void localize_model(AppModel& model, const Endpoints& endpoints) {
  for (auto& [function_name, function] : model.functions) {
    for (auto& [name, value] : function.environment) value = localize(value, model, endpoints);
  }
  for (auto& parameter : model.ssm_parameters) {
    parameter.value = localize(parameter.value, model, endpoints);
  }
  for (auto& [name, value] : model.outputs) value = localize(value, model, endpoints);
}

}  // namespace beckon::emulator
