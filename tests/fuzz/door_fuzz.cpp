// SPDX-License-Identifier: Apache-2.0
// Whatever requests come in on the emulator's port, each is answered once, by JSON or XML that a
// client can read and never by a 500; what is not signed changes nothing, and pages of other sites
// and foreign Hosts get nothing. The services are the real ones, but for DynamoDB, which has a
// target of its own.
//
// Input: requests, each ended by a line "--": a line with method, target and the service that the
// request is signed for ("-": it is not), lines of headers, an empty line, the body.
#include <algorithm>
#include <cstdint>
#include <string>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/sigv4/sign.h"
#include "emulator/app/front_door.h"
#include "emulator/aws/ssm.h"
#include "emulator/events/event_bridge.h"
#include "emulator/events/sqs.h"
#include "emulator/events/sqs_query.h"
#include "tests/fuzz/xml.h"
#include "tests/unit/emulator/events/fakes.h"

namespace {

using namespace beckon;
using namespace emulator;
using namespace std::chrono_literals;

AppModel make_model() {
  AppModel model;
  model.api.emplace();
  model.api->api_id = "ab12cd34ef";
  model.api->stage = "dev";
  FunctionModel& function = model.functions["f"];
  function.name = "f";
  function.async_retries_max = 0;
  function.async_on_failure_queue = "dead";
  model.queues.push_back({"Dead", "dead", 30s, std::chrono::days(4)});
  RuleModel rule;
  rule.name = "all";
  rule.bus = "default";
  rule.pattern = R"({"source":[{"prefix":""}]})";
  rule.targets = {{.id = "t", .function = "f", .dead_letter_queue = "dead"}};
  model.rules.push_back(rule);
  model.ssm_parameters = {{"/beckon/a", "1"}};
  return model;
}

struct World {
  explicit World(EventLoop& event_loop) : loop(event_loop) {
    for (AwsService* service : {static_cast<AwsService*>(&ssm), static_cast<AwsService*>(&sqs),
                                static_cast<AwsService*>(&bridge)}) {
      dispatcher.add(*service);
    }
    dispatcher.add(query);
    invoker.answer = [](const testing::FakeInvoker::Call& call) {
      // Events have another bracket around them in the end than where they came in.
      BECKON_ASSERT(json::parse(call.event, json::kDepthMaxHost + 1).has_value());
      return call.event.contains("fail") ? testing::FakeInvoker::error()
                                         : testing::FakeInvoker::success();
    };
  }

  // Everything that a request without a signature must leave as it is.
  std::size_t stored() {
    const QueueCounts counts = queues.counts("dead");
    return invoker.calls.size() + async.pending_count() + counts.visible + counts.in_flight;
  }

  EventLoop& loop;
  const AppModel model = make_model();
  IdSource ids;
  testing::FakeScheduler scheduler;
  testing::FakeInvoker invoker{scheduler};
  NullStore store;
  std::function<std::string()> new_id = testing::counted_ids();
  Queues queues{model.queues, store, scheduler, new_id, base::null_log()};
  AsyncQueue async{model.functions, invoker, queues, store, scheduler, {}, base::null_log()};
  RuleDelivery delivery{async,           queues, store, scheduler, {}, new_id, [] { return 0.5; },
                        base::null_log()};
  EventBuses buses = *EventBuses::create(model);
  EventBridgeService bridge{buses, delivery, scheduler, {}, new_id, base::null_log()};
  SqsService sqs{queues, scheduler, {"us-east-1", "000000000000", "http://h:1"}};
  SqsQuery query{sqs};
  SsmService ssm{{.parameters = model.ssm_parameters}};
  SignatureRules signatures{"us-east-1", "local", "local"};
  AwsDispatcher dispatcher{{.find_key = signatures.find_key()}, base::null_log()};
  LambdaApi lambda{{.invoker = invoker,
                    .ids = ids,
                    .model = model,
                    .signatures = signatures,
                    .enqueue = [this](const std::string& function, std::string payload,
                                      const std::string& id) -> base::Status {
                      if (const auto admitted = async.admits(function); !admitted) return admitted;
                      return async.enqueue({{id, function, std::move(payload)}});
                    }}};
  std::unique_ptr<Gateway> gateway =
      *Gateway::make({loop, invoker, ids, base::null_log()}, *model.api, {});
  ConnectionsApi connections{*gateway, ids, [this](const HttpRequest& request) {
                               return signatures.check(request, "execute-api");
                             }};
  FaultPlan faults;
  ControlApi control{{.faults = faults,
                      .gateway = gateway.get(),
                      .dead_letters = [] { return std::string("[]"); },
                      .memory = [] { return std::string("{}"); }}};
  FrontDoor door{{dispatcher, lambda, control, gateway.get(), &connections}, HostRule()};
};

std::string_view take_until(std::string_view& rest, std::string_view mark) {
  const std::size_t end = std::min(rest.find(mark), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + mark.size(), rest.size()));
  return part;
}

// No HTTP parser lets other characters through.
bool is_plain(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

std::optional<HttpRequest> read_request(std::string_view text, std::string& service) {
  HttpRequest request;
  std::string_view first = take_until(text, "\n");
  request.method = take_until(first, " ");
  request.target = take_until(first, " ");
  service = first;
  static constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "DELETE", "HEAD"};
  if (std::ranges::find(kMethods, request.method) == std::end(kMethods)) return std::nullopt;
  if (!is_plain(request.target) || !is_plain(service)) return std::nullopt;
  request.path = request.target.substr(0, request.target.find('?'));
  request.query = request.target.substr(std::min(request.path.size() + 1, request.target.size()));
  for (std::string_view line; !(line = take_until(text, "\n")).empty();) {
    const std::string_view name = take_until(line, ": ");
    if (!is_plain(name) || !is_plain(line) || name.contains(' ')) return std::nullopt;
    request.headers.emplace_back(name, line);
  }
  request.body = text;
  request.source_ip = "127.0.0.1";
  return request;
}

void sign(HttpRequest& request, const std::string& service) {
  if (!find_header(request.headers, "Host")) request.headers.emplace_back("Host", "localhost");
  if (service.empty() || service == "-") return;
  std::erase_if(request.headers, [](const auto& header) {
    return find_header({{header}}, "X-Amz-Date").has_value();
  });
  const sigv4::Request to_sign{request.method, request.path, request.query, request.headers,
                               request.body};
  for (auto& header :
       sigv4::sign(to_sign, {"local", "local", ""}, {"us-east-1", service}, base::wall_now())) {
    request.headers.push_back(std::move(header));
  }
}

void check(const HttpRequest& request, const HttpResponse& response) {
  BECKON_ASSERT(response.status >= 200 && response.status <= 599 && response.status != 500);
  for (const auto& [name, value] : response.headers) {
    BECKON_ASSERT(is_plain(name) && is_plain(value));
  }
  const std::string_view type = find_header(response.headers, "Content-Type").value_or("");
  if (type.contains("json") && !response.body.empty()) {
    // Our own reader refuses U+0000, which is JSON all the same.
    BECKON_ASSERT(json::parse(response.body, json::kDepthMaxHost) ||
                  response.body.contains("\\u0000"));
  }
  if (type.ends_with("/xml")) BECKON_ASSERT(tests::XmlReader::read(response.body).has_value());
  const std::string host(find_header(request.headers, "Host").value_or(""));
  const auto origin = find_header(request.headers, "Origin");
  if (origin && *origin != "http://" + host) BECKON_ASSERT(response.status == 403);
  if (host.starts_with("evil.")) BECKON_ASSERT(response.status == 403);
}

void ask(World& world, HttpRequest request, const std::string& service) {
  sign(request, service);
  const HttpRequest as_it_came = request;
  const std::size_t before = world.stored();
  int answers = 0;
  world.door.on_request(request, [&](const HttpResponse& response) {
    ++answers;
    check(as_it_came, response);
  });
  world.scheduler.advance(21s);  // the longest that SQS waits
  BECKON_ASSERT(answers == 1);
  if (service.empty() || service == "-") BECKON_ASSERT(world.stored() == before);
}

void read_path(std::string_view path) {
  const auto read = parse_connections_path(path);
  if (!read) return;
  const auto again =
      parse_connections_path((read->stage.empty() ? "" : "/") + base::percent_encode(read->stage) +
                             "/@connections/" + base::percent_encode(read->connection_id));
  BECKON_ASSERT(again && again->stage == read->stage);
  BECKON_ASSERT(again->connection_id == read->connection_id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static EventLoop loop;
  World world(loop);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    std::string service;
    auto request = read_request(take_until(rest, "\n--\n"), service);
    if (!request) continue;
    read_path(request->path);
    ask(world, *std::move(request), service);
  }
  return 0;
}
