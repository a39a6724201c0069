// SPDX-License-Identifier: Apache-2.0
// DynamoDB's operations, each from a request to the JSON text of its answer. All throw Fault or
// SqliteError; service.cpp has the table of names and catches.
#pragma once

#include <cstdint>
#include <string>

#include "common/json/json.h"
#include "emulator/dynamodb/catalog.h"
#include "emulator/dynamodb/store.h"

namespace beckon::emulator::dynamodb {

struct Engine {
  Store& store;
  Catalog& catalog;
  std::string region;
  std::string account;
  std::int64_t now_ms = 0;  // of this request
};

std::string get_item(Engine& engine, json::View input);
std::string put_item(Engine& engine, json::View input);
std::string update_item(Engine& engine, json::View input);
std::string delete_item(Engine& engine, json::View input);

std::string query(Engine& engine, json::View input);
std::string scan(Engine& engine, json::View input);

std::string batch_get_item(Engine& engine, json::View input);
std::string batch_write_item(Engine& engine, json::View input);
std::string transact_get_items(Engine& engine, json::View input);
std::string transact_write_items(Engine& engine, json::View input);

std::string create_table(Engine& engine, json::View input);
std::string delete_table(Engine& engine, json::View input);
std::string describe_table(Engine& engine, json::View input);
std::string list_tables(Engine& engine, json::View input);
std::string describe_time_to_live(Engine& engine, json::View input);
std::string update_time_to_live(Engine& engine, json::View input);

}  // namespace beckon::emulator::dynamodb
