// SPDX-License-Identifier: Apache-2.0
// A fault plan as JSON: what POST /_emulator/faults and faults/next take, and what GET answers.
// Unknown members and values out of range are errors that name them.
#pragma once

#include <string>

#include "common/base/error.h"
#include "common/json/json.h"
#include "emulator/control/fault_plan.h"

namespace beckon::emulator {

// {"seed":7,"dynamodb":{"throttle":0.05,"delay_ms":20},"links":{"cut":0.01},…}. kInvalid.
base::Result<FaultSettings> read_fault_settings(json::View text);

// {"kind":"dynamodb.lose_answer","count":3,"only":"PutItem","ms":500}; all but kind may be absent.
// kInvalid.
base::Result<NextFault> read_next_fault(json::View text);

// {"seed":…,"dynamodb":{…},…,"next":[…],"injected":{"dynamodb":{"throttle":3,…},…}}
std::string fault_plan_json(const FaultPlan& plan);

}  // namespace beckon::emulator
