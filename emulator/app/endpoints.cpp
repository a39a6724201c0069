// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/endpoints.h"

#include <algorithm>

namespace beckon::emulator {
namespace {

// Replaces the origins that begin with `start` and are followed by the path `path`.
void replace_origins(std::string& text, std::string_view start, std::string_view path,
                     std::string_view origin) {
  std::size_t at = text.find(start);
  while (at != std::string::npos) {
    const std::size_t end = std::min(text.find_first_of("/ \"'", at + start.size()), text.size());
    const bool is_ours = std::string_view(text).substr(end).starts_with(path);
    if (is_ours) text.replace(at, end - at, origin);
    at = text.find(start, is_ours ? at + origin.size() : end);
  }
}

}  // namespace

Endpoints make_endpoints(const AppModel& model, const std::string& host, int port, bool tls) {
  std::string name = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
  if (name.find(':') != std::string::npos) name = "[" + name + "]";
  const std::string authority = name + ":" + std::to_string(port);
  Endpoints endpoints;
  endpoints.base = (tls ? "https://" : "http://") + authority;
  if (model.api) {
    endpoints.websocket = (tls ? "wss://" : "ws://") + authority + "/" + model.api->stage;
    endpoints.connections = endpoints.base + "/" + model.api->stage;
  }
  return endpoints;
}

std::string localize(std::string text, const AppModel& model, const Endpoints& endpoints) {
  if (model.api) {
    replace_origins(text, "https://" + model.api->api_id + ".execute-api.", "", endpoints.base);
    replace_origins(text, "wss://" + model.api->api_id + ".execute-api.", "",
                    "ws" + endpoints.base.substr(4));
  }
  const std::string queues = "/" + model.account + "/";
  replace_origins(text, "https://sqs." + model.region + ".", queues, endpoints.base);
  return text;
}

void localize_model(AppModel& model, const Endpoints& endpoints, const Endpoints& for_functions) {
  for (auto& [function_name, function] : model.functions) {
    for (auto& [name, value] : function.environment) {
      value = localize(value, model, for_functions);
    }
  }
  for (auto& parameter : model.ssm_parameters) {
    parameter.value = localize(parameter.value, model, endpoints);
  }
  for (auto& [name, value] : model.outputs) value = localize(value, model, endpoints);
}

}  // namespace beckon::emulator
