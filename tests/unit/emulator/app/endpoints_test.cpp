// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/endpoints.h"

#include <gtest/gtest.h>

namespace beckon::emulator {
namespace {

AppModel model_with_api() {
  AppModel model;
  model.api = WebSocketApiModel{};
  model.api->api_id = "abcdefghij";
  model.api->stage = "dev";
  return model;
}

TEST(Endpoints, NameTheAddressUnderWhichTheEmulatorIsReached) {
  const AppModel model = model_with_api();
  EXPECT_EQ(make_endpoints(model, "127.0.0.1", 3001).base, "http://127.0.0.1:3001");
  EXPECT_EQ(make_endpoints(model, "127.0.0.1", 3001).websocket, "ws://127.0.0.1:3001/dev");
  EXPECT_EQ(make_endpoints(model, "127.0.0.1", 3001).connections, "http://127.0.0.1:3001/dev");
  EXPECT_EQ(make_endpoints(model, "0.0.0.0", 1).base, "http://127.0.0.1:1");
  EXPECT_EQ(make_endpoints(model, "::1", 1).base, "http://[::1]:1");
  EXPECT_EQ(make_endpoints(model, "10.1.2.3", 1).base, "http://10.1.2.3:1");
  EXPECT_EQ(make_endpoints(AppModel{}, "127.0.0.1", 1).websocket, "");
  const Endpoints secure = make_endpoints(model, "127.0.0.1", 3001, true);
  EXPECT_EQ(secure.base, "https://127.0.0.1:3001");
  EXPECT_EQ(secure.websocket, "wss://127.0.0.1:3001/dev");
  EXPECT_EQ(secure.connections, "https://127.0.0.1:3001/dev");
}

TEST(Endpoints, UrlsOfTheTemplatesOwnApiBecomeLocalAndOthersStay) {
  AppModel model = model_with_api();
  const Endpoints endpoints = make_endpoints(model, "127.0.0.1", 3001);
  const auto local = [&](std::string text) { return localize(std::move(text), model, endpoints); };
  EXPECT_EQ(local("https://abcdefghij.execute-api.us-east-1.amazonaws.com/dev"),
            "http://127.0.0.1:3001/dev");
  EXPECT_EQ(local("wss://abcdefghij.execute-api.cn-north-1.amazonaws.com.cn/dev"),
            "ws://127.0.0.1:3001/dev");
  EXPECT_EQ(local("a wss://abcdefghij.execute-api.x.y and https://abcdefghij.execute-api.x.y/z"),
            "a ws://127.0.0.1:3001 and http://127.0.0.1:3001/z");
  const std::string other = "https://zzzzzzzzzz.execute-api.us-east-1.amazonaws.com/dev";
  EXPECT_EQ(local(other), other);

  EXPECT_EQ(local("https://sqs.us-east-1.amazonaws.com/000000000000/dead"),
            "http://127.0.0.1:3001/000000000000/dead");
  for (const std::string theirs : {"https://sqs.us-east-1.amazonaws.com/123456789012/dead",
                                   "https://sqs.eu-west-1.amazonaws.com/000000000000/dead"}) {
    EXPECT_EQ(local(theirs), theirs);
  }

  model.functions["f"].environment["ENDPOINT"] = "https://abcdefghij.execute-api.r.s/dev";
  model.ssm_parameters = {{"/beckon/websocket-url", "wss://abcdefghij.execute-api.r.s/dev"}};
  model.ssm_parameters.push_back(
      {"/beckon/dead-letter-queue", "https://sqs.us-east-1.amazonaws.com/000000000000/dead"});
  localize_model(model, endpoints, endpoints);
  EXPECT_EQ(model.ssm_parameters[1].value, "http://127.0.0.1:3001/000000000000/dead");
  EXPECT_EQ(model.functions["f"].environment["ENDPOINT"], "http://127.0.0.1:3001/dev");
  EXPECT_EQ(model.ssm_parameters[0].value, "ws://127.0.0.1:3001/dev");
}

TEST(Endpoints, UnderTlsFunctionsCallAnAddressOfTheirOwn) {
  AppModel model = model_with_api();
  const Endpoints outside = make_endpoints(model, "127.0.0.1", 3001, true);
  const Endpoints inside = make_endpoints(model, "127.0.0.1", 4001);
  model.functions["f"].environment["ENDPOINT"] = "https://abcdefghij.execute-api.r.s/dev";
  model.ssm_parameters = {{"/beckon/websocket-url", "wss://abcdefghij.execute-api.r.s/dev"}};
  localize_model(model, outside, inside);
  EXPECT_EQ(model.functions["f"].environment["ENDPOINT"], "http://127.0.0.1:4001/dev");
  EXPECT_EQ(model.ssm_parameters[0].value, "wss://127.0.0.1:3001/dev");
}

}  // namespace
}  // namespace beckon::emulator
