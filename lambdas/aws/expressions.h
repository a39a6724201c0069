// SPDX-License-Identifier: Apache-2.0
// Conditions, updates and key ranges as DynamoDB's expression text. Every name and value goes in as
// an alias (#n0, :v0), so no attribute can be a reserved word and no value can be syntax.
#pragma once

#include <string>
#include <vector>

#include "common/json/writer.h"
#include "lambdas/aws/database.h"

namespace beckon::lambdas {

// The placeholders of one request; shared by all its expressions.
class Placeholders {
 public:
  std::string name(const std::string& attribute);  // "#n0"; the same for the same attribute
  std::string value(const AttributeValue& value);  // ":v0"; a new one each time

  // Adds ExpressionAttributeNames and ExpressionAttributeValues to an open object, if there are
  // any.
  void write(json::Writer& out) const;

 private:
  std::vector<std::string> names_;
  std::vector<AttributeValue> values_;
};

// "" if the condition is always true.
std::string render_condition(const Condition& condition, Placeholders& placeholders);

// "SET … REMOVE … ADD …"; "" if nothing is changed.
std::string render_update(const Update& update, Placeholders& placeholders);

// The KeyConditionExpression of a query.
std::string render_key_condition(const QueryRequest& request, Placeholders& placeholders);

}  // namespace beckon::lambdas
