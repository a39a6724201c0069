// SPDX-License-Identifier: Apache-2.0
// The events that functions get, member by member in the order of events recorded on API Gateway.
// Decides their form only; ids and times are handed in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "emulator/gateway/client_request.h"

namespace beckon::emulator {

// What all events of one connection have in common. Views into the connection.
struct ConnectionFacts {
  std::string_view connection_id;
  std::string_view source_ip;
  std::string_view user_agent;
  std::string_view domain_name;         // the Host that the client asked for
  std::string_view authorizer_members;  // as JSON text without braces; "" without an authorizer
  std::int64_t connected_at_ms = 0;
};

struct ApiFacts {
  std::string api_id;
  std::string stage;
  std::map<std::string, std::string> stage_variables;
};

struct EventStamp {
  std::string_view request_id;
  base::WallTime time;
};

// "04/Mar/2026:10:11:12 +0000"
std::string format_clf(base::WallTime time);

std::string connect_event(const ApiFacts& api, const ConnectionFacts& connection,
                          const EventStamp& stamp, const ClientRequest& request);

// The event of a REQUEST authorizer. method_arn: of the $connect route.
std::string authorizer_event(const ApiFacts& api, const ConnectionFacts& connection,
                             const EventStamp& stamp, const ClientRequest& request,
                             std::string_view method_arn);

struct MessageFacts {
  std::string_view route_key;
  std::string_view message_id;
  std::string_view body;
};
std::string message_event(const ApiFacts& api, const ConnectionFacts& connection,
                          const EventStamp& stamp, const MessageFacts& message);

struct DisconnectFacts {
  int code = 0;
  std::string_view reason;
};
std::string disconnect_event(const ApiFacts& api, const ConnectionFacts& connection,
                             const EventStamp& stamp, const DisconnectFacts& disconnect);

}  // namespace beckon::emulator
