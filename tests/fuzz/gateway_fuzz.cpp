// SPDX-License-Identifier: Apache-2.0
// Whatever a client of the WebSocket API sends, and whatever the functions behind it answer: each
// event is JSON that a function reads, the client gets one head of an HTTP answer with nothing of
// anybody else's in it, who was connected is disconnected once, and nothing of it stays.
//
// Input: lines with the answers of the authorizer, of $connect and of a route ("!": it failed, with
// the rest for an error; "": the usual one), then what the client sends: an HTTP request, or what
// follows the handshake.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "common/base/assert.h"
#include "emulator/gateway/gateway.h"
#include "emulator/gateway/proxy_response.h"
#include "emulator/http/server.h"
#include "tests/fuzz/client.h"

namespace {

using namespace beckon;
using emulator::InvokeResult;

constexpr std::string_view kUpgrade =
    "GET /dev?a=b&a=%C3%A9 HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
constexpr std::string_view kAllow =
    R"({"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
    R"("Action":"execute-api:Invoke","Resource":"*"}]},"context":{"userId":"Bob"}})";
constexpr std::string_view kDone = R"({"statusCode":200,"body":"done"})";

class Functions final : public emulator::Invoker {
 public:
  explicit Functions(emulator::EventLoop& loop) : loop_(loop) {}

  void set(const std::string& name, std::string_view answer, std::string_view usual) {
    InvokeResult& result = results_[name];
    const bool failed = answer.starts_with('!');
    result.outcome =
        failed ? InvokeResult::Outcome::kFunctionError : InvokeResult::Outcome::kSuccess;
    result.payload = failed ? answer.substr(1) : answer.empty() ? usual : answer;
  }

  void invoke(const std::string& name, std::string event, std::string_view,
              std::function<void(InvokeResult)> done) override {
    // Functions of ours refuse U+0000, which is JSON all the same.
    BECKON_ASSERT(json::parse(event, json::kDepthMaxHost) || event.contains("\\u0000"));
    ++calls[name];
    loop_.post([done = std::move(done), result = results_[name]] { done(result); });
  }

  // Whether $connect lets in whom it is asked for.
  bool lets_in() const {
    const InvokeResult& result = results_.at("connect");
    const auto answer = emulator::parse_proxy_response(result.payload);
    return result.outcome == InvokeResult::Outcome::kSuccess && answer && answer->status >= 200 &&
           answer->status <= 299;
  }

  std::map<std::string, int> calls;

 private:
  emulator::EventLoop& loop_;
  std::map<std::string, InvokeResult> results_;
};

emulator::WebSocketApiModel make_api() {
  emulator::WebSocketApiModel api;
  api.api_id = "ab12cd34ef";
  api.stage = "dev";
  api.route_selection_expression = "${request.body.action}";
  api.authorizers["Auth"] = {"Auth", "authorize", {"route.request.querystring.a"}};
  for (const char* key : {"$connect", "$disconnect", "$default", "note"}) {
    emulator::RouteModel& route = api.routes[key];
    route.route_key = key;
    route.function = key[0] == '$' ? key + 1 : key;
    route.two_way = route.route_key == "$default";
  }
  api.routes["$connect"].authorizer = "Auth";
  return api;
}

// Made once; the gateway is new for each client.
struct World {
  World() {
    emulator::HttpListener listener;
    listener.on_request = [this](emulator::HttpRequest& request, const emulator::HttpDone& done) {
      done(gateway->on_plain_request(request));
    };
    listener.on_upgrade = [this](emulator::HttpRequest& request,
                                 std::unique_ptr<emulator::HttpUpgrade> upgrade) {
      gateway->on_upgrade(request, std::move(upgrade));
    };
    const auto id = server.listen("127.0.0.1", 0, std::move(listener));
    BECKON_ASSERT(id.has_value());
    port = server.port(*id);
  }

  // What a client gets that sends this, ends its side, and then goes.
  std::string visit(Functions& functions, std::string_view bytes) {
    auto made = emulator::Gateway::make(
        {loop, functions, ids, base::null_log()}, api,
        {.send_buffer_bytes_max = 4096, .connect_rate_per_s = 0, .message_rate_per_s = 0});
    BECKON_ASSERT(made.has_value());
    gateway = std::move(*made);
    const int fd = tests::connect_to(port);
    static_cast<void>(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    std::string got;
    run(20, fd, got);
    shutdown(fd, SHUT_WR);
    run(20, fd, got);
    close(fd);
    run(400, -1, got);
    BECKON_ASSERT(server.connections_count() == 0 && gateway->links_count() == 0);
    BECKON_ASSERT(gateway->connections_count() == 0);
    gateway.reset();
    return got;
  }

  // The loop turns until nobody is there any more, at most so often.
  void run(int turns, int fd, std::string& got) {
    turn(turns, fd, got);
    loop.run();
  }
  void turn(int turns, int fd, std::string& got) {
    char room[4096];
    ssize_t count = 0;
    while (fd >= 0 && (count = recv(fd, room, sizeof room, MSG_DONTWAIT)) > 0) {
      got.append(room, static_cast<std::size_t>(count));
    }
    // The first turns take the client in.
    const bool is_empty = fd < 0 && server.connections_count() == 0 && gateway->links_count() == 0;
    if (turns == 0 || (is_empty && turns < 380)) return loop.stop();
    loop.post([this, turns, fd, &got] { turn(turns - 1, fd, got); });
  }

  emulator::EventLoop loop;
  emulator::IdSource ids;
  const emulator::WebSocketApiModel api = make_api();
  std::unique_ptr<emulator::Gateway> gateway;
  emulator::HttpServer server{loop, base::null_log()};
  int port = 0;
};

std::string_view take_line(std::string_view& rest, std::string_view end_mark) {
  const std::size_t end = std::min(rest.find(end_mark), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + end_mark.size(), rest.size()));
  return line;
}

// The head of an answer: the emulator's own headers, and of each one.
void check_head(std::string_view got) {
  if (got.empty()) return;
  static constexpr std::string_view kKnown[] = {"upgrade",
                                                "connection",
                                                "sec-websocket-accept",
                                                "sec-websocket-protocol",
                                                "content-type",
                                                "date",
                                                "content-length",
                                                "x-amzn-requestid",
                                                "x-amz-apigw-id",
                                                "x-amzn-errortype",
                                                "sec-websocket-version",
                                                "apigw-requestid"};
  BECKON_ASSERT(take_line(got, "\r\n").starts_with("HTTP/1.1 "));
  std::map<std::string, int> names;
  for (std::string_view line; !(line = take_line(got, "\r\n")).empty();) {
    std::string name(line.substr(0, line.find(": ")));
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; });
    BECKON_ASSERT(std::ranges::find(kKnown, name) != std::end(kKnown));
    BECKON_ASSERT(++names[name] == 1);
    BECKON_ASSERT(
        std::ranges::none_of(line, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Functions functions(world.loop);
  functions.set("authorize", take_line(rest, "\n"), kAllow);
  functions.set("connect", take_line(rest, "\n"), kDone);
  const std::string_view answer = take_line(rest, "\n");
  for (const char* name : {"default", "note", "disconnect"}) functions.set(name, answer, kDone);
  const bool is_request = rest.starts_with("GET ") || rest.starts_with("HEAD ");
  check_head(
      world.visit(functions, is_request ? std::string(rest) : std::string(kUpgrade).append(rest)));
  auto& calls = functions.calls;
  BECKON_ASSERT(calls["authorize"] <= 1 && calls["connect"] <= calls["authorize"]);
  BECKON_ASSERT(calls["disconnect"] == (functions.lets_in() ? calls["connect"] : 0));
  return 0;
}
