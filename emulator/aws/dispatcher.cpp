// SPDX-License-Identifier: Apache-2.0
#include "emulator/aws/dispatcher.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "common/base/assert.h"
#include "common/json/json.h"
#include "emulator/aws/reply.h"
#include "emulator/aws/scope.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kJson10 = "application/x-amz-json-1.0";
constexpr std::string_view kJson11 = "application/x-amz-json-1.1";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kDynamoDb = "dynamodb";
// Of a form; a batch of ten messages with ten attributes each has some 400.
constexpr std::ptrdiff_t kFormParametersMax = 4096;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The media type without parameters.
std::string_view media_type(const HttpRequest& request) {
  const auto header = find_header(request.headers, "Content-Type");
  return header ? trimmed(header->substr(0, header->find(';'))) : std::string_view();
}

// Of the answer: as the request's, if that is one of JSON. An empty request may come as anything.
std::string_view answer_type(const HttpRequest& request) {
  const std::string_view type = media_type(request);
  return type == kJson11 || type == kJson ? type : kJson10;
}

// The answer to what is no call of a JSON API at all; none if it is one.
std::optional<HttpResponse> refuse_transport(const HttpRequest& request,
                                             const std::string& region) {
  if (request.method == "GET") {  // what load balancers and waiting scripts ask
    HttpResponse healthy;
    healthy.headers = {{"Content-Type", "text/plain"}};
    healthy.body = "healthy: dynamodb." + region + ".amazonaws.com ";
    return healthy;
  }
  if (request.body.size() > kAwsRequestBytesMax) {
    HttpResponse too_large;
    too_large.status = 413;
    return too_large;
  }
  const std::string_view type = media_type(request);
  const bool json = type == kJson10 || type == kJson11 || type == kJson;
  if (request.method != "POST" || (!json && !request.body.empty())) {
    HttpResponse unknown;
    unknown.status = 404;
    unknown.headers = {{"x-amzn-RequestId", new_request_id(true)}};
    unknown.body = "<UnknownOperationException/>\n";
    return unknown;
  }
  return std::nullopt;
}

struct Target {
  std::string prefix;
  std::string operation;
};

std::optional<Target> target_of(const HttpRequest& request) {
  const auto header = find_header(request.headers, "X-Amz-Target");
  if (!header) return std::nullopt;
  const auto dot = header->find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == header->size()) return std::nullopt;
  return Target{std::string(header->substr(0, dot)), std::string(header->substr(dot + 1))};
}

// DynamoDB's errors carry a namespace where the other services have none.
std::string typed(const AwsService* service, std::string_view name) {
  const bool dynamodb = service == nullptr || service->signing_name() == kDynamoDb;
  return (dynamodb ? "com.amazon.coral.service#" : "") + std::string(name);
}

// What a call of an operation keeps alive until its answer is there.
struct Call {
  json::Document input;
  HttpDone done;
  std::string content_type;
  bool dynamodb = false;
};

}  // namespace

AwsDispatcher::AwsDispatcher(AwsDispatcherOptions options, base::LogSink& log)
    : options_(std::move(options)), log_(log, "aws") {}

void AwsDispatcher::add(AwsService& service) {
  const bool fresh = services_.emplace(service.target_prefix(), &service).second;
  BECKON_ASSERT(fresh);
}

void AwsDispatcher::add(QueryService& service) {
  const bool fresh = query_services_.emplace(service.query_signing_name(), &service).second;
  BECKON_ASSERT(fresh);
}

bool AwsDispatcher::has(std::string_view signing_name) const {
  return std::any_of(services_.begin(), services_.end(), [&](const auto& service) {
    return service.second->signing_name() == signing_name;
  });
}

AwsService* AwsDispatcher::find(std::string_view prefix) const {
  const auto found = services_.find(prefix);
  return found == services_.end() ? nullptr : found->second;
}

void AwsDispatcher::handle_query(const HttpRequest& request, HttpDone done) {
  const auto found = query_services_.find(signed_service(request));
  if (std::ranges::count(request.body, '&') >= kFormParametersMax) {
    return done(
        xml_error(400, "MalformedQueryString",
                  "The body has more than " + std::to_string(kFormParametersMax) + " parameters"));
  }
  const QueryForm form = parse_query_form(request.body);
  if (found == query_services_.end()) {
    const auto action = form.find("Action");
    return done(xml_error(
        400, "InvalidAction",
        "beckon-emulator does not implement the action " +
            (action == form.end() ? std::string("without a name") : action->second) +
            " of the query protocol: there it speaks SQS only, signed for sqs. Use a client of the "
            "JSON protocol (X-Amz-Target), such as AWS CLI 2"));
  }
  const sigv4::Request signed_request{request.method, request.path, request.query, request.headers,
                                      request.body};
  const sigv4::Expected expected{options_.region, found->first, options_.clock()};
  if (const auto verified = sigv4::verify(signed_request, expected, options_.find_key); !verified) {
    return done(
        xml_error(403, sigv4::exception_name(verified.error().failure), verified.error().message));
  }
  found->second->handle_query(request.path, form, std::move(done));
}

void AwsDispatcher::handle(const HttpRequest& request, HttpDone done) {
  if (is_query_protocol(request) && request.body.size() <= kAwsRequestBytesMax) {
    return handle_query(request, std::move(done));
  }
  if (auto refusal = refuse_transport(request, options_.region)) return done(*std::move(refusal));
  const auto target = target_of(request);
  AwsService* service = target ? find(target->prefix) : nullptr;
  auto call = std::make_shared<Call>();
  call->done = std::move(done);
  call->content_type = answer_type(request);
  call->dynamodb = service != nullptr && service->signing_name() == kDynamoDb;
  const auto answer = [call](AwsReply reply) {
    call->done(to_http(std::move(reply), call->content_type, call->dynamodb));
  };
  const auto refuse = [&](std::string_view name, std::string_view message) {
    log_.debug("refused: %.*s: %.*s", static_cast<int>(name.size()), name.data(),
               static_cast<int>(message.size()), message.data());
    answer(aws_error(400, typed(service, name), message));
  };

  auto parsed = json::parse(request.body.empty() ? "{}" : request.body, json::kDepthMaxHost);
  if (!parsed || !parsed->root().is_object()) {
    return refuse("SerializationException",
                  parsed ? "The body must be a JSON object"
                         : "The body is no JSON that can be read: " + parsed.error().message);
  }
  if (service == nullptr) {
    std::string known;
    for (const auto& [prefix, ignored] : services_) known += (known.empty() ? "" : ", ") + prefix;
    return refuse("UnknownOperationException",
                  target ? "beckon-emulator does not implement " + target->prefix + "." +
                               target->operation + "; it has " + known
                         : "The header X-Amz-Target must name an operation, as in "
                           "DynamoDB_20120810.ListTables");
  }
  const sigv4::Request signed_request{request.method, request.path, request.query, request.headers,
                                      request.body};
  const sigv4::Expected expected{options_.region, service->signing_name(), options_.clock()};
  if (const auto verified = sigv4::verify(signed_request, expected, options_.find_key); !verified) {
    return refuse(sigv4::exception_name(verified.error().failure), verified.error().message);
  }
  if (request.body.empty()) return refuse("SerializationException", "The request has no body");
  call->input = *std::move(parsed);
  service->handle(target->operation, call->input.root(), answer);
}

}  // namespace beckon::emulator
