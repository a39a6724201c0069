// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/emulator/template/template_text.h"

namespace beckon::emulator {
namespace {

using testing::errors_of;
using ::testing::HasSubstr;

struct Case {
  const char* text;
  const char* expected;
};

// A mistake is named with its line and column, with what was expected and what came.
TEST(TemplateErrors, HaveTheirPlace) {
  const Case cases[] = {
      {"Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n",
       "t.yaml:3:11: resource Topic has type AWS::SNS::Topic, which beckon-emulator does not "
       "implement"},
      {"Resources:\n  Q:\n    Type: AWS::SQS::Quue\n",
       "t.yaml:3:11: resource Q has type AWS::SQS::Quue, which beckon-emulator does not implement "
       "(did "
       "you mean \"AWS::SQS::Queue\"?)"},
      {"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueNam: q\n",
       "t.yaml:5:7: resource Q: unknown property \"QueueNam\" (did you mean \"QueueName\"?)"},
      {"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: "
       "soon\n",
       "t.yaml:5:26: resource Q: VisibilityTimeout: expected a whole number, got \"soon\""},
      {"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: "
       "50000\n",
       "t.yaml:5:26: resource Q: VisibilityTimeout: expected a number from 0 to 43200, got 50000"},
      {"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Propertys: {}\n",
       "t.yaml:4:5: resource Q: unknown member \"Propertys\" (did you mean \"Properties\"?)"},
      {"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Ref Nam\n"
       "Parameters:\n  Name: {Type: String, Default: x}\n",
       "t.yaml:5:18: expected the name of a parameter or resource, got \"Nam\" (did you mean "
       "\"Name\"?)"},
      {"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub "
       "\"${Q2.Arn}\"\n",
       "t.yaml:5:18: expected the name of a resource before the dot, got \"Q2.Arn\""},
      {"Resources:\n  Q: {Type: AWS::SQS::Queue}\nOutputs:\n  O: {Value: !GetAtt Q.Url}\n",
       "t.yaml:4:14: expected an attribute of Q (AWS::SQS::Queue) that beckon-emulator knows (Arn, "
       "QueueName and QueueUrl), got \"Url\""},
      {"Resources:\n  Q: {Type: AWS::SQS::Queue}\nOutputs:\n  O: {Value: !Sbu x}\n",
       "t.yaml:4:14: expected a tag that CloudFormation knows, got \"!Sbu\" (did you mean "
       "\"!Sub\"?)"},
      {"Resources:\n  Q: {Type: AWS::SQS::Queue}\nOutputs:\n  O: {Value: !ImportValue x}\n",
       "t.yaml:4:14: Fn::ImportValue needs another stack's exports, which beckon-emulator does not "
       "have: "
       "make the value a parameter"},
      {"Resources:\n  Q: {Type: AWS::SQS::Queue}\nOutputs:\n  O: {Value: !Select [3, [a, b]]}\n",
       "t.yaml:4:23: expected an index below 2, got \"3\""},
      {"Resources:\n  Q: {Type: AWS::SQS::Queue}\n  Q: {Type: AWS::SQS::Queue}\n",
       "t.yaml:3:3: expected every key once, got \"Q\" twice"},
      {"Resources:\n  Q: {Type: AWS::SQS::Queue, DependsOn: P}\n",
       "t.yaml:2:41: resource Q: DependsOn: expected the name of a resource, got \"P\""},
      {"Resorces: {}\n",
       "t.yaml:1:1: expected a section Resources\n"
       "t.yaml:1:1: expected a section of a CloudFormation template, got \"Resorces\" (did you "
       "mean "
       "\"Resources\"?)"},
      {"Resources: {Q: {Type: AWS::SQS::Queue}}\nTransform: AWS::Serverless-2016-10-31\n",
       "t.yaml:2:12: beckon-emulator reads plain CloudFormation and runs no Transform: expand the "
       "template "
       "first (for SAM: sam build, then sam package)"},
      {"Resources: {Q: {Type: AWS::SQS::Queue, Condition: Sometimes}}\n",
       "t.yaml:1:51: expected the name of a condition, got \"Sometimes\"; the template has none"},
      {"Conditions: {A: !Condition B, B: !Condition A}\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
       "t.yaml:1:34: condition \"A\" depends on itself"},
      {"Conditions: {A: !Equals [!Ref Q, x]}\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
       "t.yaml:1:26: expected the name of a parameter (a condition may refer to nothing else), got "
       "\"Q\""},
      {"",
       "t.yaml: expected a CloudFormation template (a mapping with Resources), got an empty file"},
      {"[1]",
       "t.yaml:1:1: expected a CloudFormation template (a mapping with Resources), got a list"},
      {"A:\n  <<: {x: 1}\n",
       "t.yaml:2:3: CloudFormation does not know merge keys (\"<<\"): write the members out"},
  };
  for (const Case& item : cases) EXPECT_EQ(errors_of(item.text), item.expected) << item.text;
}

// The control API's path is no stage's.
TEST(TemplateErrors, AStageMayNotTakeTheControlApisName) {
  const std::string text = R"(
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: a, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: _emulator, AutoDeploy: true}
)";
  EXPECT_THAT(errors_of(text), HasSubstr("t.yaml:8:"));
  EXPECT_THAT(errors_of(text), HasSubstr("expected another name than _emulator"));
}

// Text that is no YAML is refused with the place where reading stopped.
TEST(TemplateErrors, BrokenYamlHasItsPlace) {
  EXPECT_THAT(errors_of("Resources:\n  A: [1, 2\n  B: 3\n"), HasSubstr("t.yaml:3:"));
  EXPECT_THAT(errors_of("Resources: {A: !Sub \"${x\"}"), HasSubstr("t.yaml:1:"));
  EXPECT_THAT(errors_of(std::string("a: \xff\xfe\n")),
              HasSubstr("expected well-formed YAML or JSON"));
  EXPECT_THAT(errors_of("a: *b\n"), HasSubstr("t.yaml:1:4: expected an anchor \"&b\" before"));
}

// Resources that need each other are an error that names the circle, not an endless loop.
TEST(TemplateErrors, CyclesAreNamed) {
  const std::string text = R"(
Resources:
  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${B.QueueName}x"}}
  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${C.QueueName}x"}}
  C: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${A.QueueName}x"}}
)";
  EXPECT_EQ(errors_of(text),
            "t.yaml:5:54: resources depend on each other in a circle: A → B → C → A");
}

// All mistakes come together, in the order of the text, each once.
TEST(TemplateErrors, AllAreReportedTogether) {
  const std::string text = R"(
Resources:
  A: {Type: AWS::SNS::Topic}
  B: {Type: AWS::SQS::Queue, Properties: {Nam: x, VisibilityTimeout: -1}}
  C: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref A}}
  D: {Type: AWS::DynamoDB::Table}
)";
  EXPECT_EQ(
      errors_of(text),
      "t.yaml:3:13: resource A has type AWS::SNS::Topic, which beckon-emulator does not implement\n"
      "t.yaml:4:43: resource B: unknown property \"Nam\"\n"
      "t.yaml:4:70: resource B: VisibilityTimeout: expected a number from 0 to 43200, got -1\n"
      "t.yaml:6:3: resource D: BillingMode: expected PAY_PER_REQUEST, or ProvisionedThroughput "
      "with "
      "PROVISIONED\n"
      "t.yaml:6:3: resource D: the property KeySchema is required (a list of mappings)");
}

// A resource of an unknown type may be what others seem to lack, under whatever name: only the
// cause is told.
TEST(TemplateErrors, WhatFollowsFromAnUnknownTypeIsNotReported) {
  const std::string text = R"(
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: a, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Stage: {Type: AWS::ApiGatewayV2::Stagge, Properties: {ApiId: !Ref Api, StageName: dev}}
  Worker: {Type: AWS::Lambda::Functon, Properties: {FunctionName: worker}}
  Letters: {Tpye: AWS::SQS::Queue}
  Bus: AWS::Events::EventBus
  Config:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: {FunctionName: worker, Qualifier: $LATEST}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: events
      EventPattern: {source: [a]}
      Targets:
        - Id: worker
          Arn: !Sub arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:worker
          DeadLetterConfig: {Arn: !Sub "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:letters"}
  Hint: {Type: AWS::SSM::Parameter, Properties: {Name: /x, Type: String, Value: !Ref Bus}}
)";
  EXPECT_EQ(
      errors_of(text),
      "t.yaml:6:17: resource Stage has type AWS::ApiGatewayV2::Stagge, which beckon-emulator "
      "does not implement (did you mean \"AWS::ApiGatewayV2::Stage\"?)\n"
      "t.yaml:7:18: resource Worker has type AWS::Lambda::Functon, which beckon-emulator does "
      "not implement (did you mean \"AWS::Lambda::Function\"?)\n"
      "t.yaml:8:3: resource Letters: expected a Type\n"
      "t.yaml:8:13: resource Letters: unknown member \"Tpye\" (did you mean \"Type\"?)\n"
      "t.yaml:9:8: resource Bus: expected a mapping with Type, got "
      "\"AWS::Events::EventBus\"");
}

// A template that cannot be read says why.
TEST(TemplateErrors, MissingFile) {
  TemplateOptions options;
  options.path = "/nonexistent/template.yaml";
  const auto model = load_template(options);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, base::ErrorCode::kIo);
  EXPECT_EQ(model.error().message,
            "cannot read the template /nonexistent/template.yaml: No such file or directory");
}

}  // namespace
}  // namespace beckon::emulator
