// SPDX-License-Identifier: Apache-2.0
// The request's names and values: read, checked, and counted as used.
#include "emulator/dynamodb/expression_binder.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {
namespace {

bool is_alias(std::string_view key, char first) {
  if (key.size() < 2 || key[0] != first) return false;
  for (char c : key.substr(1)) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word && c != '_') return false;
  }
  return true;
}

// The member as an object, null if absent; throws for other types and for an empty one.
json::View checked_object(json::View view, const char* parameter) {
  if (!view.exists() || view.is_null()) return {};
  if (!view.is_object()) throw serialization("Unexpected field type");
  if (view.size() == 0) throw validation(std::string(parameter) + " must not be empty");
  return view;
}

[[noreturn]] void bad_key(const char* parameter, std::string_view key) {
  throw validation(std::string(parameter) + " contains invalid key: Syntax error; key: \"" +
                   std::string(key) + "\"");
}

}  // namespace

Bindings::Bindings(json::View names, json::View values) {
  constexpr const char* kNames = "ExpressionAttributeNames";
  constexpr const char* kValues = "ExpressionAttributeValues";
  for (json::View member : checked_object(names, kNames)) {
    if (!is_alias(member.key(), '#')) bad_key(kNames, member.key());
    if (!member.is_string()) throw serialization("Unexpected field type");
    if (member.string_or("").empty()) {
      throw validation(std::string(kNames) +
                       " contains invalid value: Empty attribute name for key " +
                       std::string(member.key()));
    }
    names_.emplace(member.key(), member.string_or(""));
  }
  for (json::View member : checked_object(values, kValues)) {
    if (!is_alias(member.key(), ':')) bad_key(kValues, member.key());
    try {
      values_.emplace(std::string(member.key()), read_value(member));
    } catch (Fault& fault) {
      if (fault.type.ends_with("#ValidationException")) {
        fault.message = std::string(kValues) + " contains invalid value: " + fault.message +
                        " for key " + std::string(member.key());
      }
      throw;
    }
  }
}

const std::string* Bindings::name(const std::string& alias) {
  const auto found = names_.find(alias);
  if (found == names_.end()) return nullptr;
  used_.insert(alias);
  return &found->second;
}

const Value* Bindings::value(const std::string& alias) {
  const auto found = values_.find(alias);
  if (found == values_.end()) return nullptr;
  used_.insert(alias);
  return &found->second;
}

void Bindings::check_all_used() const {
  const auto check = [this](const auto& all, const char* parameter) {
    std::string unused;
    for (const auto& [key, ignored] : all) {
      if (!used_.contains(key)) unused += (unused.empty() ? "" : ", ") + key;
    }
    if (unused.empty()) return;
    throw validation("Value provided in " + std::string(parameter) +
                     " unused in expressions: keys: {" + unused + "}");
  };
  check(names_, "ExpressionAttributeNames");
  check(values_, "ExpressionAttributeValues");
}

}  // namespace beckon::emulator::dynamodb
