// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/ssm_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lambdas/support/fakes.h"

namespace beckon::lambdas {
namespace {

using testing::FakeHttp;
using testing::header;
using testing::reply;

using Client = testing::FakeClient<SsmClient>;

TEST(SsmClient, GetsAParameter) {
  Client client([](const FakeHttp::Sent&) {
    return reply(200, R"({"Parameter":{"Name":"/beckon/event-bus","Value":"beckon"}})");
  });
  const auto value = client.api.get_parameter("/beckon/event-bus");
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, "beckon");
  EXPECT_EQ(header(client.http.sent[0].request, "X-Amz-Target"), "AmazonSSM.GetParameter");
  EXPECT_EQ(client.http.sent[0].body, R"({"Name":"/beckon/event-bus"})");
}

// A parameter that is not there is named.
TEST(SsmClient, NamesAMissingParameter) {
  Client client(
      [](const FakeHttp::Sent&) { return reply(400, R"({"__type":"ParameterNotFound"})"); });
  const auto value = client.api.get_parameter("/beckon/nope");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, base::ErrorCode::kNotFound);
  EXPECT_THAT(value.error().message, ::testing::HasSubstr("/beckon/nope"));
}

// All pages are read.
TEST(SsmClient, GetsAllUnderAPath) {
  Client client([](const FakeHttp::Sent& sent) {
    return sent.body.find("NextToken") == std::string::npos
               ? reply(200, R"({"Parameters":[{"Name":"/b/x","Value":"1"}],"NextToken":"t"})")
               : reply(200, R"({"Parameters":[{"Name":"/b/y","Value":"2"}]})");
  });
  const auto values = client.api.get_parameters_by_path("/b");
  ASSERT_TRUE(values);
  EXPECT_EQ(*values, (std::map<std::string, std::string>{{"/b/x", "1"}, {"/b/y", "2"}}));
}

}  // namespace
}  // namespace beckon::lambdas
