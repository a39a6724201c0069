// SPDX-License-Identifier: Apache-2.0
// Who is answered, and what is wrong. What the calls do to links and processes has tests of its
// own, and an end-to-end one.
#include "emulator/control/control_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;

HttpRequest request(const std::string& method, const std::string& call,
                    const std::string& body = "") {
  HttpRequest made;
  made.method = method;
  made.path = "/_emulator/" + call;
  made.source_ip = "127.0.0.1";
  made.headers = {{"Host", "127.0.0.1:3001"}};
  made.body = body;
  return made;
}

class ControlApiTest : public ::testing::Test {
 protected:
  FaultPlan faults_;
  ControlApi api_{
      {.faults = faults_, .dead_letters = [] { return std::string(R"([{"queue":"q"}])"); }}};
};

TEST_F(ControlApiTest, AnswersWhatItHasAndNamesWhatItHasNot) {
  EXPECT_EQ(api_.handle(request("GET", "health")).status, 200);
  EXPECT_EQ(api_.handle(request("GET", "dead-letters")).body, R"([{"queue":"q"}])");
  EXPECT_EQ(api_.handle(request("GET", "connections")).body, R"({"connections":[]})");
  EXPECT_EQ(api_.handle(request("GET", "functions")).body, R"({"processes":[]})");
  for (const auto& [method, call] : {std::pair("GET", "nothing"), std::pair("POST", "health"),
                                     std::pair("DELETE", "connections"), std::pair("PUT", "faults"),
                                     std::pair("POST", "connections/x")}) {
    const auto unknown = api_.handle(request(method, call));
    EXPECT_EQ(unknown.status, 404) << call;
    EXPECT_THAT(unknown.body, HasSubstr(std::string("not ") + method + " " + call));
  }
  EXPECT_THAT(api_.handle(request("POST", "connections/x%3D/drop")).body,
              HasSubstr("there is no open connection x="));
  EXPECT_THAT(api_.handle(request("POST", "functions/f/kill")).body,
              HasSubstr("the template has no function f"));
}

TEST_F(ControlApiTest, APlanIsSetReadExtendedAndCleared) {
  const auto set = api_.handle(
      request("POST", "faults", R"({"seed":7,"dynamodb":{"throttle":0.05,"delay_ms":20}})"));
  EXPECT_EQ(set.status, 200);
  EXPECT_EQ(faults_.settings().seed, 7U);
  EXPECT_EQ(faults_.settings().dynamodb_delay, base::Duration(20));
  EXPECT_EQ(api_.handle(request("GET", "faults")).body, set.body);
  EXPECT_THAT(set.body, HasSubstr(R"({"seed":7,"dynamodb":{"throttle":0.05,"fail":0,)"));
  const auto next = api_.handle(
      request("POST", "faults/next", R"({"kind":"links.cut","count":2,"only":"abc="})"));
  EXPECT_THAT(next.body,
              HasSubstr(R"("next":[{"kind":"links.cut","count":2,"only":"abc=","ms":0}])"));
  EXPECT_EQ(api_.handle(request("DELETE", "faults")).status, 200);
  EXPECT_EQ(faults_.settings().dynamodb_delay, base::Duration(0));
  EXPECT_TRUE(faults_.next().empty());
}

TEST_F(ControlApiTest, AWrongPlanChangesNothingAndIsNamed) {
  api_.handle(request("POST", "faults", R"({"links":{"cut":0.5}})"));
  for (const auto& [call, body, words] :
       {std::tuple("faults", R"({"links":{"cut":2}})", "links.cut"),
        std::tuple("faults", "{", "expected a JSON object"),
        std::tuple("faults", "[]", "expected a JSON object"),
        std::tuple("faults/next", R"({"kind":"x"})", "kind")}) {
    const auto refused = api_.handle(request("POST", call, body));
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_THAT(refused.body, HasSubstr(words));
  }
  EXPECT_EQ(faults_.settings().probability.at(static_cast<std::size_t>(FaultKind::kLinkCut)), 0.5);
}

TEST_F(ControlApiTest, OtherMachinesPagesAndForeignHostsAreRefused) {
  HttpRequest remote = request("GET", "health");
  remote.source_ip = "192.0.2.1";
  EXPECT_EQ(api_.handle(remote).status, 403);
  remote.source_ip = "::ffff:127.0.0.1";
  EXPECT_EQ(api_.handle(remote).status, 200);
  for (const char* origin : {"https://evil.example", "http://127.0.0.1:3001", "null"}) {
    HttpRequest page = request("GET", "health");
    page.headers.emplace_back("Origin", origin);
    EXPECT_EQ(api_.handle(page).status, 403) << origin;
  }
  HttpRequest rebound = request("GET", "health");
  rebound.headers[0].second = "evil.example:3001";
  EXPECT_EQ(api_.handle(rebound).status, 403);
}

}  // namespace
}  // namespace beckon::emulator
