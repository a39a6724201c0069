// SPDX-License-Identifier: Apache-2.0
// `deliver`: an event from EventBridge goes into its user's stream and to the user's open
// connections. EventBridge repeats events and Lambda repeats invocations; neither appends twice.
#pragma once

#include "lambdas/backend/host.h"

namespace beckon::lambdas {

// The result tells what was done, for whoever invokes by hand. Every error fails the invocation:
// Lambda repeats it twice and then gives the event to the dead-letter queue. Errors start with a
// name: those of decode_bus_event, TooLarge, Unreadable, Unavailable.
base::Result<std::string> handle_deliver(Host& host, std::string_view event,
                                         base::Instant deadline);

}  // namespace beckon::lambdas
