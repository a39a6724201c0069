// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/paths.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "common/base/bytes.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kConnections = "@connections";
constexpr std::size_t kIdBytes = 16;

std::vector<std::string> decoded_segments(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = path.find('/');
    segments.push_back(base::percent_decode(path.substr(0, end)));
    path.remove_prefix(end == std::string_view::npos ? path.size() : end);
  }
  return segments;
}

}  // namespace

bool is_stage_path(std::string_view path, std::string_view stage) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path.size() == stage.size() + 1 && path.front() == '/' && path.substr(1) == stage;
}

std::optional<ConnectionsPath> parse_connections_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  const std::vector<std::string> segments = decoded_segments(path);
  if (segments.size() == 2 && segments[0] == kConnections) return ConnectionsPath{"", segments[1]};
  if (segments.size() == 3 && segments[1] == kConnections) {
    return ConnectionsPath{segments[0], segments[2]};
  }
  return std::nullopt;
}

bool is_connection_id(std::string_view id) {
  return id.size() == kIdBytes && id.back() == '=' &&
         std::all_of(id.begin(), id.end() - 1, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
         });
}

}  // namespace beckon::emulator
