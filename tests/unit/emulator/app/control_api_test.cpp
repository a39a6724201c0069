// SPDX-License-Identifier: Apache-2.0
// Without a gateway; with one, the end-to-end tests use the control API throughout.
#include "emulator/app/control_api.h"

#include <gtest/gtest.h>

namespace beckon::emulator {
namespace {

HttpRequest request(const std::string& method, const std::string& path) {
  HttpRequest made;
  made.method = method;
  made.path = path;
  made.source_ip = "127.0.0.1";
  made.headers = {{"Host", "127.0.0.1:3001"}};
  return made;
}

class ControlApiTest : public ::testing::Test {
 protected:
  ControlApi api_{nullptr, [] { return std::string(R"([{"queue":"q"}])"); }};
};

TEST_F(ControlApiTest, AnswersWhatItHasAndNamesWhatItHasNot) {
  EXPECT_EQ(api_.handle(request("GET", "/_emulator/health")).status, 200);
  EXPECT_EQ(api_.handle(request("GET", "/_emulator/dead-letters")).body, R"([{"queue":"q"}])");
  EXPECT_EQ(api_.handle(request("GET", "/_emulator/connections")).body, R"({"connections":[]})");
  EXPECT_EQ(api_.handle(request("POST", "/_emulator/connections/x%3D/drop")).status, 404);
  const auto unknown = api_.handle(request("GET", "/_emulator/nothing"));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_NE(unknown.body.find("GET nothing"), std::string::npos);
}

TEST_F(ControlApiTest, OtherMachinesAndOtherSitesPagesAreRefused) {
  HttpRequest remote = request("GET", "/_emulator/health");
  remote.source_ip = "192.0.2.1";
  EXPECT_EQ(api_.handle(remote).status, 403);
  HttpRequest page = request("GET", "/_emulator/health");
  page.headers.emplace_back("Origin", "https://evil.example");
  EXPECT_EQ(api_.handle(page).status, 403);
  page.headers.back().second = "http://127.0.0.1:3001";
  EXPECT_EQ(api_.handle(page).status, 200);
}

}  // namespace
}  // namespace beckon::emulator
