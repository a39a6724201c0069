// SPDX-License-Identifier: Apache-2.0
// An error answer of DynamoDB, thrown inside this folder and caught in DynamoDbService::handle: the
// checks sit deep in parsers and evaluators, and each of them ends the request.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace beckon::emulator::dynamodb {

struct Fault : std::exception {
  Fault(std::string type_name, std::string text, int http_status = 400)
      : type(std::move(type_name)), message(std::move(text)), status(http_status) {}
  const char* what() const noexcept override { return message.c_str(); }

  std::string type;  // with its namespace, as in "__type"
  std::string message;
  int status = 400;
  std::string members;           // JSON text of further members, `"Item":{…}`; "" if none
  bool capital_message = false;  // the member is called "Message"
};

Fault validation(std::string message);     // ValidationException
Fault serialization(std::string message);  // SerializationException
Fault resource_not_found(std::string message);
Fault resource_in_use(std::string message);
Fault conditional_check_failed();
Fault internal_error();  // 500 InternalServerError; the reason is for the log

// ValidationException for a parameter or value that DynamoDB knows and this emulator does not.
Fault not_supported(std::string_view what);

}  // namespace beckon::emulator::dynamodb
