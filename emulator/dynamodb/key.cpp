// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/key.h"

#include <algorithm>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "emulator/dynamodb/decimal.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/projection.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr const char* kInvalidParameters = "One or more parameter values were invalid: ";
constexpr const char* kNotValid = "One or more parameter values are not valid. ";

bool is_empty(const Value& value) {
  return value.type != Type::kNumber && value.text.empty();
}

const char* kind_of(const Value& value) {
  return value.type == Type::kString ? "string" : "binary";
}

void check_length(const Value& value, bool is_hash) {
  if (value.type == Type::kNumber) return;
  if (is_hash && value.text.size() > kHashBytesMax) {
    throw validation(std::string(kInvalidParameters) +
                     "Size of hashkey has exceeded the maximum size limit of2048 bytes");
  }
  if (!is_hash && value.text.size() > kRangeBytesMax) {
    throw validation(std::string(kInvalidParameters) +
                     "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
  }
}

void check_part(const Value& value, const std::string& name, bool is_hash) {
  if (is_empty(value)) {
    throw validation(std::string(kNotValid) +
                     "The AttributeValue for a key attribute cannot contain an empty " +
                     kind_of(value) + " value. Key: " + name);
  }
  check_length(value, is_hash);
}

void check_item_part(const Item& item, const KeyModel& key, bool is_hash) {
  const auto found = item.find(key.name);
  if (found == item.end()) {
    throw validation(std::string(kInvalidParameters) + "Missing the key " + key.name +
                     " in the item");
  }
  if (!has_key_type(found->second, key.type)) {
    throw validation(std::string(kInvalidParameters) + "Type mismatch for key " + key.name +
                     " expected: " + key.type +
                     " actual: " + std::string(name_of(found->second.type)));
  }
  check_part(found->second, key.name, is_hash);
}

void check_index_part(const Item& item, const KeyModel& key, const IndexModel& index,
                      bool is_hash) {
  const auto found = item.find(key.name);
  if (found == item.end()) return;
  if (!has_key_type(found->second, key.type)) {
    throw validation(std::string(kInvalidParameters) + "Type mismatch for Index Key " + key.name +
                     " Expected: " + key.type + " Actual: " +
                     std::string(name_of(found->second.type)) + " IndexName: " + index.name);
  }
  if (is_empty(found->second)) {
    throw validation(std::string(kNotValid) +
                     "A value specified for a secondary index key is not supported. The "
                     "AttributeValue for a key attribute cannot contain an empty " +
                     kind_of(found->second) + " value. IndexName: " + index.name +
                     ", IndexKey: " + key.name);
  }
  check_length(found->second, is_hash);
}

}  // namespace

bool has_key_type(const Value& value, char type) {
  switch (type) {
    case 'S': return value.type == Type::kString;
    case 'N': return value.type == Type::kNumber;
    default: return value.type == Type::kBinary;
  }
}

std::string key_bytes(const Value& value) {
  if (value.type != Type::kNumber) return value.text;
  const auto number = parse_decimal(value.text);
  BECKON_ASSERT(number.has_value());
  return sort_bytes(*number);
}

void check_key(const Item& key, const Table& table) {
  const auto fits = [&](const KeyModel& part) {
    const auto found = key.find(part.name);
    return found != key.end() && has_key_type(found->second, part.type);
  };
  if (key.size() != (table.range ? 2u : 1u) || !fits(table.hash) ||
      (table.range && !fits(*table.range))) {
    throw validation("The provided key element does not match the schema");
  }
  check_part(key.at(table.hash.name), table.hash.name, true);
  if (table.range) check_part(key.at(table.range->name), table.range->name, false);
}

void check_item(const Item& item, const Table& table) {
  check_item_part(item, table.hash, true);
  if (table.range) check_item_part(item, *table.range, false);
  for (const auto& index : table.indexes) {
    check_index_part(item, index.model.hash, index.model, true);
    if (index.model.range) check_index_part(item, *index.model.range, index.model, false);
  }
}

KeyBytes key_of(const Item& item, const Table& table) {
  return {key_bytes(item.at(table.hash.name)),
          table.range ? key_bytes(item.at(table.range->name)) : ""};
}

Item key_item(const Item& item, const Table& table) {
  return project_names(item, start_key_names(table, nullptr));
}

std::optional<KeyBytes> index_key_of(const Item& item, const IndexModel& index) {
  const auto hash = item.find(index.hash.name);
  if (hash == item.end()) return std::nullopt;
  KeyBytes key{key_bytes(hash->second), ""};
  if (index.range) {
    const auto range = item.find(index.range->name);
    if (range == item.end()) return std::nullopt;
    key.range = key_bytes(range->second);
  }
  return key;
}

std::vector<std::string> start_key_names(const Table& table, const Index* index) {
  std::vector<std::string> names{table.hash.name};
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  if (table.range) add(table.range->name);
  if (index != nullptr) {
    add(index->model.hash.name);
    if (index->model.range) add(index->model.range->name);
  }
  return names;
}

std::optional<std::int64_t> expiry_of(const Item& item, const std::string& attribute) {
  if (attribute.empty()) return std::nullopt;
  const auto found = item.find(attribute);
  if (found == item.end() || found->second.type != Type::kNumber) return std::nullopt;
  const auto seconds = base::parse_int64(found->second.text);
  if (!seconds) return std::nullopt;
  return *seconds;
}

}  // namespace beckon::emulator::dynamodb
