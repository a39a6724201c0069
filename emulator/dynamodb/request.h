// SPDX-License-Identifier: Apache-2.0
// Reading the members of a request with DynamoDB's errors. All throw Fault.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "emulator/dynamodb/catalog.h"

namespace beckon::emulator::dynamodb {

// "" or none if the member is absent or null; SerializationException for other types.
std::string text_member(json::View input, const char* name);
std::optional<std::string_view> expression_member(json::View input, const char* name);
std::optional<std::int64_t> integer_member(json::View input, const char* name);
bool flag_member(json::View input, const char* name, bool fallback);
json::View object_member(json::View input, const char* name);  // a null view if absent
json::View list_member(json::View input, const char* name);

// One of the values, or "" if absent.
std::string enum_member(json::View input, const char* name,
                        std::initializer_list<std::string_view> values);

// The table's name; present and well-formed, or a plain name taken from an ARN.
std::string table_name(json::View input);
std::string checked_table_name(std::string_view name);
bool is_table_name(std::string_view name);  // its characters; index names have the same
const Table& existing_table(const Catalog& catalog, std::string_view name);

// Error that names the first of these if the request has it: they come from before expressions.
void refuse_legacy(json::View input, std::initializer_list<const char*> names);

// ExpressionAttributeNames and -Values without any of these expressions are errors.
void check_expression_use(json::View input, std::initializer_list<const char*> with_values,
                          std::initializer_list<const char*> without_values);

// DynamoDB's sentence for one failed constraint.
std::string constraint_text(std::string_view value, std::string_view member,
                            std::string_view constraint);

}  // namespace beckon::emulator::dynamodb
