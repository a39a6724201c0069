// SPDX-License-Identifier: Apache-2.0
// The project's own infrastructure/template.yaml as the emulator sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "emulator/template/load.h"

namespace beckon::emulator {
namespace {

AppModel load_ours(std::map<std::string, std::string> parameters = {}) {
  TemplateOptions options;
  options.path = BECKON_SOURCE_DIR "/infrastructure/template.yaml";
  options.parameters = std::move(parameters);
  auto model = load_template(options);
  EXPECT_TRUE(model) << model.error().message;
  return model ? *model : AppModel{};
}

// P-58: whoever says nothing about AuthMode gets a deployment that wants keys; what believes names
// has to be asked for.
TEST(BeckonTemplate, KeysAreWantedUnlessOpenIsAskedFor) {
  const AppModel model = load_ours();
  EXPECT_EQ(model.parameters.at("AuthMode"), "device-key");
  EXPECT_EQ(model.parameters.at("Enrolment"), "off");
  EXPECT_EQ(model.parameters.at("StageName"), "dev");
  const auto& environment = model.functions.at("beckon-authorize").environment;
  EXPECT_EQ(environment.at("AUTH_MODE"), "device-key");
  EXPECT_EQ(environment.at("ENROLMENT"), "off");
  EXPECT_EQ(environment.at("DEVICES_TABLE"), "beckon-devices");
  EXPECT_EQ(model.functions.at("beckon-connect").environment.at("AUTH_MODE"), "device-key");
  for (const std::string& note : model.notes) {
    EXPECT_THAT(note, ::testing::Not(::testing::HasSubstr("no AWS::Lambda::Permission")));
  }
  const AppModel open = load_ours({{"AuthMode", "open"}});
  EXPECT_EQ(open.functions.at("beckon-authorize").environment.at("AUTH_MODE"), "open");
  EXPECT_EQ(open.functions.at("beckon-connect").environment.at("AUTH_MODE"), "open");
}

// The functions are the seven of the design, each with its own binary and the environment it reads.
TEST(BeckonTemplate, Functions) {
  const AppModel model = load_ours();
  std::vector<std::string> names;
  for (const auto& [name, function] : model.functions) {
    names.push_back(name);
    EXPECT_EQ(function.runtime, "provided.al2023");
    EXPECT_EQ(function.code_dir,
              BECKON_SOURCE_DIR "/build/bin/lambdas/" + name.substr(std::string("beckon-").size()));
  }
  EXPECT_THAT(names, ::testing::ElementsAre("beckon-authorize", "beckon-connect", "beckon-default",
                                            "beckon-deliver", "beckon-disconnect", "beckon-send",
                                            "beckon-sync"));
  const FunctionModel& deliver = model.functions.at("beckon-deliver");
  EXPECT_EQ(deliver.environment.at("STREAMS_TABLE"), "beckon-streams");
  EXPECT_EQ(deliver.environment.at("CONNECTIONS_TABLE"), "beckon-connections");
  EXPECT_EQ(deliver.environment.at("CONNECTIONS_ENDPOINT"),
            "https://" + model.api->api_id + ".execute-api.us-east-1.amazonaws.com/dev");
  EXPECT_EQ(deliver.async_on_failure_queue, "beckon-dead-letters");
  EXPECT_EQ(deliver.async_retries_max, 2);
  EXPECT_EQ(deliver.async_age_max, std::chrono::hours(6));
}

// The API has the five routes, the authorizer on $connect, and answers where a route is two-way.
TEST(BeckonTemplate, Api) {
  const AppModel model = load_ours();
  ASSERT_TRUE(model.api);
  EXPECT_EQ(model.api->stage, "dev");
  EXPECT_EQ(model.api->route_selection_expression, "$request.body.action");
  std::map<std::string, std::pair<std::string, bool>> routes;
  for (const auto& [key, route] : model.api->routes) routes[key] = {route.function, route.two_way};
  const std::map<std::string, std::pair<std::string, bool>> expected = {
      {"$connect", {"beckon-connect", false}},
      {"$default", {"beckon-default", true}},
      {"$disconnect", {"beckon-disconnect", false}},
      {"send", {"beckon-send", true}},
      {"sync", {"beckon-sync", true}}};
  EXPECT_EQ(routes, expected);
  EXPECT_EQ(model.api->routes.at("$connect").authorizer, "Authorizer");
  EXPECT_EQ(model.api->authorizers.at("Authorizer").function, "beckon-authorize");
  EXPECT_TRUE(model.api->authorizers.at("Authorizer").identity_sources.empty());
}

// The tables, the bus, the rule and the queue.
TEST(BeckonTemplate, TablesAndEvents) {
  const AppModel model = load_ours();
  std::map<std::string, std::pair<std::string, std::string>> keys;
  for (const TableModel& table : model.tables) {
    keys[table.name] = {table.hash.name, table.range ? table.range->name : ""};
    EXPECT_EQ(table.ttl_attribute, "expiresAt");
  }
  const std::map<std::string, std::pair<std::string, std::string>> expected = {
      {"beckon-connections", {"userId", "connectionId"}},
      {"beckon-devices", {"deviceId", ""}},
      {"beckon-streams", {"userId", "sk"}}};
  EXPECT_EQ(keys, expected);
  EXPECT_THAT(model.buses, ::testing::ElementsAre("beckon"));
  ASSERT_EQ(model.rules.size(), 1U);
  const RuleModel& rule = model.rules.front();
  EXPECT_EQ(rule.bus, "beckon");
  EXPECT_TRUE(rule.enabled);
  EXPECT_EQ(rule.pattern, R"({"source":[{"prefix":""}]})");
  ASSERT_EQ(rule.targets.size(), 1U);
  EXPECT_EQ(rule.targets.front().function, "beckon-deliver");
  EXPECT_EQ(rule.targets.front().dead_letter_queue, "beckon-dead-letters");
  ASSERT_EQ(model.queues.size(), 1U);
  EXPECT_EQ(model.queues.front().name, "beckon-dead-letters");
  EXPECT_EQ(model.queues.front().retention, std::chrono::days(14));
}

// The SSM parameters that the command line reads are all there.
TEST(BeckonTemplate, SsmParameters) {
  const AppModel model = load_ours();
  std::map<std::string, std::string> values;
  for (const SsmParameterModel& parameter : model.ssm_parameters) {
    values[parameter.name] = parameter.value;
  }
  EXPECT_EQ(values.size(), 8U);
  EXPECT_EQ(values["/beckon/auth-mode"], "device-key");
  EXPECT_EQ(values["/beckon/event-bus"], "beckon");
  EXPECT_EQ(values["/beckon/streams-table"], "beckon-streams");
  EXPECT_EQ(values["/beckon/websocket-url"],
            "wss://" + model.api->api_id + ".execute-api.us-east-1.amazonaws.com/dev");
  EXPECT_EQ(values["/beckon/dead-letter-queue"],
            "https://sqs.us-east-1.amazonaws.com/000000000000/beckon-dead-letters");
}

// Whichever type is misspelt, there is one error, and it is at that type.
TEST(BeckonTemplate, AMisspeltTypeIsOneError) {
  std::ifstream file(BECKON_SOURCE_DIR "/infrastructure/template.yaml");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  constexpr std::string_view kType = "\n    Type: AWS::";
  int types = 0;
  for (std::size_t at = text.find(kType); at != std::string::npos; at = text.find(kType, at + 1)) {
    std::string wrong = text;
    wrong.insert(at + kType.size(), "x");
    TemplateOptions options;
    options.path = "t.yaml";
    const auto model = load_template_text(wrong, options);
    ASSERT_FALSE(model);
    const std::string& errors = model.error().message;
    const auto line = std::ranges::count(std::string_view(text).substr(0, at), '\n') + 2;
    EXPECT_THAT(errors, ::testing::StartsWith("t.yaml:" + std::to_string(line) + ":11: resource "));
    EXPECT_THAT(errors, ::testing::HasSubstr("which beckon-emulator does not implement"));
    EXPECT_EQ(std::ranges::count(errors, '\n'), 0) << errors;
    ++types;
  }
  EXPECT_GT(types, 50);
}

}  // namespace
}  // namespace beckon::emulator
