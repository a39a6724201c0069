// SPDX-License-Identifier: Apache-2.0
// Which resource types and properties there are. Names are CloudFormation's; a property that AWS
// would refuse is an error here as well. What the properties mean is decided in build_*.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulator/template/diagnostics.h"
#include "emulator/template/node.h"

namespace beckon::emulator {

enum class PropertyKind { kText, kInteger, kNumber, kBoolean, kTexts, kObject, kObjects, kAny };

struct PropertySchema {
  std::string name;
  PropertyKind kind = PropertyKind::kAny;
  bool needed = false;
  bool noted = false;  // known, but without effect here although one would expect one
  std::vector<PropertySchema> members;  // of kObject and kObjects; empty: any

  PropertySchema required() const {
    PropertySchema copy = *this;
    copy.needed = true;
    return copy;
  }
  PropertySchema without_effect() const {
    PropertySchema copy = *this;
    copy.noted = true;
    return copy;
  }
};

struct ResourceSchema {
  std::string type;
  std::string name_property;            // which gives the physical name; "" if none does
  std::vector<std::string> attributes;  // what Fn::GetAtt may ask for
  std::vector<PropertySchema> properties;
};

// The schema of a type that the emulator builds from, or nullptr.
const ResourceSchema* find_schema(std::string_view type);

// True for types that are fine in a template and mean nothing to the emulator (roles, log groups).
bool is_without_effect(std::string_view type);

// The property that names such a resource ("RoleName"), "" if unknown.
std::string_view name_property_without_effect(std::string_view type);

// All types find_schema knows, for messages.
std::vector<std::string> modelled_types();

// Checks evaluated properties against a schema: unknown names, missing ones, wrong kinds. at: where
// to report what is missing. where: "resource Foo" or "resource Foo: Environment", for messages.
void check_properties(const TemplateNode& properties, const std::vector<PropertySchema>& schema,
                      SourcePosition at, const std::string& where, TemplateErrors& errors,
                      std::vector<std::string>& notes);

}  // namespace beckon::emulator
