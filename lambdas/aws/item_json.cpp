// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/item_json.h"

namespace beckon::lambdas {

void write_value(json::Writer& out, const AttributeValue& value) {
  out.begin_object();
  if (const auto* text = std::get_if<std::string>(&value)) {
    out.member("S", *text);
  } else if (const auto* number = std::get_if<Number>(&value)) {
    out.member("N", number->text);
  } else {
    out.member("BOOL", std::get<bool>(value));
  }
  out.end_object();
}

void write_item(json::Writer& out, const Item& item) {
  out.begin_object();
  for (const auto& [name, value] : item) {
    out.key(name);
    write_value(out, value);
  }
  out.end_object();
}

Item read_item(json::View view) {
  Item item;
  for (const json::View attribute : view) {
    const std::string name(attribute.key());
    if (const auto text = attribute["S"].string()) {
      item.emplace(name, std::string(*text));
    } else if (const auto number = attribute["N"].string()) {
      item.emplace(name, Number{std::string(*number)});
    } else if (const auto boolean = attribute["BOOL"].boolean()) {
      item.emplace(name, *boolean);
    }
  }
  return item;
}

}  // namespace beckon::lambdas
