// SPDX-License-Identifier: Apache-2.0
// An HTTP server on a free port whose handler tells what it was asked, as text.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "emulator/http/server.h"
#include "tests/support/http_client.h"
#include "tests/support/loop_thread.h"
#include "tests/support/tcp_client.h"

namespace beckon::emulator {

class ServerFixture : public ::testing::Test {
 protected:
  ~ServerFixture() override {
    thread_.run([this] {
      waiting_.clear();
      server_.reset();
    });
  }

  // Starts with these limits. The path "/later" is answered by answer_later() only.
  void start(HttpListener listener = {}) {
    if (listener.on_request == nullptr) {
      listener.on_request = [this](HttpRequest& request, HttpDone done) { answer(request, done); };
    }
    thread_.run([&] {
      server_ = std::make_unique<HttpServer>(thread_.loop(), base::null_log(), bodies_bytes_max_);
      const auto id = server_->listen("127.0.0.1", 0, std::move(listener));
      ASSERT_TRUE(id) << id.error().message;
      port_ = server_->port(*id);
    });
  }

  // One that answers everything with this.
  static HttpListener answering(std::string body) {
    HttpListener listener;
    listener.on_request = [body = std::move(body)](HttpRequest&, const HttpDone& done) {
      done(HttpResponse{.status = 200, .headers = {}, .body = body});
    };
    return listener;
  }

  void answer(const HttpRequest& request, const HttpDone& done) {
    HttpResponse response;
    response.headers.emplace_back("X-Test", "yes");
    response.body = request.method + " " + request.path + "?" + request.query + "\n";
    for (const auto& [name, value] : request.headers) response.body += name + "=" + value + "\n";
    response.body += request.body;
    if (request.path == "/later") {
      waiting_.emplace_back(done, std::move(response));
    } else {
      done(std::move(response));
    }
  }

  void answer_later() {
    thread_.run([this] {
      for (auto& [done, response] : waiting_) done(std::move(response));
      waiting_.clear();
    });
  }

  std::size_t waiting_count() {
    std::size_t count = 0;
    thread_.run([&] { count = waiting_.size(); });
    return count;
  }

  std::size_t connections_count() {
    std::size_t count = 0;
    thread_.run([&] { count = server_->connections_count(); });
    return count;
  }

  // Of bodies that come in or are handled; comes true in time, or the test fails.
  void wait_until_bodies_have(std::size_t bytes) {
    std::size_t now = bytes + 1;
    const auto begin = base::monotonic_now();
    while (now != bytes && base::monotonic_now() - begin < tests::kPatience) {
      thread_.run([&] { now = server_->bodies_bytes(); });
    }
    EXPECT_EQ(now, bytes);
  }

  tests::TcpClient client() { return {"127.0.0.1", port_}; }

  tests::LoopThread thread_;
  std::unique_ptr<HttpServer> server_;
  std::vector<std::pair<HttpDone, HttpResponse>> waiting_;  // touched on the loop's thread only
  std::size_t bodies_bytes_max_ = HttpServer::kBodiesBytesMax;
  int port_ = 0;
};

}  // namespace beckon::emulator
