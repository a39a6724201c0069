// SPDX-License-Identifier: Apache-2.0
// Keys: which attributes they are, whether an item's fit, and as bytes that sort like the values.
#pragma once

#include <optional>
#include <string>

#include "emulator/dynamodb/catalog.h"
#include "emulator/dynamodb/store.h"
#include "emulator/dynamodb/value.h"

namespace beckon::emulator::dynamodb {

inline constexpr std::size_t kHashBytesMax = 2048;   // Service quotas: partition key length
inline constexpr std::size_t kRangeBytesMax = 1024;  // Service quotas: sort key length

bool has_key_type(const Value& value, char type);
// The value must have the type. S, B: its bytes; N: decimal.h's sort_bytes.
std::string key_bytes(const Value& value);

// A request's Key: exactly the key attributes, of their types, within the limits. Throws Fault.
void check_key(const Item& key, const Table& table);
// An item to be written: has the table's keys, and index keys, where it has them, fit. Throws
// Fault.
void check_item(const Item& item, const Table& table);

// Of a checked key or item.
KeyBytes key_of(const Item& item, const Table& table);
Item key_item(const Item& item, const Table& table);

// None if the item lacks one of the index's keys, so that it is not in the index.
std::optional<KeyBytes> index_key_of(const Item& item, const IndexModel& index);

// The names that a page's LastEvaluatedKey holds.
std::vector<std::string> start_key_names(const Table& table, const Index* index);

// The TTL of the item in seconds, if its attribute is a whole number. attribute: "" is none.
std::optional<std::int64_t> expiry_of(const Item& item, const std::string& attribute);

}  // namespace beckon::emulator::dynamodb
