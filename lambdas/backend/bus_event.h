// SPDX-License-Identifier: Apache-2.0
// What an operator posts: EventBridge's envelope around a detail with a target. Reads it strictly,
// because nobody answers the operator: what is wrong must end in the dead-letter queue, with a
// name.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"
#include "lambdas/backend/stream_row.h"

namespace beckon::lambdas {

struct BusEvent {
  std::string user_id;
  Draft draft;
};

// kInvalid; the message starts with the error's name: NotAnEvent, NoTarget, NoTargetUser,
// BadTarget, BadDevices, BadName, BadTime, BadTtl, BadCollapse, BadSignature.
base::Result<BusEvent> decode_bus_event(std::string_view text);

}  // namespace beckon::lambdas
