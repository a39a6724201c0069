// SPDX-License-Identifier: Apache-2.0
// A gateway on a free port, driven by real sockets, whose functions are scripts of the test.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "common/json/json.h"
#include "emulator/gateway/gateway.h"
#include "emulator/gateway/management.h"
#include "tests/support/loop_thread.h"
#include "tests/support/websocket_client.h"

namespace beckon::emulator {

// Functions by name. What is invoked is kept for the test; the answer comes from a script, or later
// by hand if there is none.
class ScriptedInvoker final : public Invoker {
 public:
  using Script = std::function<InvokeResult(const std::string& event)>;
  struct Call {
    std::string function;
    std::string event;
    std::function<void(InvokeResult)> done;  // empty once answered
  };

  explicit ScriptedInvoker(EventLoop& loop) : loop_(loop) {}

  void invoke(const std::string& function, std::string event, std::string_view,
              std::function<void(InvokeResult)> done) override {
    const std::lock_guard lock(mutex_);
    const auto script = scripts_.find(function);
    if (script != scripts_.end()) {
      loop_.post([done = std::move(done), result = script->second(event)] { done(result); });
      done = nullptr;
    }
    calls_.push_back({function, std::move(event), std::move(done)});
    changed_.notify_all();
  }

  void set(const std::string& function, Script script) {
    const std::lock_guard lock(mutex_);
    scripts_[function] = std::move(script);
  }

  // The next call of that function, in order; an empty one if none comes in time.
  Call take(const std::string& function) {
    std::unique_lock lock(mutex_);
    Call call;
    changed_.wait_for(lock, std::chrono::milliseconds(tests::kPatience), [&] {
      for (auto it = calls_.begin(); it != calls_.end(); ++it) {
        if (it->function != function) continue;
        call = std::move(*it);
        calls_.erase(it);
        return true;
      }
      return false;
    });
    EXPECT_EQ(call.function, function) << "was not invoked";
    return call;
  }

  std::size_t calls_count() const {
    const std::lock_guard lock(mutex_);
    return calls_.size();
  }

 private:
  EventLoop& loop_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Call> calls_;
  std::map<std::string, Script> scripts_;
};

inline InvokeResult success(std::string payload) {
  InvokeResult result;
  result.outcome = InvokeResult::Outcome::kSuccess;
  result.payload = std::move(payload);
  return result;
}

inline InvokeResult function_error(std::string message) {
  InvokeResult result;
  result.outcome = InvokeResult::Outcome::kFunctionError;
  result.payload = R"({"errorMessage":")" + message + R"(","errorType":"Error"})";
  return result;
}

class GatewayFixture : public ::testing::Test {
 protected:
  GatewayFixture() {
    api_.api_id = "ab12cd34ef";
    api_.stage = "dev";
    thread_.run([this] { invoker_ = std::make_unique<ScriptedInvoker>(thread_.loop()); });
  }
  ~GatewayFixture() override {
    thread_.run([this] {
      server_.reset();
      connections_.reset();
      gateway_.reset();
    });
  }

  RouteModel& add_route(const std::string& key, const std::string& function, bool two_way = false) {
    RouteModel& route = api_.routes[key];
    route.route_key = key;
    route.function = function;
    route.two_way = two_way;
    return route;
  }

  // Routes $connect, $disconnect, echo (two-way), note (one-way), $default (two-way); their
  // functions are called so, without '$'. connect succeeds.
  void add_usual_routes() {
    add_route("$connect", "connect");
    add_route("$disconnect", "disconnect");
    add_route("echo", "echo", true);
    add_route("note", "note");
    add_route("$default", "default", true);
    invoker_->set("connect", [](const std::string&) { return success(R"({"statusCode":200})"); });
  }

  void add_authorizer(std::vector<std::string> identity_sources = {}) {
    api_.authorizers["Auth"] = {"Auth", "authorize", std::move(identity_sources)};
    api_.routes["$connect"].authorizer = "Auth";
  }

  void start(GatewayOptions options = {}) {
    thread_.run([&] {
      server_ = std::make_unique<HttpServer>(thread_.loop(), base::null_log());
      HttpListener listener;
      listener.on_request = [this](HttpRequest& request, const HttpDone& done) {
        const auto path = parse_connections_path(request.path);
        done(path ? connections_->handle(request, *path) : gateway_->on_plain_request(request));
      };
      listener.on_upgrade = [this](HttpRequest& request, std::unique_ptr<HttpUpgrade> upgrade) {
        gateway_->on_upgrade(request, std::move(upgrade));
      };
      const auto id = server_->listen("127.0.0.1", 0, std::move(listener));
      ASSERT_TRUE(id) << id.error().message;
      port_ = server_->port(*id);
      options.port = port_;
      auto made = Gateway::make({thread_.loop(), *invoker_, ids_, base::null_log()}, api_, options);
      ASSERT_TRUE(made) << made.error().message;
      gateway_ = std::move(*made);
      connections_ = std::make_unique<ConnectionsApi>(
          *gateway_, ids_, [this](const HttpRequest&) { return refusal_; });
    });
  }

  tests::WebSocketClient connect() { return tests::WebSocketClient(port_); }

  // The only open connection's id.
  std::string connection_id() {
    std::string id;
    thread_.run([&] { id = connection_id_on_loop(); });
    return id;
  }
  std::string connection_id_on_loop() const {
    std::string id;
    gateway_->for_each([&](const GatewayConnection& c) { id = c.identity().connection_id; });
    return id;
  }

  std::size_t links_count() {
    std::size_t count = 0;
    thread_.run([&] { count = gateway_->links_count(); });
    return count;
  }

  // Answers a call that has no script.
  void answer(ScriptedInvoker::Call& call, InvokeResult result) {
    thread_.run([&] { std::exchange(call.done, nullptr)(std::move(result)); });
  }

  static json::Document parse(const std::string& text) {
    auto document = json::parse(text, json::kDepthMaxHost);
    EXPECT_TRUE(document) << text;
    return document ? std::move(*document) : json::Document();
  }

  tests::LoopThread thread_;
  WebSocketApiModel api_;
  IdSource ids_;
  std::unique_ptr<ScriptedInvoker> invoker_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<ConnectionsApi> connections_;
  std::optional<sigv4::Refusal> refusal_;
  int port_ = 0;
};

}  // namespace beckon::emulator
