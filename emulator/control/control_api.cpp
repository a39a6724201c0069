// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/control_api.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/json/json.h"
#include "emulator/control/connections_control.h"
#include "emulator/control/fault_settings.h"
#include "emulator/control/functions_control.h"
#include "emulator/control/replies.h"

namespace beckon::emulator {
namespace {

// No stage can have this name: the template's reader refuses it.
constexpr std::string_view kPrefix = "/_emulator/";

constexpr std::string_view kCalls =
    "the control API has GET health, memory, dead-letters, connections, functions and faults; POST "
    "connections/{id}/drop, half-open and close, functions/{name}/kill, freeze and thaw, faults "
    "and "
    "faults/next; DELETE faults; not ";

bool is_local(const HttpRequest& request) {
  const std::string_view ip = request.source_ip;
  constexpr std::string_view kMapped = "::ffff:";
  return is_loopback_address(ip.starts_with(kMapped) ? ip.substr(kMapped.size()) : ip);
}

struct Target {
  std::string_view folder;
  std::string name;
  std::string_view verb;
};

// "connections/abc%3D/drop" in its three parts; all empty if it has not three.
Target split(std::string_view call) {
  const std::size_t first = call.find('/');
  const std::size_t last = call.rfind('/');
  if (first == std::string_view::npos || first == last) return {};
  return {call.substr(0, first), base::percent_decode(call.substr(first + 1, last - first - 1)),
          call.substr(last + 1)};
}

}  // namespace

bool is_control_path(std::string_view path) {
  return path.starts_with(kPrefix);
}

HttpResponse ControlApi::handle(const HttpRequest& request) {
  if (!is_local(request)) {
    return control_refusal(403,
                           "the control API answers this machine only, not " + request.source_ip);
  }
  if (const auto origin = find_header(request.headers, "Origin")) {
    return control_refusal(
        403, "the control API answers no web pages, not even of " + std::string(*origin));
  }
  if (const auto refused = parts_.hosts.refusal(request)) return control_refusal(403, *refused);

  const std::string_view call = std::string_view(request.path).substr(kPrefix.size());
  HttpResponse response;
  response.status = 404;
  if (request.method == "GET") {
    response = read(call);
  } else if (request.method == "POST") {
    const auto body = json::parse(request.body.empty() ? "{}" : request.body);
    if (!body || !body->root().is_object()) {
      return control_refusal(400, "the body: expected a JSON object" +
                                      (body ? std::string() : ": " + body.error().message));
    }
    response = change(call, body->root());
  } else if (request.method == "DELETE" && call == "faults") {
    parts_.faults.set({});
    return control_reply(fault_plan_json(parts_.faults));
  }
  if (response.status == 404 && response.body.empty()) {
    return control_refusal(404,
                           std::string(kCalls).append(request.method).append(" ").append(call));
  }
  return response;
}

HttpResponse ControlApi::read(std::string_view call) const {
  if (call == "health") return control_reply(R"({"status":"ok"})");
  if (call == "dead-letters") return control_reply(parts_.dead_letters());
  if (call == "memory") return control_reply(parts_.memory());
  if (call == "connections") return list_connections(parts_.gateway);
  if (call == "functions") return list_functions(parts_.functions);
  if (call == "faults") return control_reply(fault_plan_json(parts_.faults));
  return HttpResponse{.status = 404, .headers = {}, .body = {}};
}

HttpResponse ControlApi::change(std::string_view call, json::View body) {
  if (call == "faults") return set_faults(body);
  if (call == "faults/next") return add_next_fault(body);
  const Target target = split(call);
  if (target.folder == "connections") {
    return end_connection(parts_.gateway, target.name, target.verb, body);
  }
  if (target.folder == "functions") {
    return signal_function(parts_.functions, target.name, target.verb);
  }
  return HttpResponse{.status = 404, .headers = {}, .body = {}};
}

HttpResponse ControlApi::set_faults(json::View body) {
  const auto settings = read_fault_settings(body);
  if (!settings) return control_refusal(400, settings.error().message);
  parts_.faults.set(*settings);
  return control_reply(fault_plan_json(parts_.faults));
}

HttpResponse ControlApi::add_next_fault(json::View body) {
  auto next = read_next_fault(body);
  if (!next) return control_refusal(400, next.error().message);
  parts_.faults.add(*std::move(next));
  return control_reply(fault_plan_json(parts_.faults));
}

}  // namespace beckon::emulator
