// SPDX-License-Identifier: Apache-2.0
#include "emulator/aws/scope.h"

#include "common/base/bytes.h"
#include "common/json/writer.h"
#include "emulator/aws/reply.h"

namespace beckon::emulator {
namespace {

constexpr int kNotImplemented = 501;

std::string credential_of(const HttpRequest& request) {
  const std::string_view header = find_header(request.headers, "Authorization").value_or("");
  constexpr std::string_view kHeader = "Credential=";
  if (const auto at = header.find(kHeader); at != std::string_view::npos) {
    const std::string_view rest = header.substr(at + kHeader.size());
    return std::string(rest.substr(0, rest.find_first_of(", ")));
  }
  constexpr std::string_view kQuery = "X-Amz-Credential=";
  const std::size_t at = request.query.find(kQuery);
  if (at == std::string::npos) return {};
  const std::string_view rest = std::string_view(request.query).substr(at + kQuery.size());
  return base::percent_decode(rest.substr(0, rest.find('&')));
}

HttpResponse xml(std::string body) {
  return HttpResponse{.status = kNotImplemented,
                      .headers = {{"Content-Type", "application/xml"}},
                      .body = R"(<?xml version="1.0" encoding="UTF-8"?>)" + std::move(body)};
}

}  // namespace

std::string signed_service(const HttpRequest& request) {
  // KEY/DATE/REGION/SERVICE/aws4_request; a key id may have slashes, the rest has none.
  std::string scope = credential_of(request);
  const std::size_t end = scope.rfind('/');
  if (end == std::string::npos || end == 0) return {};
  const std::size_t begin = scope.rfind('/', end - 1);
  return begin == std::string::npos ? "" : scope.substr(begin + 1, end - begin - 1);
}

bool is_query_protocol(const HttpRequest& request) {
  return request.method == "POST" && find_header(request.headers, "Content-Type")
                                         .value_or("")
                                         .starts_with("application/x-www-form-urlencoded");
}

HttpResponse unsupported_service(const HttpRequest& request, const std::string& service) {
  const std::string message =
      "beckon-emulator does not implement the service " + service +
      "; it has dynamodb, events, lambda (Invoke), ssm, sqs and execute-api (@connections)";
  const std::string error =
      "<Code>NotImplemented</Code><Message>" + xml_escaped(message) + "</Message>";
  if (service == "s3") return xml("<Error>" + error + "</Error>");
  if (service == "ec2") {
    return xml("<Response><Errors><Error>" + error + "</Error></Errors></Response>");
  }
  if (is_query_protocol(request)) return xml_error(kNotImplemented, "NotImplemented", message);
  json::Writer writer;
  writer.begin_object().member("__type", "NotImplemented").member("message", message);
  return HttpResponse{
      .status = kNotImplemented,
      .headers = {{"Content-Type", "application/json"}, {"x-amzn-ErrorType", "NotImplemented"}},
      .body = writer.end_object().take()};
}

}  // namespace beckon::emulator
