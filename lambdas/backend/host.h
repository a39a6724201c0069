// SPDX-License-Identifier: Apache-2.0
// What the handlers need from the outside: ports, table names and settings. main builds it once per
// process; tests and the simulation build it from fakes. Nothing here holds state between
// invocations.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/log.h"
#include "common/base/time.h"
#include "lambdas/aws/connections.h"
#include "lambdas/aws/database.h"
#include "lambdas/aws/pace.h"

namespace beckon::lambdas {

struct Tables {
  std::string connections;
  std::string streams;
  std::string devices;
};

// Everything outlives the handlers' calls. A function that has no use for a port may be given one
// that refuses every call.
struct Host {
  Database& database;
  Connections& connections;
  Pace& pace;
  base::LogSink& log;
  Tables tables;
};

// Seconds since 1970, the unit of every TTL attribute.
inline std::int64_t unix_s(base::WallTime time) {
  return time.unix_ms / 1000;
}

}  // namespace beckon::lambdas
