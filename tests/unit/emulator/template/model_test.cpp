// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/emulator/template/template_text.h"

namespace beckon::emulator {
namespace {

using testing::errors_of;
using ::testing::HasSubstr;
using testing::load;

// One function, with a part that the test gives.
std::string with_function(const std::string& properties) {
  return "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: "
         "arn:aws:iam::0:role/r\n" +
         properties;
}

// A function's settings come over, with Lambda's defaults for what is not said.
TEST(TemplateFunctions, DefaultsAreLambdas) {
  const auto model =
      load(with_function("      Runtime: provided.al2023\n      Handler: h\n"
                         "      Code: ./code/f/\n"));
  ASSERT_TRUE(model) << model.error().message;
  const FunctionModel& function = model->functions.at("beckon-F");
  EXPECT_EQ(function.timeout, std::chrono::seconds(3));
  EXPECT_EQ(function.memory_mb, 128);
  EXPECT_EQ(function.async_retries_max, 2);
  EXPECT_EQ(function.async_age_max, std::chrono::hours(6));
  EXPECT_FALSE(function.reserved_concurrency);
  EXPECT_TRUE(function.code_dir.starts_with('/')) << function.code_dir;
  EXPECT_TRUE(function.code_dir.ends_with("/code/f")) << function.code_dir;
}

// Code that is not a local folder is an error that says what to give.
TEST(TemplateFunctions, CodeMustBeALocalFolder) {
  const char* const rest = "      Runtime: provided.al2023\n      Handler: h\n      Code: ";
  EXPECT_THAT(errors_of(with_function(rest + std::string("{S3Bucket: b, S3Key: k}\n"))),
              HasSubstr("t.yaml:8:13: resource F: Code: beckon-emulator runs no code in S3"));
  EXPECT_THAT(errors_of(with_function(rest + std::string("{ZipFile: 'x'}\n"))),
              HasSubstr("runs no inline code"));
  EXPECT_THAT(errors_of(with_function(rest + std::string("f.zip\n"))),
              HasSubstr("expected the local folder that holds bootstrap, got \"f.zip\""));
}

// Another runtime than provided.* is refused by name.
TEST(TemplateFunctions, OnlyProvidedRuntimes) {
  EXPECT_EQ(
      errors_of(with_function("      Runtime: python3.12\n      Handler: h\n      Code: f\n")),
      "t.yaml:6:16: resource F: Runtime: expected one of provided.al2023, provided.al2, provided, "
      "got \"python3.12\"");
}

constexpr const char* kApi = R"(
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {Runtime: provided.al2023, Handler: h, Code: f, Role: r}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: a, ProtocolType: WEBSOCKET, RouteSelectionExpression: "$request.body.kind"}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: live, AutoDeploy: true, StageVariables: {color: red}}
  Work:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      TimeoutInMillis: 1500
      IntegrationUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
  Ping:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: MOCK}
  WorkRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: work, Target: !Sub "integrations/${Work}"}
  PingRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: ping
      Target: !Join ["/", [integrations, !Ref Ping]]
      RouteResponseSelectionExpression: "$default"
  PingResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref PingRoute, RouteResponseKey: "$default"}
)";

// Routes find their functions through integrations, however their references are written.
TEST(TemplateApi, RoutesAndIntegrations) {
  const auto model = load(kApi);
  ASSERT_TRUE(model) << model.error().message;
  const WebSocketApiModel& api = *model->api;
  EXPECT_EQ(api.stage, "live");
  EXPECT_EQ(api.route_selection_expression, "$request.body.kind");
  EXPECT_EQ(api.stage_variables.at("color"), "red");
  EXPECT_EQ(api.routes.at("work").function, "beckon-F");
  EXPECT_EQ(api.routes.at("work").integration_timeout, base::Duration(1500));
  EXPECT_FALSE(api.routes.at("work").two_way);
  EXPECT_TRUE(api.routes.at("ping").mock);
  EXPECT_TRUE(api.routes.at("ping").two_way);
  EXPECT_THAT(api.api_id, ::testing::MatchesRegex("[a-z0-9]{10}"));
  EXPECT_EQ(api.api_id, load(kApi)->api->api_id) << "stable from start to start";
}

// A route without permission to invoke its function works here and is noted: on AWS it would not.
TEST(TemplateApi, MissingPermissionIsNoted) {
  const auto model = load(kApi);
  ASSERT_TRUE(model);
  EXPECT_THAT(
      model->notes,
      ::testing::Contains("route work: no AWS::Lambda::Permission lets apigateway.amazonaws.com "
                          "invoke beckon-F: on AWS this route answers \"Internal server error\""));
  const auto allowed = load(std::string(kApi) + R"(
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: !GetAtt F.Arn, Principal: apigateway.amazonaws.com}
)");
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_TRUE(allowed->notes.empty());
}

// What the gateway does not implement is refused at start, not at the first message.
TEST(TemplateApi, UnsupportedPartsAreNamed) {
  EXPECT_THAT(
      errors_of(std::string(kApi) + R"(
  Http:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: HTTP_PROXY, IntegrationUri: "http://x"}
)"),
      HasSubstr(
          "resource Http: IntegrationType: beckon-emulator implements AWS_PROXY and MOCK, got "
          "\"HTTP_PROXY\""));
  EXPECT_THAT(errors_of(std::string(kApi) + R"(
  Iam:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: "$connect", AuthorizationType: AWS_IAM}
)"),
              HasSubstr("beckon-emulator implements NONE and CUSTOM, got \"AWS_IAM\""));
  EXPECT_THAT(errors_of(std::string(kApi) + R"(
  Second: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: b, ProtocolType: WEBSOCKET, RouteSelectionExpression: x}}
)"),
              HasSubstr("resource Second: beckon-emulator serves one API, and Api is one already"));
}

// Keys, indexes and TTL of a table.
TEST(TemplateTables, KeysAndIndexes) {
  const auto model = load(R"(
Resources:
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: p, AttributeType: S}
        - {AttributeName: s, AttributeType: N}
        - {AttributeName: o, AttributeType: B}
      KeySchema: [{AttributeName: p, KeyType: HASH}, {AttributeName: s, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: by-o
          KeySchema: [{AttributeName: o, KeyType: HASH}]
          Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [x]}
      LocalSecondaryIndexes:
        - IndexName: local
          KeySchema: [{AttributeName: p, KeyType: HASH}, {AttributeName: o, KeyType: RANGE}]
          Projection: {ProjectionType: KEYS_ONLY}
)");
  ASSERT_TRUE(model) << model.error().message;
  const TableModel& table = model->tables.at(0);
  EXPECT_EQ(table.name, "beckon-T");
  EXPECT_EQ(table.range->name, "s");
  EXPECT_EQ(table.range->type, 'N');
  EXPECT_EQ(table.indexes.at(0).hash.type, 'B');
  EXPECT_EQ(table.indexes.at(0).included, std::vector<std::string>{"x"});
  EXPECT_FALSE(table.indexes.at(0).local);
  EXPECT_TRUE(table.indexes.at(1).local);
  EXPECT_EQ(table.ttl_attribute, "");
}

// A key that is not defined, and a definition that no key uses, are errors as on AWS.
TEST(TemplateTables, AttributesAndKeysMustAgree) {
  const std::string errors = errors_of(R"(
Resources:
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: a, AttributeType: S}]
      KeySchema: [{AttributeName: b, KeyType: HASH}]
)");
  EXPECT_THAT(
      errors,
      HasSubstr("t.yaml:8:35: resource T: KeySchema: AttributeName: expected an attribute of "
                "AttributeDefinitions, got \"b\""));
  EXPECT_THAT(errors, HasSubstr("\"a\" is used by none"));
}

// A rule's pattern is JSON with the template's own types: quoted texts, plain numbers.
TEST(TemplateRules, PatternsKeepTheirTypes) {
  const auto model = load(R"(
Resources:
  R:
    Type: AWS::Events::Rule
    Properties:
      State: DISABLED
      EventPattern:
        source: [beckon, "7", 7, 300.0, true, null, !Ref AWS::Region]
        detail: {n: [{numeric: [">", 1e3]}]}
)");
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(
      model->rules.at(0).pattern,
      R"({"source":["beckon","7",7,300.0,true,null,"us-east-1"],"detail":{"n":[{"numeric":[">",1e3]}]}})");
  EXPECT_EQ(model->rules.at(0).bus, "default");
  EXPECT_FALSE(model->rules.at(0).enabled);
}

// Targets and destinations that the emulator does not have are refused by name.
TEST(TemplateRules, TargetsMustBeFunctionsOfTheTemplate) {
  const char* const rule = R"(
Resources:
  Q: {Type: AWS::SQS::Queue}
  R:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [a]}
      Targets: [{Id: t, Arn: )";
  EXPECT_THAT(
      errors_of(rule + std::string("!GetAtt Q.Arn}]\n")),
      HasSubstr("t.yaml:8:30: resource R: Targets: Arn: expected the ARN of a Lambda function"));
  EXPECT_THAT(errors_of(rule + std::string("'arn:aws:lambda:us-east-1:0:function:x'}]\n")),
              HasSubstr("expected a function of this template"));
}

}  // namespace
}  // namespace beckon::emulator
