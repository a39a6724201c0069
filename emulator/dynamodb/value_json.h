// SPDX-License-Identifier: Apache-2.0
// Attribute values and items as JSON: {"name":{"S":"Bob"}}. The same text is what is stored.
#pragma once

#include <string>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "emulator/dynamodb/value.h"

namespace beckon::emulator::dynamodb {

// One AttributeValue. Throws Fault: SerializationException for wrong JSON types,
// ValidationException for values that DynamoDB refuses.
Value read_value(json::View view);

// A map of attributes. what: the parameter's name, for errors.
Item read_item(json::View view, const char* what);

void write_value(json::Writer& writer, const Value& value);
void write_item(json::Writer& writer, const Item& item);
std::string item_json(const Item& item);

// An item that item_json wrote. Throws Fault InternalServerError if it is not one.
Item stored_item(std::string_view text);

}  // namespace beckon::emulator::dynamodb
