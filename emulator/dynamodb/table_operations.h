// SPDX-License-Identifier: Apache-2.0
// How a table is shown: TableDescription.
#pragma once

#include "common/json/writer.h"
#include "emulator/dynamodb/operations.h"

namespace beckon::emulator::dynamodb {

void write_table(json::Writer& writer, Engine& engine, const Table& table, const char* status);

}  // namespace beckon::emulator::dynamodb
