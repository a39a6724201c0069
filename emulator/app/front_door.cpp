// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/front_door.h"

#include <utility>

#include "common/json/writer.h"
#include "emulator/aws/scope.h"

namespace beckon::emulator {
namespace {

HttpResponse message_response(int status, std::string_view message) {
  json::Writer writer;
  writer.begin_object().member("message", message).end_object();
  return HttpResponse{
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = writer.take()};
}

}  // namespace

std::optional<HttpResponse> FrontDoor::refusal(const HttpRequest& request) const {
  if (!hosts_) return std::nullopt;
  const auto refused = hosts_->refusal(request);
  return refused ? std::optional(message_response(403, *refused)) : std::nullopt;
}

bool FrontDoor::answers(std::string_view service) const {
  return parts_.dispatcher.has(service) || service == "lambda" || service == "execute-api";
}

void FrontDoor::on_request(HttpRequest& request, HttpDone done) {
  if (auto refused = refusal(request)) return done(*std::move(refused));
  // The credentials are well known, so such a page could sign an Invoke in the query string.
  if (is_foreign_page(request)) {
    return done(message_response(403, "pages of other sites are not answered"));
  }
  const std::string service = signed_service(request);
  if (!service.empty() && !answers(service)) {
    return done(unsupported_service(request, service));
  }
  // SDKs post to the path of a queue's URL.
  if (request.path == "/" || service == "sqs") {
    parts_.dispatcher.handle(request, std::move(done));
  } else if (is_lambda_path(request.path) || service == "lambda") {
    parts_.lambda.handle(request, std::move(done));
  } else if (is_control_path(request.path)) {
    done(parts_.control.handle(request));
  } else if (parts_.gateway == nullptr) {
    done(message_response(404, "the template has no WebSocket API"));
  } else if (const auto path = parse_connections_path(request.path)) {
    done(parts_.connections->handle(request, *path));
  } else {
    done(parts_.gateway->on_plain_request(request));
  }
}

void FrontDoor::on_upgrade(HttpRequest& request, std::unique_ptr<HttpUpgrade> upgrade) {
  if (const auto refused = refusal(request)) {
    upgrade->refuse(*refused);
  } else if (parts_.gateway == nullptr) {
    upgrade->refuse(HttpResponse{.status = 404, .headers = {}, .body = {}});
  } else {
    parts_.gateway->on_upgrade(request, std::move(upgrade));
  }
}

}  // namespace beckon::emulator
