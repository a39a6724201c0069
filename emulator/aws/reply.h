// SPDX-License-Identifier: Apache-2.0
// AwsReply to HttpResponse: the headers that every answer of an AWS JSON API carries.
#pragma once

#include <string>
#include <string_view>

#include "emulator/aws/service.h"
#include "emulator/http/message.h"

namespace beckon::emulator {

// DynamoDB: 52 upper-case letters and digits; the others: a UUID.
std::string new_request_id(bool dynamodb);

// content_type: as the request asked. dynamodb: adds x-amz-crc32 of the body.
HttpResponse to_http(AwsReply reply, std::string_view content_type, bool dynamodb);

// The text with U+FFFD for what is no UTF-8 and for the characters that XML cannot hold at all, not
// even escaped: controls but tab, line feed and carriage return; U+FFFE, U+FFFF.
std::string xml_characters(std::string_view text);

// Text between tags, of xml_characters() of it. A carriage return is written as a reference:
// parsers drop a plain one.
std::string xml_escaped(std::string_view text);

// The answer to clients of AWS's query protocol (form-encoded "Action=…"), which reads XML errors.
HttpResponse xml_error(int status, std::string_view code, std::string_view message);

}  // namespace beckon::emulator
