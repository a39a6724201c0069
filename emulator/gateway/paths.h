// SPDX-License-Identifier: Apache-2.0
// Which URL paths belong to the WebSocket API and to @connections.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace beckon::emulator {

// "/dev" or "/dev/".
bool is_stage_path(std::string_view path, std::string_view stage);

struct ConnectionsPath {
  std::string stage;          // "" if the path has none
  std::string connection_id;  // decoded
};

// "/dev/@connections/<id>" with any of it percent-encoded; nothing if "@connections" is not there.
std::optional<ConnectionsPath> parse_connections_path(std::string_view path);

// "^[A-Za-z0-9_-]{15}=$": every id that API Gateway was seen to give.
bool is_connection_id(std::string_view id);

}  // namespace beckon::emulator
