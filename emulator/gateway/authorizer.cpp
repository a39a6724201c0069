// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/authorizer.h"

#include "common/json/json.h"
#include "common/json/writer.h"
#include "common/sigv4/canonical.h"

namespace beckon::emulator {
namespace {

using Kind = AuthorizerVerdict::Kind;

constexpr std::size_t kResultBytesMax = 8192;
constexpr std::string_view kAction = "execute-api:invoke";

AuthorizerVerdict misconfigured(std::string reason) {
  return {Kind::kMisconfigured, std::move(reason), {}};
}

// A string or a list of strings: true if one of them matches.
template <class Match>
bool any_matches(json::View patterns, const Match& match) {
  if (const auto one = patterns.string()) return match(*one);
  for (const json::View pattern : patterns) {
    if (const auto text = pattern.string(); text && match(*text)) return true;
  }
  return false;
}

bool applies(json::View statement, std::string_view method_arn) {
  return any_matches(statement["Action"],
                     [](std::string_view pattern) {
                       return iam_pattern_matches(sigv4::lower_case(pattern), kAction);
                     }) &&
         any_matches(statement["Resource"], [&](std::string_view pattern) {
           return iam_pattern_matches(pattern, method_arn);
         });
}

// "" if the statement has the form that is supported here.
std::string check_statement(json::View statement) {
  for (const json::View member : statement) {
    const std::string_view key = member.key();
    if (key != "Action" && key != "Effect" && key != "Resource" && key != "Sid") {
      return "the emulator does not evaluate '" + std::string(key) + "' in a policy statement";
    }
  }
  const std::string_view effect = statement["Effect"].string_or("");
  if (effect != "Allow" && effect != "Deny") return "a statement's Effect must be Allow or Deny";
  if (!statement["Action"].exists() || !statement["Resource"].exists()) {
    return "a statement needs Action and Resource";
  }
  return {};
}

AuthorizerVerdict evaluate_policy(json::View policy, std::string_view method_arn) {
  const json::View statements = policy["Statement"];
  if (!statements.is_array() && !statements.is_object()) {
    return misconfigured("policyDocument.Statement must be an object or a list");
  }
  bool allowed = false;
  bool denied = false;
  std::string problem;
  const auto visit = [&](json::View statement) {
    if (problem.empty()) problem = check_statement(statement);
    if (!applies(statement, method_arn)) return;
    (statement["Effect"].string_or("") == "Deny" ? denied : allowed) = true;
  };
  if (statements.is_object()) {
    visit(statements);
  } else {
    for (const json::View statement : statements) visit(statement);
  }
  if (!problem.empty()) return misconfigured(problem);
  if (denied) return {Kind::kDeny, "an explicit deny for " + std::string(method_arn), {}};
  if (!allowed) return {Kind::kNotAllowed, "nothing allows " + std::string(method_arn), {}};
  return {Kind::kAllow, {}, {}};
}

}  // namespace

bool iam_pattern_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last '*' seen, and where its run began
  std::size_t run = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      run = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++run;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

AuthorizerVerdict evaluate_authorizer(std::string_view payload, std::string_view method_arn) {
  if (payload.size() > kResultBytesMax) {
    return misconfigured("an authorizer's result may have 8 KB, not " +
                         std::to_string(payload.size()) + " B");
  }
  const auto document = json::parse(payload, json::kDepthMaxHost);
  if (!document || !document->root().is_object())
    return misconfigured("the result is not a JSON object");
  const auto principal = (*document)["principalId"].string();
  if (!principal || principal->empty())
    return misconfigured("principalId is missing or not a string");
  const json::View policy = (*document)["policyDocument"];
  if (!policy.is_object()) return misconfigured("policyDocument is missing or not an object");
  AuthorizerVerdict verdict = evaluate_policy(policy, method_arn);
  if (verdict.kind != Kind::kAllow) return verdict;

  for (const json::View value : (*document)["context"]) {
    if (value.is_object() || value.is_array()) {
      return misconfigured("context." + std::string(value.key()) +
                           " must be a string, number or boolean");
    }
    if (value.is_null() || value.key() == "principalId") continue;
    json::append_quoted(verdict.context_members, value.key());
    verdict.context_members += ':';
    const auto text = value.string();
    json::append_quoted(verdict.context_members, text ? std::string(*text) : value.print());
    verdict.context_members += ',';
  }
  verdict.context_members += "\"principalId\":";
  json::append_quoted(verdict.context_members, *principal);
  return verdict;
}

}  // namespace beckon::emulator
