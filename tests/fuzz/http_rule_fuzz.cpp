// SPDX-License-Identifier: Apache-2.0
// An http rule is refused, or what it makes of any event goes to the host that the list allows, is
// one request, and has no step in its path that the event made.
//
// Input: a line with the rule's action, then the event's data. The data's members "v" and "w" are
// texts often.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/config.h"
#include "agent/config_reader.h"
#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/json/json.h"
#include "platform/linux/actions/http_template.h"

namespace {

using namespace beckon;

platform::HttpAllow allowed() {
  platform::HttpAllow allow;
  BECKON_ASSERT(allow.add("hooks.example").has_value());
  return allow;
}

void check(const platform::HttpRequest& request) {
  BECKON_ASSERT(request.url.secure && request.url.port == 443);
  BECKON_ASSERT(std::ranges::equal(request.url.host, std::string_view("hooks.example"), {},
                                   [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; }));
  const std::string& path = request.url.path;
  BECKON_ASSERT(path.starts_with('/'));
  BECKON_ASSERT(std::ranges::none_of(
      path, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }));
  for (const agent::Header& header : request.headers) {
    BECKON_ASSERT(agent::is_header_name(header.name) && agent::is_header_value(header.value));
  }
}

// As a server may read it that decodes a path first and takes a backslash for a slash.
bool has_step(std::string_view path) {
  std::string decoded = base::percent_decode(path.substr(0, path.find('?'))) + "/";
  std::ranges::replace(decoded, '\\', '/');
  return decoded.find("/../") != std::string::npos || decoded.find("/./") != std::string::npos;
}

// A template that an event fills, and no "${" that is meant as it stands.
bool takes_values(std::string_view url) {
  return url.find("${") != std::string_view::npos && url.find("$${") == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string_view rest = text.substr(std::min(line + 1, text.size()));
  const auto action = json::parse(text.substr(0, line));
  if (!action) return 0;
  agent::ConfigErrors errors;
  agent::ObjectReader reader(action->root(), "action", errors);
  const auto rule = platform::HttpTemplate::read(reader, allowed());
  BECKON_ASSERT(rule.has_value() == errors.empty());
  if (!rule) return 0;
  protocol::Event event;
  event.name = "door.opened";
  const auto body = json::parse(rest);
  event.data = body && body->root().is_object() ? std::string(rest) : "{}";
  const auto request = rule->fill(agent::ReceivedEvent("k3f9", std::move(event), {}));
  if (request) {
    check(*request);
    const bool filled = takes_values(action->root()["url"].string_or(""));
    BECKON_ASSERT(!filled || !has_step(request->url.path));
  } else {
    BECKON_ASSERT(!request.error().message.empty());
  }
  return 0;
}
