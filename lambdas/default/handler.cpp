// SPDX-License-Identifier: Apache-2.0
#include "lambdas/default/handler.h"

#include "common/json/json.h"
#include "lambdas/backend/gateway_event.h"

namespace beckon::lambdas {
namespace {

constexpr std::size_t kShownBytesMax = 40;

}  // namespace

base::Result<std::string> handle_default(std::string_view text) {
  const auto event = decode_gateway_event(text);
  if (!event) return std::unexpected(event.error());
  const auto body = json::parse(event->body);
  if (!body) return answer_error("unknown_action", "expected JSON: " + body.error().message);
  std::string message = "expected an object with \"action\" \"sync\" or \"send\", got ";
  if (const auto action = (*body)["action"].string()) {
    message += action->size() <= kShownBytesMax
                   ? "\"" + std::string(*action) + "\""
                   : "another one of " + std::to_string(action->size()) + " bytes";
  } else {
    message += body->root().is_object() ? (*body)["action"].type_name() : body->root().type_name();
  }
  return answer_error("unknown_action", message);
}

}  // namespace beckon::lambdas
