// SPDX-License-Identifier: Apache-2.0
// What the parts of the gateway share. Built once by Gateway, outlives the parts.
#pragma once

#include <string>

#include "common/base/log.h"
#include "emulator/functions/invoker.h"
#include "emulator/gateway/events.h"
#include "emulator/gateway/faults.h"
#include "emulator/gateway/options.h"
#include "emulator/gateway/selection.h"
#include "emulator/gateway/token_bucket.h"
#include "emulator/ids/ids.h"
#include "emulator/loop/event_loop.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

struct GatewayServices {
  EventLoop& loop;
  Invoker& invoker;
  IdSource& ids;
  base::LogSink& log;
};

struct GatewayCore {
  EventLoop& loop;
  Invoker& invoker;
  IdSource& ids;
  base::Logger log;
  const WebSocketApiModel& api;
  GatewayOptions options;
  ApiFacts facts;
  std::string connect_arn;  // of the $connect route, as authorizers see it
  SelectionExpression selection;
  TokenBucket connects;
  TokenBucket messages;
  GatewayFaults faults = {};

  // nullptr if the template has no such route.
  const RouteModel* route(std::string_view key) const;
};

}  // namespace beckon::emulator
