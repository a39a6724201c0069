// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/http_action.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/config.h"
#include "platform/linux/actions/http_template.h"

namespace beckon::platform {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

agent::ConfigErrors errors_of(const std::string& root) {
  HttpActionType type;
  agent::ActionType* const types[] = {&type};
  agent::Config config;
  return agent::read_config(root, types, config);
}

agent::ConfigErrors errors_with(const std::string& action) {
  return errors_of(R"({"http":{"allow":["hooks.example","127.0.0.1"]},"rules":[{"actions":[)" +
                   action + "]}]}");
}

TEST(HttpAction, WhatIsRightHasNoErrors) {
  for (const char* action :
       {R"({"type":"http","url":"https://hooks.example"})",
        R"({"type":"http","url":"https://hooks.example?x=${id}"})",
        R"({"type":"http","url":"http://127.0.0.1/${name}/x?y=${data.z}","method":"GET"})",
        R"({"type":"http","url":"https://hooks.example/","timeout":"1m","body":"${data}",
            "headers":{"Authorization":"Bearer ${data.token}","Content-Type":"a/b"}})",
        R"({"type":"http","url":"https://hooks.example/$${x}","body":[{"a":"${name}"}]})"}) {
    EXPECT_THAT(errors_with(action), IsEmpty()) << action;
  }
}

TEST(HttpAction, EveryMistakeIsSaidWithItsPlace) {
  const struct {
    const char* action;
    const char* error;
  } cases[] = {
      {R"({"type":"http"})", "actions[0].url: expected a URL"},
      {R"({"type":"http","url":"ftp://hooks.example/"})",
       "actions[0].url: expected a URL that begins with https:// or http://"},
      {R"({"type":"http","url":"https://other.example/"})",
       "actions[0].url: other.example is not among the hosts"},
      {R"({"type":"http","url":"http://hooks.example/"})",
       "hooks.example is not among the hosts that requests may go to without TLS"},
      {R"({"type":"http","url":"https://u:p@hooks.example/"})", "must not hold a user name"},
      {R"({"type":"http","url":"${data.url}"})", "an event cannot choose scheme, host or port"},
      {R"({"type":"http","url":"${data.s}://hooks.example/"})", "an event cannot choose scheme"},
      {R"({"type":"http","url":"https://${data.host}/"})", "an event cannot choose scheme, host"},
      {R"({"type":"http","url":"https://hooks.example${data.host}/"})", "an event cannot choose"},
      {R"({"type":"http","url":"https://hooks.example:${data.port}/"})", "an event cannot choose"},
      {R"({"type":"http","url":"https://hooks.example/#${name}"})", "#"},
      {R"({"type":"http","url":"https://hooks.example/${name}#x"})", "expected a URL without #"},
      {R"({"type":"http","url":"https://hooks.example/","method":"DELETE"})",
       "actions[0].method: expected \"POST\" or \"PUT\" or \"GET\", got \"DELETE\""},
      {R"({"type":"http","url":"https://hooks.example/","method":"GET","body":"x"})",
       "actions[0].body: leave it out"},
      {R"({"type":"http","url":"https://hooks.example/","body":7})", "actions[0].body: expected"},
      {R"({"type":"http","url":"https://hooks.example/","body":{"a":["${nope}"]}})",
       "actions[0].body: \"nope\" is no field"},
      {R"({"type":"http","url":"https://hooks.example/","timeout":"2m"})", "from 100ms to 1m"},
      {R"({"type":"http","url":"https://hooks.example/","headers":{"Host":"evil"}})",
       "actions[0].headers.Host: leave it out"},
      {R"({"type":"http","url":"https://hooks.example/","headers":{"transfer-ENCODING":"x"}})",
       "actions[0].headers.transfer-ENCODING: leave it out"},
      {R"({"type":"http","url":"https://hooks.example/","headers":{"A":"1","a":"2"}})",
       "actions[0].headers.a: it is there twice"},
      {R"({"type":"http","url":"https://hooks.example/","headers":{"A b":"1"}})",
       "expected a header's name"},
      {R"({"type":"http","url":"https://hooks.example/","headers":{"A":"1\r\nB: 2"}})",
       "expected one line of text"},
      {R"({"type":"http","url":"https://hooks.example/","redirect":true})", "redirect: unknown"},
  };
  for (const auto& one : cases) {
    EXPECT_THAT(errors_with(one.action), Contains(HasSubstr(one.error))) << one.action;
  }
}

TEST(HttpAction, WithoutAListOfHostsNoneIsRight) {
  EXPECT_THAT(errors_of(R"({"rules":[{"actions":[{"type":"http","url":"https://x.test/"}]}]})"),
              Contains(HasSubstr(R"("http": {"allow": ["x.test"]})")));
  EXPECT_THAT(errors_of(R"({"http":{}})"), Contains(HasSubstr("http.allow: expected a list")));
  EXPECT_THAT(errors_of(R"({"http":{"allow":[]}})"), Contains(HasSubstr("http.allow: expected")));
  EXPECT_THAT(errors_of(R"({"http":{"allow":[7,"a/b"]}})"),
              ::testing::ElementsAre(HasSubstr("http.allow[0]: expected"),
                                     HasSubstr("http.allow[1]: expected")));
  EXPECT_THAT(errors_of(R"({"http":{"allow":["a"],"deny":[]}})"),
              Contains(HasSubstr("http.deny: unknown")));
  EXPECT_THAT(errors_of(R"({"http":{"allow":["a"],"ca_file":"/no/such.pem"}})"),
              Contains(HasSubstr("http.ca_file: cannot read /no/such.pem")));
}

TEST(HttpAction, TheListOfAnotherConfigurationIsForgotten) {
  HttpActionType type;
  agent::ActionType* const types[] = {&type};
  agent::Config config;
  const std::string rules = R"("rules":[{"actions":[{"type":"http","url":"https://x.test/"}]}]})";
  EXPECT_THAT(agent::read_config(R"({"http":{"allow":["x.test"]},)" + rules, types, config),
              IsEmpty());
  EXPECT_FALSE(agent::read_config("{" + rules, types, config).empty());
}

class HttpTemplateTest : public ::testing::Test {
 protected:
  base::Result<HttpRequest> fill(const std::string& action, const std::string& data) {
    agent::ConfigErrors errors;
    HttpAllow allow;
    EXPECT_TRUE(allow.add("hooks.example"));
    const auto document = json::parse(action);
    EXPECT_TRUE(document) << action;
    agent::ObjectReader reader(document->root(), "action", errors);
    const auto request = HttpTemplate::read(reader, allow);
    EXPECT_TRUE(request) << ::testing::PrintToString(errors);
    protocol::Event event;
    event.seq = 44;
    event.id = "9f3c";
    event.name = "door.opened";
    event.data = data;
    return request->fill(agent::ReceivedEvent("k3f9", std::move(event), base::WallTime{0}));
  }
  std::string path(const std::string& url, const std::string& value) {
    const auto request = fill(R"({"url":")" + url + R"("})", R"({"v":")" + value + R"("})");
    return request ? request->url.path : "! " + request.error().message;
  }
};

TEST_F(HttpTemplateTest, AValueStaysInsideOfItsPartOfTheUrl) {
  EXPECT_EQ(path("https://hooks.example/a/${data.v}/b", "x/..y?z&w=1#f%2e +"),
            "/a/x%2F..y%3Fz%26w%3D1%23f%252e%20%2B/b");
  EXPECT_EQ(path("https://hooks.example?q=${data.v}", "a&b=c"), "/?q=a%26b%3Dc");
  EXPECT_EQ(path("https://hooks.example/a?b=/../c&v=${data.v}", "."), "/a?b=/../c&v=.");
  EXPECT_EQ(path("https://hooks.example/../a", "."), "/../a") << "the rule's own";
  EXPECT_THAT(path("https://hooks.example/a/${data.v}/b", ".."), HasSubstr("! the event makes"));
  EXPECT_THAT(path("https://hooks.example/a/.${data.v}", "."), HasSubstr("! the event makes"));
  // To a server that decodes the path first these are steps, too.
  for (const char* value : {"../b", "x/..", "x/../y", "./b", R"(..\\b)", R"(x\\.)"}) {
    EXPECT_THAT(path("https://hooks.example/a/${data.v}/b", value), HasSubstr("! the event makes"))
        << value;
  }
  EXPECT_EQ(path("https://hooks.example/a?v=${data.v}", "../b"), "/a?v=..%2Fb");
  EXPECT_THAT(path("https://hooks.example/${data.v}?x", "."), HasSubstr("! the event makes"));
  EXPECT_THAT(path("https://hooks.example/a/${data.v}", ""), HasSubstr("! data.v is empty"));
  EXPECT_THAT(path("https://hooks.example/${data.v}", std::string(1024, 'a')), HasSubstr("1025"));
}

TEST_F(HttpTemplateTest, AValueStaysInsideOfItsHeader) {
  const std::string action =
      R"({"url":"https://hooks.example/","headers":{"X":"a ${data.v}","Y":"${data.w|no}"}})";
  const auto request = fill(action, R"({"v":"b: c"})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->headers, Contains(::testing::FieldsAre("X", "a b: c")));
  EXPECT_THAT(request->headers, Contains(::testing::FieldsAre("Y", "no")));
  for (const char* value : {R"(a\r\nEvil: 1)", R"(a\nb)", R"(a\rb)", R"(\u0001)", R"(\u007f)"}) {
    const auto refused = fill(action, std::string(R"({"v":")") + value + "\"}");
    ASSERT_FALSE(refused) << value;
    EXPECT_THAT(refused.error().message, HasSubstr("data.v cannot stand in a header"));
  }
  EXPECT_FALSE(fill(action, R"({"v":")" + std::string(2048, 'x') + "\"}")) << "too long";
  EXPECT_FALSE(fill(
      action, R"({"v":")" + std::string(1200, 'x') + R"(","w":")" + std::string(1200, 'x') + "\"}"))
      << "too long together";
}

TEST_F(HttpTemplateTest, AValueStaysInsideOfItsTextOfAJsonBody) {
  const auto request = fill(
      R"({"url":"https://hooks.example/","body":
          {"${name}":["${data.v}!",1.5,null,{"b":"$${x}","c":true,"d":"${seq}"}]}})",
      R"({"v":"\",\"evil\":\"\\"})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->body,
            R"({"${name}":["\",\"evil\":\"\\!",1.5,null,{"b":"${x}","c":true,"d":"44"}]})");
}

}  // namespace
}  // namespace beckon::platform
