// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/value_json.h"

#include <optional>

#include "common/base/bytes.h"
#include "emulator/dynamodb/decimal.h"
#include "emulator/dynamodb/fault.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr const char* kInvalidParameters = "One or more parameter values were invalid: ";

[[noreturn]] void wrong_json(json::View view, const char* wanted) {
  if (view.is_bool()) {
    throw serialization(std::string(*view.boolean() ? "TRUE_VALUE" : "FALSE_VALUE") +
                        " cannot be converted to " + wanted);
  }
  if (view.is_number()) {
    throw serialization(std::string(view.integer() ? "NUMBER_VALUE" : "DECIMAL_VALUE") +
                        " cannot be converted to " + wanted);
  }
  if (view.is_string()) {
    throw serialization(std::string("STRING_VALUE cannot be converted to ") + wanted);
  }
  if (view.is_array()) {
    throw serialization(std::string("Unrecognized collection type class java.lang.") + wanted);
  }
  throw serialization("Start of structure or map found where not expected");
}

std::string read_text(json::View view) {
  if (const auto text = view.string()) return std::string(*text);
  wrong_json(view, "String");
}

bool read_flag(json::View view) {
  if (const auto flag = view.boolean()) return *flag;
  wrong_json(view, "Boolean");
}

std::string read_number(json::View view) {
  const auto parsed = parse_decimal(read_text(view));
  if (!parsed) throw validation(parsed.error().message);
  return to_string(*parsed);
}

std::string read_bytes(json::View view) {
  if (!view.is_string())
    throw serialization("only base-64-encoded strings are convertible to bytes");
  const std::string_view text = *view.string();
  if (text.size() % 4 != 0) {
    throw serialization("Base64 encoded length is expected a multiple of 4 bytes but found: " +
                        std::to_string(text.size()));
  }
  auto bytes = base::base64_decode(text);
  if (!bytes) throw serialization("Invalid Base64 text: " + bytes.error().message);
  return *std::move(bytes);
}

void read_set(json::View view, Value& value) {
  if (!view.is_array()) throw serialization("Unexpected field type");
  for (json::View element : view) {
    switch (value.type) {
      case Type::kNumberSet: value.members.push_back(read_number(element)); break;
      case Type::kBinarySet: value.members.push_back(read_bytes(element)); break;
      default: value.members.push_back(read_text(element));
    }
  }
  if (value.members.empty()) {
    throw validation(std::string(kInvalidParameters) +
                     (value.type == Type::kStringSet   ? "An string set  may not be empty"
                      : value.type == Type::kNumberSet ? "An number set  may not be empty"
                                                       : "Binary sets should not be empty"));
  }
  const std::vector<std::string> given = value.members;
  normalize_set(value);
  if (value.members.size() == given.size()) return;
  if (value.type == Type::kNumberSet) throw validation("Input collection contains duplicates");
  std::string text;
  for (const auto& member : given) {
    text += (text.empty() ? "" : ", ") +
            (value.type == Type::kBinarySet ? base::base64(member) : member);
  }
  throw validation(std::string(kInvalidParameters) + "Input collection [" + text + "]" +
                   (value.type == Type::kBinarySet ? "of type BS " : " ") + "contains duplicates.");
}

std::optional<Type> type_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Type::kMap); ++i) {
    if (name_of(static_cast<Type>(i)) == name) return static_cast<Type>(i);
  }
  return std::nullopt;
}

Value read_at_depth(json::View view, int depth);

void read_content(json::View content, int depth, Value& value) {
  switch (value.type) {
    case Type::kString: value.text = read_text(content); return;
    case Type::kNumber: value.text = read_number(content); return;
    case Type::kBinary: value.text = read_bytes(content); return;
    case Type::kBool: value.flag = read_flag(content); return;
    case Type::kNull:
      if (!read_flag(content)) {
        throw validation(std::string(kInvalidParameters) +
                         "Null attribute value types must have the value of true");
      }
      return;
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: read_set(content, value); return;
    case Type::kList:
      if (!content.is_array()) throw serialization("Unexpected field type");
      for (json::View element : content) value.list.push_back(read_at_depth(element, depth + 1));
      return;
    case Type::kMap:
      if (!content.is_object()) throw serialization("Unexpected field type");
      for (json::View member : content) {
        value.map.emplace(std::string(member.key()), read_at_depth(member, depth + 1));
      }
      return;
  }
}

Value read_at_depth(json::View view, int depth) {
  if (!view.is_object()) throw serialization("Unexpected value type in payload");
  if (depth > kNestingMax) {
    throw validation(std::string(kInvalidParameters) +
                     "Nesting Levels have exceeded supported limits");
  }
  Value value;
  int found = 0;
  for (json::View member : view) {
    const auto type = type_named(member.key());
    if (!type || member.is_null()) continue;
    if (++found > 1) break;
    value.type = *type;
    read_content(member, depth, value);
  }
  if (found == 0) {
    throw validation(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
  if (found > 1) {
    throw validation(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        "supported datatypes");
  }
  return value;
}

void write_members(json::Writer& writer, const Value& value) {
  writer.begin_array();
  for (const auto& member : value.members) {
    writer.string(value.type == Type::kBinarySet ? base::base64(member) : member);
  }
  writer.end_array();
}

}  // namespace

Value read_value(json::View view) {
  return read_at_depth(view, 0);
}

Item read_item(json::View view, const char* what) {
  if (!view.is_object()) {
    if (!view.exists() || view.is_null()) {
      throw validation("The parameter '" + std::string(what) +
                       "' is required but was not present in the request");
    }
    throw serialization(view.is_array()
                            ? "Unrecognized collection type java.util.Map<java.lang.String, "
                              "com.amazonaws.dynamodb.v20120810.AttributeValue>"
                            : "Unexpected field type");
  }
  Item item;
  for (json::View member : view) item.emplace(std::string(member.key()), read_value(member));
  return item;
}

void write_value(json::Writer& writer, const Value& value) {
  writer.begin_object().key(name_of(value.type));
  switch (value.type) {
    case Type::kString:
    case Type::kNumber: writer.string(value.text); break;
    case Type::kBinary: writer.string(base::base64(value.text)); break;
    case Type::kBool:
    case Type::kNull: writer.boolean(value.flag); break;
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: write_members(writer, value); break;
    case Type::kList:
      writer.begin_array();
      for (const auto& element : value.list) write_value(writer, element);
      writer.end_array();
      break;
    case Type::kMap: write_item(writer, value.map); break;
  }
  writer.end_object();
}

void write_item(json::Writer& writer, const Item& item) {
  writer.begin_object();
  for (const auto& [name, value] : item) {
    writer.key(name);
    write_value(writer, value);
  }
  writer.end_object();
}

std::string item_json(const Item& item) {
  json::Writer writer;
  write_item(writer, item);
  return writer.take();
}

Item stored_item(std::string_view text) {
  const auto document = json::parse(text, json::kDepthMaxHost);
  if (!document) throw internal_error();
  return read_item(document->root(), "stored item");
}

}  // namespace beckon::emulator::dynamodb
