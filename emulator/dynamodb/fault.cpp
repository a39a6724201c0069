// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/fault.h"

#include <string_view>

namespace beckon::emulator::dynamodb {
namespace {

constexpr std::string_view kDynamoDb = "com.amazonaws.dynamodb.v20120810#";
constexpr std::string_view kCoral = "com.amazon.coral.service#";
constexpr std::string_view kValidate = "com.amazon.coral.validate#";

Fault make(std::string_view space, std::string_view name, std::string message, int status = 400) {
  return Fault(std::string(space) + std::string(name), std::move(message), status);
}

}  // namespace

Fault validation(std::string message) {
  return make(kValidate, "ValidationException", std::move(message));
}

Fault serialization(std::string message) {
  Fault fault = make(kCoral, "SerializationException", std::move(message));
  fault.capital_message = true;
  return fault;
}

Fault resource_not_found(std::string message) {
  return make(kDynamoDb, "ResourceNotFoundException", std::move(message));
}

Fault resource_in_use(std::string message) {
  return make(kDynamoDb, "ResourceInUseException", std::move(message));
}

Fault conditional_check_failed() {
  return make(kDynamoDb, "ConditionalCheckFailedException", "The conditional request failed");
}

Fault internal_error() {
  return make(kDynamoDb, "InternalServerError",
              "The request processing has failed because of an "
              "unknown error, exception or failure; see the emulator's log",
              500);
}

Fault not_supported(std::string_view what) {
  return validation("beckon-emulator does not implement " + std::string(what));
}

}  // namespace beckon::emulator::dynamodb
