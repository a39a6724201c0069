// SPDX-License-Identifier: Apache-2.0
// Http and Pace in memory: the answers are a function's, time passes only when somebody waits. And
// a client on top of them.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lambdas/aws/http.h"
#include "lambdas/aws/pace.h"

namespace beckon::lambdas::testing {

class FakePace final : public Pace {
 public:
  base::Instant now() override { return now_; }
  base::WallTime wall_now() override {
    return {1'440'938'160'000 + now_.time_since_epoch().count()};
  }
  void wait(base::Duration duration) override {
    waits.push_back(duration);
    now_ += duration;
  }
  std::uint32_t random() override { return random_value; }

  void advance(base::Duration duration) { now_ += duration; }

  std::vector<base::Duration> waits;
  std::uint32_t random_value = 0x80000000;  // the middle of the range

 private:
  base::Instant now_{};
};

class FakeHttp final : public Http {
 public:
  struct Sent {
    HttpRequest request;
    std::string body;
  };
  using Answer = std::function<base::Result<HttpReply>(const Sent&)>;

  explicit FakeHttp(Answer answer) : answer_(std::move(answer)) {}

  std::vector<base::Result<HttpReply>> exchange(std::span<const HttpRequest> requests,
                                                const HttpLimits& limits) override {
    ++exchanges;
    last_limits = limits;
    std::vector<base::Result<HttpReply>> replies;
    for (const HttpRequest& request : requests) {
      sent.push_back({request, std::string(request.body)});
      sent.back().request.body = {};
      replies.push_back(answer_(sent.back()));
    }
    return replies;
  }

  int exchanges = 0;
  HttpLimits last_limits;
  std::vector<Sent> sent;

 private:
  Answer answer_;
};

// A client of one AWS API, and what it stands on.
template <class Api>
struct FakeClient {
  explicit FakeClient(FakeHttp::Answer answer)
      : http(std::move(answer)),
        api(Api::options({"http", "h:1", ""}, {"us-east-1", {"a", "b", ""}}), http, pace) {}
  FakePace pace;
  FakeHttp http;
  Api api;
};

inline HttpReply reply(int status, std::string body, std::vector<HttpHeader> headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

inline std::string header(const HttpRequest& request, std::string_view name) {
  const std::string* value = sigv4::find_header(request.headers, name);
  return value == nullptr ? "" : *value;
}

}  // namespace beckon::lambdas::testing
