// SPDX-License-Identifier: Apache-2.0
#include "emulator/aws/ssm.h"

#include <gtest/gtest.h>

#include <string>

#include "common/json/json.h"

namespace beckon::emulator {
namespace {

class Ssm : public ::testing::Test {
 protected:
  Ssm() : service_(options()) {}

  static SsmOptions options() {
    SsmOptions options;
    options.clock = [] { return base::WallTime{1'800'000'000'500}; };
    for (int i = 0; i < 12; ++i) {
      options.parameters.push_back({"/many/" + std::string(1, static_cast<char>('a' + i)), "v"});
    }
    options.parameters.push_back({"/beckon/event-bus", "beckon"});
    options.parameters.push_back({"/beckon/deep/x", "1"});
    options.parameters.push_back({"plain", "p"});
    return options;
  }

  AwsReply call(std::string_view operation, std::string_view input) {
    const auto document = json::parse(input);
    EXPECT_TRUE(document.has_value()) << input;
    AwsReply reply;
    service_.handle(operation, document->root(),
                    [&](AwsReply answer) { reply = std::move(answer); });
    return reply;
  }

  // "a b c": the names of the answer's parameters.
  static std::string names(const std::string& body) {
    const auto document = json::parse(body);
    std::string out;
    for (json::View parameter : (*document)["Parameters"]) {
      out += (out.empty() ? "" : " ") + std::string(parameter["Name"].string_or(""));
    }
    return out;
  }

  SsmService service_;
};

TEST_F(Ssm, GetsAParameterByNameAndByArn) {
  const std::string expected =
      R"({"Parameter":{"Name":"/beckon/event-bus","Type":"String","Value":"beckon","Version":1,)"
      R"("LastModifiedDate":1800000000.5,"ARN":"arn:aws:ssm:us-east-1:000000000000:parameter/beckon/event-bus","DataType":"text"}})";
  AwsReply reply = call("GetParameter", R"({"Name":"/beckon/event-bus"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, expected);
  reply = call("GetParameter",
               R"({"Name":"arn:aws:ssm:us-east-1:000000000000:parameter/beckon/event-bus"})");
  EXPECT_EQ(reply.body, expected);
  reply = call("GetParameter", R"({"Name":"arn:aws:ssm:us-east-1:000000000000:parameter/plain"})");
  EXPECT_EQ(reply.status, 200);
}

TEST_F(Ssm, AParameterThatIsNotThereIsNamed) {
  const AwsReply reply = call("GetParameter", R"({"Name":"/nope"})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, R"({"__type":"ParameterNotFound","message":"Parameter /nope not found."})");
}

TEST_F(Ssm, GetsSeveralAndListsTheUnknownOnes) {
  const AwsReply reply = call("GetParameters", R"({"Names":["plain","/nope","/beckon/deep/x"]})");
  EXPECT_EQ(names(reply.body), "plain /beckon/deep/x");
  const auto document = json::parse(reply.body);
  EXPECT_EQ((*document)["InvalidParameters"].print(), R"(["/nope"])");
  EXPECT_EQ(call("GetParameters", R"({"Names":[]})").status, 400);
}

TEST_F(Ssm, GetsByPathOneLevelOrAllAndInPages) {
  EXPECT_EQ(names(call("GetParametersByPath", R"({"Path":"/beckon"})").body), "/beckon/event-bus");
  EXPECT_EQ(names(call("GetParametersByPath", R"({"Path":"/beckon/","Recursive":true})").body),
            "/beckon/deep/x /beckon/event-bus");
  const std::string first = call("GetParametersByPath", R"({"Path":"/many"})").body;
  EXPECT_EQ(names(first),
            "/many/a /many/b /many/c /many/d /many/e /many/f /many/g /many/h /many/i /many/j");
  const auto document = json::parse(first);
  const std::string token((*document)["NextToken"].string_or(""));
  const std::string second =
      call("GetParametersByPath", R"({"Path":"/many","NextToken":")" + token + "\"}").body;
  EXPECT_EQ(names(second), "/many/k /many/l");
  EXPECT_EQ(second.find("NextToken"), std::string::npos);
  EXPECT_EQ(call("GetParametersByPath", R"({"Path":"many"})").status, 400);
  EXPECT_EQ(call("GetParametersByPath", R"({"Path":"/many","MaxResults":11})").status, 400);
}

TEST_F(Ssm, PutsAndOverwritesOnlyWhenTold) {
  EXPECT_EQ(call("PutParameter", R"({"Name":"/new","Value":"1","Type":"String"})").body,
            R"({"Version":1,"Tier":"Standard"})");
  const AwsReply again = call("PutParameter", R"({"Name":"/new","Value":"2","Type":"String"})");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(
      again.body,
      R"({"__type":"ParameterAlreadyExists","message":"The parameter already exists. To overwrite this value, set the overwrite option in the request to true."})");
  EXPECT_EQ(call("PutParameter", R"({"Name":"/new","Value":"2","Overwrite":true})").body,
            R"({"Version":2,"Tier":"Standard"})");
  EXPECT_NE(call("GetParameter", R"({"Name":"/new"})").body.find(R"("Value":"2","Version":2)"),
            std::string::npos);
}

TEST_F(Ssm, WhatIsNotThereIsNamed) {
  EXPECT_EQ(
      call("PutParameter", R"({"Name":"/s","Value":"1","Type":"SecureString"})").body,
      R"({"__type":"ValidationException","message":"beckon-emulator does not implement SSM parameters of type \"SecureString\"; it has String and StringList"})");
  EXPECT_EQ(
      call("SendCommand", "{}").body,
      R"({"__type":"UnknownOperationException","message":"beckon-emulator does not implement SSM SendCommand"})");
  EXPECT_EQ(call("GetParameter", "{}").status, 400);
}

}  // namespace
}  // namespace beckon::emulator
