// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/ready.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Stage {
  Stage() {
    options.template_path = "/app/template.yaml";
    model.api = WebSocketApiModel{};
    model.api->stage = "dev";
    model.parameters["AuthMode"] = "open";
    model.buses = {"beckon"};
    model.functions["beckon-sync"] = {};
    model.tables = {TableModel{}, TableModel{}};
    model.tables[0].name = "b";
    model.tables[1].name = "a";
    model.queues = {{"Q", "beckon-dead-letters"}};
    endpoints = make_endpoints(model, "127.0.0.1", 3001);
  }
  AppOptions options;
  AppModel model;
  Endpoints endpoints;
};

TEST(Ready, TheLineForScriptsHasEverythingAClientNeeds) {
  const Stage stage;
  const std::string line = ready_json(stage.options, stage.model, stage.endpoints, {});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto json = json::parse(line, json::kDepthMaxHost);
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["ready"].boolean(), true);
  EXPECT_GT((*json)["pid"].integer().value_or(0), 0);
  EXPECT_EQ((*json)["version"].string_or(""), BECKON_VERSION);
  EXPECT_EQ((*json)["websocket_url"].string_or(""), "ws://127.0.0.1:3001/dev");
  EXPECT_EQ((*json)["endpoint"].string_or(""), "http://127.0.0.1:3001");
  EXPECT_EQ((*json)["connections_endpoint"].string_or(""), "http://127.0.0.1:3001/dev");
  EXPECT_EQ((*json)["region"].string_or(""), "us-east-1");
  EXPECT_EQ((*json)["access_key_id"].string_or(""), "local");
  EXPECT_EQ((*json)["secret_access_key"].string_or(""), "local");
  EXPECT_EQ((*json)["template"].string_or(""), "/app/template.yaml");
  EXPECT_EQ((*json)["stack"].string_or(""), "beckon");
  EXPECT_EQ((*json)["event_bus"].string_or(""), "beckon");
  EXPECT_EQ((*json)["auth_mode"].string_or(""), "open");
  EXPECT_EQ((*json)["tables"].print(), R"(["a","b"])");
  EXPECT_EQ((*json)["functions"].print(), R"(["beckon-sync"])");
  EXPECT_EQ((*json)["missing_functions"].print(), "[]");
  EXPECT_EQ((*json)["dead_letter_queues"].print(), R"(["beckon-dead-letters"])");
}

TEST(Ready, TheBlockForPeopleSaysLoudlyThatTheModeIsOpen) {
  Stage stage;
  EXPECT_THAT(ready_text(stage.options, stage.model, stage.endpoints, {}), HasSubstr("OPEN"));
  stage.model.parameters["AuthMode"] = "device-key";
  const std::string text = ready_text(stage.options, stage.model, stage.endpoints, {});
  EXPECT_THAT(text, Not(HasSubstr("OPEN")));
  EXPECT_THAT(text, HasSubstr("device add laptop --user Bob --key laptop.pub\n"));
  stage.model.parameters.clear();
  EXPECT_THAT(ready_text(stage.options, stage.model, stage.endpoints, {}), Not(HasSubstr("OPEN")));
  EXPECT_EQ(auth_mode(stage.model), "none");
}

TEST(Ready, FunctionsThatCannotBeStartedAreNamedInBoth) {
  const Stage stage;
  const std::vector<FunctionProblem> missing{{"beckon-sync", "/b/bootstrap is not there"}};
  EXPECT_THAT(ready_text(stage.options, stage.model, stage.endpoints, missing),
              HasSubstr("MISSING     beckon-sync: /b/bootstrap is not there\n"));
  EXPECT_THAT(ready_text(stage.options, stage.model, stage.endpoints, {}),
              Not(HasSubstr("MISSING")));
  EXPECT_THAT(ready_json(stage.options, stage.model, stage.endpoints, missing),
              HasSubstr(R"("missing_functions":[{"function":"beckon-sync",)"
                        R"("problem":"/b/bootstrap is not there"}])"));
}

TEST(Ready, TheTemplateThatWasFoundIsNamed) {
  const Stage stage;
  EXPECT_THAT(ready_text(stage.options, stage.model, stage.endpoints, {}),
              HasSubstr("  template      /app/template.yaml\n"));
}

TEST(Ready, TheExportsHaveTheRegionUnderBothNames) {
  const Stage stage;
  const std::string text = ready_text(stage.options, stage.model, stage.endpoints, {});
  EXPECT_THAT(text, HasSubstr("AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1"));
}

}  // namespace
}  // namespace beckon::emulator
