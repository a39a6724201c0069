// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/emulator/template/template_text.h"

namespace beckon::emulator {
namespace {

using testing::errors_of;
using ::testing::HasSubstr;
using testing::load;
using testing::output_of;

struct Case {
  const char* value;
  const char* expected;
};

// Each intrinsic gives what CloudFormation gives, in its short and in its long form.
TEST(TemplateEvaluator, Intrinsics) {
  const char* const sections = R"(
Parameters:
  Name: {Type: String, Default: bob}
  List: {Type: CommaDelimitedList, Default: "a, b,c"}
Mappings:
  Sizes: {small: {memory: 128}, large: {memory: 512}}
Conditions:
  Yes: !Equals [!Ref Name, bob]
  No: !Not [!Condition Yes]
  Both: !And [!Condition Yes, !Condition No]
  Either: {"Fn::Or": [{Condition: "Yes"}, {Condition: "No"}]}
)";
  const Case cases[] = {
      {"!Ref Name", "bob"},
      {"{Ref: Name}", "bob"},
      {"!Ref AWS::StackName", "beckon"},
      {"!Ref AWS::Region", "us-east-1"},
      {"!Ref AWS::AccountId", "000000000000"},
      {"!Ref AWS::Partition", "aws"},
      {"!Ref AWS::URLSuffix", "amazonaws.com"},
      {"!Ref Queue", "https://sqs.us-east-1.amazonaws.com/000000000000/q"},
      {"!GetAtt Queue.Arn", "arn:aws:sqs:us-east-1:000000000000:q"},
      {"{\"Fn::GetAtt\": [Queue, QueueName]}", "q"},
      {"!Sub \"${Name}-${AWS::Region}-${Queue.Arn}-${!Literal}\"",
       "bob-us-east-1-arn:aws:sqs:us-east-1:000000000000:q-${Literal}"},
      {"!Sub [\"${A}/${Name}\", {A: !Ref AWS::StackName}]", "beckon/bob"},
      {"!Join [\"-\", [a, !Ref Name, c]]", "a-bob-c"},
      {"!Join [\"+\", !Ref List]", "a+b+c"},
      {"!Select [1, !Ref List]", "b"},
      {"!Select [2, !Split [\",\", \"x,y,z\"]]", "z"},
      {"!Join [\"|\", !Split [\"--\", \"a----b\"]]", "a||b"},
      {"!If [Yes, one, two]", "one"},
      {"{\"Fn::If\": [No, one, two]}", "two"},
      {"!If [Both, one, two]", "two"},
      {"!If [Either, one, two]", "one"},
      {"!Join [\",\", [a, !If [No, b, !Ref AWS::NoValue], c]]", "a,c"},
      {"!FindInMap [Sizes, large, memory]", "512"},
      {"!Base64 hello", "aGVsbG8="},
  };
  for (const Case& item : cases)
    EXPECT_EQ(output_of(item.value, sections), item.expected) << item.value;
}

// A Ref inside a Fn::If branch that is not taken is not followed.
TEST(TemplateEvaluator, UntakenBranchIsNotEvaluated) {
  EXPECT_EQ(output_of("!If [Never, !Ref Missing, fine]", "Conditions:\n  Never: !Equals [a, b]\n"),
            "fine");
}

// A resource whose condition is false does not exist: it may be of any type, and referring to it
// is an error.
TEST(TemplateEvaluator, ResourceWithFalseConditionIsAbsent) {
  const std::string text = R"(
Conditions:
  Never: !Equals [a, b]
Resources:
  Topic: {Type: AWS::SNS::Topic, Condition: Never}
  Queue: {Type: AWS::SQS::Queue}
)";
  EXPECT_EQ(errors_of(text), "");
  EXPECT_EQ(errors_of(text + "Outputs: {Out: {Value: !Ref Topic}}\n"),
            "t.yaml:7:24: resource Topic does not exist: its Condition is false");
}

// Anchors and aliases give the same value twice.
TEST(TemplateEvaluator, AliasesRepeatTheirAnchor) {
  const auto model = load(R"(
Resources:
  A: {Type: AWS::SQS::Queue, Properties: &common {VisibilityTimeout: 7}}
  B: {Type: AWS::SQS::Queue, Properties: *common}
)");
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->queues.at(1).visibility_timeout, std::chrono::seconds(7));
}

// A few lines of nested aliases cannot make the emulator use the machine's memory.
TEST(TemplateEvaluator, AliasExpansionIsBounded) {
  std::string text = "Metadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    text += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  EXPECT_THAT(errors_of(text), HasSubstr("expected at most 100000 values"));
}

// The same template written as JSON gives the same model.
TEST(TemplateEvaluator, JsonTemplatesWork) {
  const auto model = load(R"({"AWSTemplateFormatVersion":"2010-09-09",
	"Resources":{"Q":{"Type":"AWS::SQS::Queue","Properties":{"QueueName":{"Fn::Sub":"${AWS::StackName}-q"}}}}})");
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->queues.at(0).name, "beckon-q");
}

// Parameters: what is given wins over the default, and every constraint is enforced.
TEST(TemplateParameters, ConstraintsAreEnforced) {
  const std::string text = R"(
Parameters:
  Mode: {Type: String, AllowedValues: [open, closed]}
  Count: {Type: Number, Default: 3, MinValue: 1, MaxValue: 5}
  Name: {Type: String, Default: ab, AllowedPattern: "[a-z]+", MaxLength: 4}
Resources: {Q: {Type: AWS::SQS::Queue}}
)";
  const auto good = load(text, {{"Mode", "open"}, {"Count", "5"}});
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->parameters.at("Count"), "5");
  EXPECT_EQ(good->parameters.at("Name"), "ab");
  EXPECT_EQ(errors_of(text),
            "t.yaml:3:3: parameter Mode has no Default: give it a value with "
            "--parameter Mode=VALUE (allowed: open, closed)");
  EXPECT_EQ(errors_of(text, {{"Mode", "ajar"}}),
            "t.yaml: parameter Mode: \"ajar\" is not allowed (allowed: open, closed)");
  EXPECT_EQ(errors_of(text, {{"Mode", "open"}, {"Count", "6"}}),
            "t.yaml: parameter Count: expected a value of at most 5, got 6");
  EXPECT_EQ(errors_of(text, {{"Mode", "open"}, {"Count", "six"}}),
            "t.yaml: parameter Count: expected a number, got \"six\"");
  EXPECT_EQ(errors_of(text, {{"Mode", "open"}, {"Name", "A"}}),
            "t.yaml: parameter Name: \"A\" does not match [a-z]+");
  EXPECT_EQ(errors_of(text, {{"Mode", "open"}, {"Name", "abcde"}}),
            "t.yaml: parameter Name: expected a length of at most 4, got 5");
  EXPECT_EQ(
      errors_of(text, {{"Mode", "open"}, {"Cuont", "1"}}),
      "t.yaml: the template has no parameter \"Cuont\" (did you mean \"Count\"?); it has Mode, "
      "Count and Name");
}

}  // namespace
}  // namespace beckon::emulator
