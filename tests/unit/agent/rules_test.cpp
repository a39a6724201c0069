// SPDX-License-Identifier: Apache-2.0
#include "agent/rules.h"

#include <gtest/gtest.h>

namespace beckon::agent {
namespace {

TEST(Globs, StarsAndQuestionMarksAndNothingElse) {
  const struct {
    const char* pattern;
    const char* name;
    bool fits;
  } cases[] = {
      {"*", "", true},
      {"*", "anything", true},
      {"door.*", "door.opened", true},
      {"door.*", "door.", true},
      {"door.*", "doors", false},
      {"*.opened", "door.opened", true},
      {"a*b*c", "aXXbYYc", true},
      {"a*b*c", "aXXbYY", false},
      {"a?c", "abc", true},
      {"a?c",
       "a\xC3\xA4"
       "c",
       true},
      {"a?c", "ac", false},
      {"", "", true},
      {"", "x", false},
      {"[a]", "a", false},
      {"a**b", "ab", true},
      {"*a", "aaab", false},
      {"*aab", "aaaab", true},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(glob_matches(one.pattern, one.name), one.fits) << one.pattern << " " << one.name;
  }
}

TEST(Globs, AHostilePatternTakesNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "a*";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(4000, 'a')));
}

class NullAction final : public Action {
 public:
  void start(Run run, const ReceivedEvent&, RunObserver& observer) override {
    observer.run_finished(run, {});
  }
};

class NullType final : public ActionType {
 public:
  std::string_view name() const override { return "null"; }
  std::unique_ptr<Action> make(ObjectReader& config) override {
    config.text("text");
    return std::make_unique<NullAction>();
  }
};

struct ReadRule {
  Rule rule;
  ConfigErrors errors;
};

ReadRule read(const char* text) {
  static NullType type;
  static ActionType* const types[] = {&type};
  const auto document = json::parse(text);
  EXPECT_TRUE(document) << text;
  ReadRule result;
  ObjectReader reader(document->root(), "rules[0]", result.errors);
  result.rule = read_rule(reader, types);
  return result;
}

bool matches(const char* rule, const char* data) {
  ReadRule result = read(rule);
  EXPECT_TRUE(result.errors.empty()) << (result.errors.empty() ? "" : result.errors[0]);
  protocol::Event event;
  event.name = "door.opened";
  event.data = data;
  return result.rule.matches(ReceivedEvent("ep", std::move(event), {}));
}

TEST(Rules, FieldsAreComparedByValueAndType) {
  const struct {
    const char* where;
    const char* data;
    bool fits;
  } cases[] = {
      {R"({})", R"({})", true},
      {R"({"data.door":"front"})", R"({"door":"front"})", true},
      {R"({"data.door":"front"})", R"({"door":"back"})", false},
      {R"({"data.door":"front"})", R"({})", false},
      {R"({"data.n":1})", R"({"n":1})", true},
      {R"({"data.n":1})", R"({"n":1.0})", true},
      {R"({"data.n":1})", R"({"n":"1"})", false},
      {R"({"data.a.b":{"equals":true}})", R"({"a":{"b":true}})", true},
      {R"({"data.a.0":{"equals":7}})", R"({"a":[7]})", true},
      {R"({"data.x":{"one_of":["p","q"]}})", R"({"x":"q"})", true},
      {R"({"data.x":{"one_of":["p","q"]}})", R"({"x":"r"})", false},
      {R"({"data.x":{"exists":true}})", R"({"x":null})", true},
      {R"({"data.x":{"exists":true}})", R"({})", false},
      {R"({"data.x":{"exists":false}})", R"({})", true},
      {R"({"data.x":null})", R"({"x":null})", true},
      {R"({"data.x":null})", R"({})", false},
      {R"({"data.x":1,"data.y":2})", R"({"x":1,"y":3})", false},
  };
  for (const auto& one : cases) {
    const std::string rule =
        std::string(R"({"where":)") + one.where + R"(,"actions":[{"type":"null"}]})";
    EXPECT_EQ(matches(rule.c_str(), one.data), one.fits) << one.where << " " << one.data;
  }
}

TEST(Rules, TheNameMustFitToo) {
  EXPECT_TRUE(matches(R"({"name":"door.*","actions":[{"type":"null"}]})", "{}"));
  EXPECT_FALSE(matches(R"({"name":"window.*","actions":[{"type":"null"}]})", "{}"));
}

TEST(Rules, EveryMistakeIsNamedWithItsPath) {
  const struct {
    const char* rule;
    const char* error;
  } cases[] = {
      {R"({})", "rules[0].actions: expected a list of at least one action, but it is missing"},
      {R"([])", "rules[0]: expected an object, got an empty array"},
      {R"({"actions":[{"type":"nul"}]})",
       "rules[0].actions[0].type: \"nul\" is no action; known are null"},
      {R"({"actions":[{}]})",
       "rules[0].actions[0].type: expected the kind of action, but it is missing"},
      {R"({"actions":[{"type":"null","x":1}]})",
       "rules[0].actions[0].x: unknown; known here are type, label, text"},
      {R"({"actions":[{"type":"null","label":""}]})",
       "rules[0].actions[0].label: expected a name for this action, got \"\"; leave it out to use "
       "the type"},
      {R"({"nam":"x","actions":[{"type":"null"}]})",
       "rules[0].nam: unknown; known here are name, where, actions, rate, require_signature"},
      {R"({"name":7,"actions":[{"type":"null"}]})", "rules[0].name: expected a string, got 7"},
      {R"({"where":{"door":1},"actions":[{"type":"null"}]})",
       "rules[0].where.door: expected a path like data.door, got \"door\""},
      {R"({"where":{"data.x":{}},"actions":[{"type":"null"}]})",
       "rules[0].where.data.x: expected exactly one of equals, one_of, exists"},
      {R"({"where":{"data.x":{"one_of":[]}},"actions":[{"type":"null"}]})",
       "rules[0].where.data.x.one_of: expected at least one value, got an empty array"},
  };
  for (const auto& one : cases) {
    const ReadRule result = read(one.rule);
    ASSERT_EQ(result.errors.size(), 1U) << one.rule;
    EXPECT_EQ(result.errors[0], one.error);
  }
}

}  // namespace
}  // namespace beckon::agent
