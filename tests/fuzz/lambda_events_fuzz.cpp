// SPDX-License-Identifier: Apache-2.0
// Whatever event a function is given, it answers or says what is wrong; and what decodes is within
// the limits that everything behind it relies on.
#include <cstdint>

#include "common/base/assert.h"
#include "common/json/json.h"
#include "lambdas/authorize/handler.h"
#include "lambdas/backend/bus_event.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/publish.h"
#include "lambdas/default/handler.h"
#include "tests/support/backend/fake_connections.h"
#include "tests/support/backend/fake_pace.h"
#include "tests/support/backend/memory_database.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto event = lambdas::decode_gateway_event(text)) {
    BECKON_ASSERT(lambdas::is_identifier(event->user_id, protocol::kUserIdBytesMax));
    BECKON_ASSERT(lambdas::is_identifier(event->device_id, protocol::kDeviceIdBytesMax));
    const auto answered = lambdas::handle_default(text);
    BECKON_ASSERT(answered && json::parse(*answered));
  }
  if (const auto posted = lambdas::decode_bus_event(text)) {
    BECKON_ASSERT(!posted->user_id.empty() && posted->draft.ttl_s > 0);
    BECKON_ASSERT(json::parse(posted->draft.data, json::kDepthMaxHost).has_value());
    static_cast<void>(lambdas::check_draft(posted->draft));
  } else {
    BECKON_ASSERT(posted.error().message.find(": ") != std::string::npos);
  }
  tests::MemoryDatabase database;
  tests::FakeConnections connections;
  tests::FakePace pace(1);
  lambdas::Host host{database, connections, pace, base::null_log(), {"", "", "devices"}};
  for (const auto mode : {lambdas::AuthMode::kDeviceKey, lambdas::AuthMode::kOpen}) {
    const auto policy = lambdas::handle_authorize(
        host, {.mode = mode, .allowed_origins = {}, .audiences = {}, .enrolment = true}, text);
    BECKON_ASSERT(policy ? json::parse(*policy).has_value() : !policy.error().message.empty());
    // Nobody gets in without a registered key.
    BECKON_ASSERT(mode == lambdas::AuthMode::kOpen || !policy ||
                  policy->find("\"Deny\"") != std::string::npos);
  }
  return 0;
}
