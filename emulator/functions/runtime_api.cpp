// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/runtime_api.h"

#include <fmt/format.h>

#include <utility>

#include "emulator/functions/payloads.h"
#include "emulator/http/host_rule.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kPrefix = "/2018-06-01/runtime/";
constexpr std::string_view kInvocation = "invocation/";

HttpResponse json_response(int status, std::string body) {
  return HttpResponse{
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

std::string_view error_type_of(const HttpRequest& request) {
  return find_header(request.headers, "Lambda-Runtime-Function-Error-Type").value_or("");
}

HttpResponse unknown_call(const HttpRequest& request) {
  const bool snap_start = request.path.find("/restore/") != std::string::npos;
  const char* hint = snap_start ? "; SnapStart is not supported by the emulator" : "";
  return json_response(
      404, runtime_api_error("NotFound", fmt::format("The Runtime API has no {} {}{}",
                                                     request.method, request.path, hint)));
}

// The id and the verb of "invocation/<id>/<verb>".
std::pair<std::string_view, std::string_view> split_invocation(std::string_view path) {
  const std::string_view rest = path.substr(kPrefix.size() + kInvocation.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {rest, {}};
  return {rest.substr(0, slash), rest.substr(slash + 1)};
}

void route(RuntimeSession& session, HttpRequest& request, HttpDone done) {
  // A page whose name leads here could take invocations out of the function's hands.
  if (const auto refused = HostRule().refusal(request)) {
    return done(json_response(403, runtime_api_error("Forbidden", *refused)));
  }
  const std::string_view path = request.path;
  const bool post = request.method == "POST";
  if (path.starts_with(kPrefix)) {
    const std::string_view call = path.substr(kPrefix.size());
    if (call == "invocation/next" && request.method == "GET") return session.next(std::move(done));
    if (call == "init/error" && post) {
      return session.init_error(error_type_of(request), std::move(request.body), std::move(done));
    }
    if (call.starts_with(kInvocation) && post) {
      const auto [id, verb] = split_invocation(path);
      if (verb == "response") return session.response(id, std::move(request.body), std::move(done));
      if (verb == "error") {
        return session.error(id, error_type_of(request), std::move(request.body), std::move(done));
      }
    }
  }
  done(unknown_call(request));
}

void route_too_large(RuntimeSession& session, const HttpRequest& request, HttpDone done) {
  if (request.path.starts_with(std::string(kPrefix) + std::string(kInvocation))) {
    const auto [id, verb] = split_invocation(request.path);
    if (verb == "response") return session.response_too_large(id, std::move(done));
  }
  done(runtime_too_large());
}

}  // namespace

HttpListener runtime_api_listener(RuntimeSession& session) {
  HttpListener listener;
  listener.limits.body_bytes_max = kResponseBytesMax;
  listener.limits.header_bytes_max = 64U << 10;  // the X-Ray error cause may be large
  listener.limits.idle_max = base::Duration(0);  // a process waits for its next call for ever
  listener.on_request = [&session](HttpRequest& request, HttpDone done) {
    route(session, request, std::move(done));
  };
  listener.on_body_too_large = [&session](HttpRequest& request, HttpDone done) {
    route_too_large(session, request, std::move(done));
  };
  return listener;
}

HttpResponse runtime_accepted() {
  return json_response(202, R"({"status":"OK"})");
}

HttpResponse runtime_invalid_id() {
  return json_response(400, runtime_api_error("InvalidRequestID", "Invalid request ID"));
}

HttpResponse runtime_invalid_state(std::string_view call) {
  return json_response(
      403,
      runtime_api_error("InvalidStateTransition",
                        fmt::format("{} is not allowed in the runtime's present state", call)));
}

HttpResponse runtime_too_large() {
  return json_response(
      413, runtime_api_error("RequestEntityTooLarge",
                             fmt::format("Exceeded maximum allowed payload size ({} bytes).",
                                         kResponseBytesMax)));
}

}  // namespace beckon::emulator
