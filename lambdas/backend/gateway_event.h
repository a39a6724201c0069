// SPDX-License-Identifier: Apache-2.0
// What API Gateway gives a function, and what it takes back. Who the caller is comes from
// requestContext.authorizer alone: nothing in a message, a header or a query is believed after
// `authorize` has spoken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/json/json.h"
#include "common/protocol/messages.h"

namespace beckon::lambdas {

struct GatewayEvent {
  std::string route_key;
  std::string connection_id;
  std::int64_t connected_at_ms = 0;
  std::string user_id;
  std::string device_id;
  std::string public_key;  // with which the device was let in, as its row has it; "" in open mode
  std::string source_ip;   // "" if not given
  std::string user_agent;  // the same; cut at 256 bytes
  std::string body;        // MESSAGE events; "" if there is none
};

// The event's JSON. A client may send U+0000 in its message or its query, and API Gateway hands it
// on as an escape, which our reader refuses: that would fail the function over a client's mistake.
// It becomes U+0001, which is refused where the client's own text is read.
base::Result<json::Document> parse_gateway_text(std::string_view text);

// kInvalid names the field: the function then fails, since this is a wrong deployment and not a
// client's mistake.
base::Result<GatewayEvent> decode_gateway_event(std::string_view text);

// True for a user or device id as Beckon takes it: 1 to bytes_max bytes of UTF-8 without control
// characters.
bool is_identifier(std::string_view text, std::size_t bytes_max);

// The same for a device's id, which must not look like a row of the devices table that is none.
bool is_device_id(std::string_view text);

// The function's result: {"statusCode":…} with the frame as body. API Gateway refuses results with
// any other member.
std::string answer(int status_code);
std::string answer_frame(std::string_view frame);
std::string answer_error(std::string_view code, std::string_view message);

}  // namespace beckon::lambdas
