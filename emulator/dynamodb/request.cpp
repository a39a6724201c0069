// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/request.h"

#include <algorithm>

#include "emulator/dynamodb/fault.h"

namespace beckon::emulator::dynamodb {
namespace {

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z')
    out[0] = static_cast<char>(out[0] - 'A' + 'a');
  return out;
}

bool absent(json::View view) {
  return !view.exists() || view.is_null();
}

[[noreturn]] void wrong_type(json::View view, const char* wanted) {
  if (view.is_object()) throw serialization("Start of structure or map found where not expected");
  if (view.is_array()) {
    throw serialization(std::string("Unrecognized collection type class java.lang.") + wanted);
  }
  const char* kind = view.is_string()                 ? "STRING_VALUE"
                     : view.is_number()               ? "NUMBER_VALUE"
                     : view.boolean().value_or(false) ? "TRUE_VALUE"
                                                      : "FALSE_VALUE";
  throw serialization(std::string(kind) + " cannot be converted to " + wanted);
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

std::string joined(std::initializer_list<std::string_view> values) {
  std::string out;
  for (auto value : values) out += (out.empty() ? "" : ", ") + std::string(value);
  return out;
}

}  // namespace

std::string text_member(json::View input, const char* name) {
  const json::View view = input[name];
  if (absent(view)) return "";
  if (const auto text = view.string()) return std::string(*text);
  wrong_type(view, "String");
}

std::optional<std::string_view> expression_member(json::View input, const char* name) {
  const json::View view = input[name];
  if (absent(view)) return std::nullopt;
  if (const auto text = view.string()) return text;
  wrong_type(view, "String");
}

std::optional<std::int64_t> integer_member(json::View input, const char* name) {
  const json::View view = input[name];
  if (absent(view)) return std::nullopt;
  if (!view.is_number()) wrong_type(view, "Integer");
  const auto value = view.integer();
  if (!value) throw serialization("DECIMAL_VALUE cannot be converted to Integer");
  return value;
}

bool flag_member(json::View input, const char* name, bool fallback) {
  const json::View view = input[name];
  if (absent(view)) return fallback;
  if (const auto flag = view.boolean()) return *flag;
  wrong_type(view, "Boolean");
}

json::View object_member(json::View input, const char* name) {
  const json::View view = input[name];
  if (absent(view)) return {};
  if (!view.is_object()) throw serialization("Unexpected field type");
  return view;
}

json::View list_member(json::View input, const char* name) {
  const json::View view = input[name];
  if (absent(view)) return {};
  if (!view.is_array()) throw serialization("Unexpected field type");
  return view;
}

std::string constraint_text(std::string_view value, std::string_view member,
                            std::string_view constraint) {
  return "1 validation error detected: Value '" + std::string(value) + "' at '" +
         lower_first(member) + "' failed to satisfy constraint: " + std::string(constraint);
}

std::string enum_member(json::View input, const char* name,
                        std::initializer_list<std::string_view> values) {
  const std::string value = text_member(input, name);
  if (value.empty() || std::find(values.begin(), values.end(), value) != values.end()) return value;
  throw validation(
      constraint_text(value, name, "Member must satisfy enum value set: [" + joined(values) + "]"));
}

bool is_table_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), is_name_character);
}

std::string checked_table_name(std::string_view name) {
  // An ARN stands for its table: arn:aws:dynamodb:region:account:table/name
  const auto slash = name.starts_with("arn:") ? name.find(":table/") : std::string_view::npos;
  if (slash != std::string_view::npos) name = name.substr(slash + 7);
  if (name.size() < 3 || name.size() > 255) {
    throw validation(
        "TableName must be at least 3 characters long and at most 255 characters long");
  }
  if (!is_table_name(name)) {
    throw validation(constraint_text(
        name, "tableName", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"));
  }
  return std::string(name);
}

std::string table_name(json::View input) {
  if (absent(input["TableName"])) {
    throw validation("The parameter 'TableName' is required but was not present in the request");
  }
  return checked_table_name(text_member(input, "TableName"));
}

const Table& existing_table(const Catalog& catalog, std::string_view name) {
  const Table* table = catalog.find(name);
  if (table == nullptr) throw resource_not_found("Requested resource not found");
  return *table;
}

void refuse_legacy(json::View input, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (!absent(input[name])) {
      throw validation("beckon-emulator does not implement the legacy parameter " +
                       std::string(name) + "; use expressions");
    }
  }
}

void check_expression_use(json::View input, std::initializer_list<const char*> with_values,
                          std::initializer_list<const char*> without_values) {
  const auto given = [&](const char* name) { return !absent(input[name]); };
  const bool any_with = std::any_of(with_values.begin(), with_values.end(), given);
  const bool any = any_with || std::any_of(without_values.begin(), without_values.end(), given);
  if (given("ExpressionAttributeNames") && !any) {
    throw validation("ExpressionAttributeNames can only be specified when using expressions");
  }
  if (!given("ExpressionAttributeValues") || any_with) return;
  std::string list;
  for (const char* name : with_values) list += (list.empty() ? "" : " and ") + std::string(name);
  throw validation("ExpressionAttributeValues can only be specified when using expressions: " +
                   list + (with_values.size() > 1 ? " are" : " is") + " null");
}

}  // namespace beckon::emulator::dynamodb
