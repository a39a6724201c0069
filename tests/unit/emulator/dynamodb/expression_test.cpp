// SPDX-License-Identifier: Apache-2.0
// The texts are DynamoDB's; those of syntax errors were compared with DynamoDB Local.
#include <gtest/gtest.h>

#include <string>

#include "emulator/dynamodb/expression_binder.h"
#include "emulator/dynamodb/fault.h"

namespace beckon::emulator::dynamodb {
namespace {

struct Case {
  const char* text;
  const char* message;
};

json::Document values() {
  auto parsed = json::parse(
      R"({":v":{"N":"5"},":t":{"N":"1"},":s":{"S":"Q"},":b":{"BOOL":true},":l":{"L":[]}})");
  EXPECT_TRUE(parsed.has_value());
  return *std::move(parsed);
}

template <class Bind>
std::string complaint(Bind bind) {
  const json::Document document = values();
  Bindings bindings({}, document.root());
  try {
    bind(bindings);
  } catch (const Fault& fault) {
    return fault.message;
  }
  return "no error";
}

std::string condition_complaint(std::string_view text) {
  return complaint(
      [&](Bindings& bindings) { bind_condition(text, bindings, "ConditionExpression"); });
}

TEST(Expression, SyntaxErrorsOfConditionsSayTokenAndPlace) {
  const Case cases[] = {
      {"", "The expression can not be empty;"},
      {"a = =", "Syntax error; token: \"=\", near: \"= =\""},
      {"(x = :v", "Syntax error; token: \"<EOF>\", near: \":v\""},
      {"x = :v)", "Syntax error; token: \")\", near: \":v)\""},
      {"x == :v", "Syntax error; token: \"=\", near: \"== :v\""},
      {"x = :v AND", "Syntax error; token: \"<EOF>\", near: \"AND\""},
      {"x = :v y", "Syntax error; token: \"y\", near: \":v y\""},
      {"AND x", "Syntax error; token: \"AND\", near: \"AND x\""},
      {"x[ = :v", "Syntax error; token: \"=\", near: \"[ = :v\""},
      {"x.[0] = :v", "Syntax error; token: \"[\", near: \".[0\""},
      {"x % :v", "Syntax error; token: \"%\", near: \"x % :v\""},
      {"x", "Syntax error; token: \"<EOF>\", near: \"x\""},
      {"x > ", "Syntax error; token: \"<EOF>\", near: \"> \""},
      {"1x = :v", "Syntax error; token: \"1\", near: \"1x\""},
      {"_x = :v", "Syntax error; token: \"_\", near: \"_x\""},
      {"x = 5", "Syntax error; token: \"5\", near: \"= 5\""},
      {"x = 'a'", "Syntax error; token: \"'\", near: \"= 'a\""},
      {"x-y = :v", "Syntax error; token: \"-\", near: \"x-y\""},
      {"(bo)", "Syntax error; token: \"<EOF>\", near: \")\""},
      {"(x AND x)", "Syntax error; token: \"AND\", near: \"x AND x\""},
      {"x.y[0", "Syntax error; token: \"<EOF>\", near: \"0\""},
      {"attribute_exists(x", "Syntax error; token: \"<EOF>\", near: \"x\""},
      {"attribute_exists()", "Syntax error; token: \")\", near: \"()\""},
      {": = x", "Syntax error; token: \":\", near: \": =\""},
      {"# = x", "Syntax error; token: \"#\", near: \"# =\""},
      {"x = :", "Syntax error; token: \":\", near: \"= :\""},
      {"é = x", "Syntax error; token: \"é\", near: \"é =\""},
      {"IN (x)", "Syntax error; token: \"IN\", near: \"IN (\""},
      {"x IN ()", "Syntax error; token: \")\", near: \"()\""},
      {"x IN x", "Syntax error; token: \"x\", near: \"IN x\""},
      {"x BETWEEN x x", "Syntax error; token: \"x\", near: \"x x\""},
      {"l[99999999999] = :v", "List index is not within the allowable range; index: [99999999999]"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(condition_complaint(text), std::string("Invalid ConditionExpression: ") + message)
        << text;
  }
}

TEST(Expression, ConditionsAreCheckedBeforeAnItemIsSeen) {
  const Case cases[] = {
      {"((x = :v))", "The expression has redundant parentheses;"},
      {"foo(x)", "Invalid function name; function: foo"},
      {"size(x)",
       "The function is not allowed to be used this way in an expression; function: size"},
      {"attribute_exists(attribute_exists(x))",
       "The function is not allowed to be used this way in an expression; function: "
       "attribute_exists"},
      {"attribute_exists(:v)",
       "Operator or function requires a document path; operator or function: "
       "attribute_exists"},
      {"attribute_exists(x, y)",
       "Incorrect number of operands for operator or function; operator or function: "
       "attribute_exists, number of operands: 2"},
      {"begins_with(x, :v)",
       "Incorrect operand type for operator or function; operator or function: "
       "begins_with, operand type: N"},
      {"name = :v", "Attribute name is a reserved keyword; reserved keyword: name"},
      {"x.name = :v", "Attribute name is a reserved keyword; reserved keyword: name"},
      {"x = :w",
       "An expression attribute value used in expression is not defined; attribute "
       "value: :w"},
      {"#n = :v",
       "An expression attribute name used in the document path is not defined; "
       "attribute name: #n"},
      {"x = x",
       "The first operand must be distinct from the remaining operands for this "
       "operator or function; operator: =, first operand: [x]"},
      {"x IN (:v, x)",
       "The first operand must be distinct from the remaining operands for this operator or "
       "function; operator: IN, first operand: [x]"},
      {"contains(x, x)",
       "The first operand must be distinct from the remaining operands for this "
       "operator or function; operator: contains, first operand: [x]"},
      {"attribute_type(x, :v)",
       "Incorrect operand type for operator or function; operator or function: "
       "attribute_type, operand type: N"},
      {"attribute_type(x, :s)",
       "Invalid attribute type name found; type: Q, valid types: "
       "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"},
      {"size(:v) = :v",
       "Incorrect operand type for operator or function; operator or function: size, "
       "operand type: N"},
      {"x < :b",
       "Incorrect operand type for operator or function; operator or function: <, "
       "operand type: BOOL"},
      {"x BETWEEN :v AND :s",
       "The BETWEEN operator requires same data type for lower and upper bounds; lower "
       "bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {S:Q}"},
      {"x BETWEEN :v AND :t",
       "The BETWEEN operator requires upper bound to be greater than or equal to lower "
       "bound; lower bound operand: AttributeValue: {N:5}, upper bound operand: "
       "AttributeValue: {N:1}"},
      {"if_not_exists(x, :v)",
       "The function is not allowed in a condition expression; function: if_not_exists"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(condition_complaint(text), std::string("Invalid ConditionExpression: ") + message)
        << text;
  }
}

TEST(Expression, UpdatesAreCheckedBeforeAnItemIsSeen) {
  const Case cases[] = {
      {"", "The expression can not be empty;"},
      {"SET", "Syntax error; token: \"<EOF>\", near: \"SET\""},
      {"SET x", "Syntax error; token: \"<EOF>\", near: \"x\""},
      {"SET x = ", "Syntax error; token: \"<EOF>\", near: \"= \""},
      {"SET x = x + :v + :v", "Syntax error; token: \"+\", near: \":v + :v\""},
      {"SET x = x + (x - x)", "Syntax error; token: \"-\", near: \"x - x\""},
      {"SET x = ((x))", "The expression has redundant parentheses;"},
      {"SET x = :v SET y = :v",
       "The \"SET\" section can only be used once in an update expression;"},
      {"SET x = :v, x = :v",
       "Two document paths overlap with each other; must remove or rewrite one of these "
       "paths; path one: [x], path two: [x]"},
      {"SET m.a = :v, m = :v",
       "Two document paths overlap with each other; must remove or rewrite one of these "
       "paths; path one: [m, a], path two: [m]"},
      {"SET m = :v REMOVE m.k",
       "Two document paths overlap with each other; must remove or rewrite one of these "
       "paths; path one: [m], path two: [m, k]"},
      {"SET l[0] = :v, l.a = :v",
       "Two document paths conflict with each other; must remove or rewrite one of "
       "these paths; path one: [l, [0]], path two: [l, a]"},
      {"SET foo = bar(:v)", "Invalid function name; function: bar"},
      {"SET a1 = size(l)", "The function is not allowed in an update expression; function: size"},
      {"SET zz = if_not_exists(:v, :v)",
       "Operator or function requires a document path; operator or function: "
       "if_not_exists"},
      {"SET zz = list_append(x, :v)",
       "Incorrect operand type for operator or function; operator or function: "
       "list_append, operand type: N"},
      {"SET zz = list_append(x)",
       "Incorrect number of operands for operator or function; operator or function: "
       "list_append, number of operands: 1"},
      {"SET zz = :s + :v",
       "Incorrect operand type for operator or function; operator or function: +, "
       "operand type: S"},
      {"SET l[-1] = :v", "Syntax error; token: \"-\", near: \"[-1\""},
      {"ADD x y", "Syntax error; token: \"y\", near: \"x y\""},
      {"ADD x :s",
       "Incorrect operand type for operator or function; operator: ADD, operand type: "
       "STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"},
      {"DELETE x :v",
       "Incorrect operand type for operator or function; operator: DELETE, operand "
       "type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"},
      {"FOO x = :v", "Syntax error; token: \"FOO\", near: \"FOO x\""},
      {"SET x = :v,", "Syntax error; token: \"<EOF>\", near: \",\""},
      {"SET x = :v REMOVE", "Syntax error; token: \"<EOF>\", near: \"REMOVE\""},
      {"SET name = :v", "Attribute name is a reserved keyword; reserved keyword: name"},
  };
  for (const auto& [text, message] : cases) {
    const std::string said = complaint([&](Bindings& bindings) { bind_update(text, bindings); });
    EXPECT_EQ(said, std::string("Invalid UpdateExpression: ") + message) << text;
  }
}

TEST(Expression, ProjectionsAreChecked) {
  const Case cases[] = {
      {"", "The expression can not be empty;"},
      {"a,", "Syntax error; token: \"<EOF>\", near: \",\""},
      {"a b", "Syntax error; token: \"b\", near: \"a b\""},
      {"a, data", "Attribute name is a reserved keyword; reserved keyword: data"},
      {"a, a.b",
       "Two document paths overlap with each other; must remove or rewrite one of these "
       "paths; path one: [a], path two: [a, b]"},
      {"a[0], a.b",
       "Two document paths conflict with each other; must remove or rewrite one of "
       "these paths; path one: [a, [0]], path two: [a, b]"},
      {"#n",
       "An expression attribute name used in the document path is not defined; "
       "attribute name: #n"},
  };
  for (const auto& [text, message] : cases) {
    const std::string said =
        complaint([&](Bindings& bindings) { bind_projection(text, bindings); });
    EXPECT_EQ(said, std::string("Invalid ProjectionExpression: ") + message) << text;
  }
}

TEST(Expression, WhatDynamoDbAcceptsIsAccepted) {
  const char* cases[] = {
      "(x) = :v",
      "x = (:v)",
      "NOT NOT x = :v",
      "not x = :v",
      "x=:v",
      "x IN (:v, :v)",
      "x = :v OR y = :v AND z = :v",
      "a.b.c[3] = :v",
      "size(x) = :v",
      "(size(x)) = :v",
      "(attribute_exists(x))",
      "(attribute_exists(x)) AND (x = :v)",
      "((x = :v) AND (y = :v))",
      "x between :t and :v",
      "contains(:l, x)",
  };
  for (const char* text : cases) EXPECT_EQ(condition_complaint(text), "no error") << text;
}

TEST(Expression, LimitsOfSizeOperatorsAndNestingHold) {
  EXPECT_EQ(condition_complaint(std::string(4097, 'x')),
            "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; "
            "expression size: 4097");
  std::string many = "x=:v";
  for (int i = 0; i < 150; ++i) many += " OR x=:v";
  EXPECT_EQ(condition_complaint(many),
            "Invalid ConditionExpression: The expression contains too many operators; operator "
            "count: 301");
  std::string in = "x IN (:v";
  for (int i = 0; i < 100; ++i) in += ",:v";
  EXPECT_EQ(
      condition_complaint(in + ")"),
      "Invalid ConditionExpression: The IN operator is provided with too many operands; number "
      "of operands: 101");
  EXPECT_NE(condition_complaint(std::string(4000, '(')), "no error");
  std::string negations;
  for (int i = 0; i < 900; ++i) negations += "NOT ";
  EXPECT_NE(condition_complaint(negations + "x=:v"), "no error");
}

TEST(Expression, EveryCutOfAnExpressionIsAnsweredWithoutACrash) {
  const std::string text =
      "NOT (a.b[3] BETWEEN :t AND :v) OR #n IN (:v, size(x)) AND begins_with(#n.c, :s)";
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char* extra : {"", "(", ")", "[", "'", "\xff", " AND"}) {
      EXPECT_FALSE(condition_complaint(text.substr(0, i) + extra + text.substr(i)).empty());
      EXPECT_FALSE(condition_complaint(text.substr(0, i) + extra).empty());
      const std::string rest = text.substr(i) + extra;
      const auto said = complaint([&](Bindings& bindings) { bind_update(rest, bindings); });
      EXPECT_TRUE(said.starts_with("Invalid UpdateExpression: ")) << rest;
    }
  }
}

TEST(Expression, UnusedNamesAndValuesAreErrorsThatListThem) {
  const auto names = json::parse(R"({"#a":"x","#b":"y","#c":"z"})");
  const auto document = values();
  Bindings bindings(names->root(), document.root());
  bind_condition("#b = :v", bindings, "ConditionExpression");
  try {
    bindings.check_all_used();
    FAIL() << "expected a Fault";
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.message,
              "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #c}");
  }
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
