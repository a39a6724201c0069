// SPDX-License-Identifier: Apache-2.0
// ConsumedCapacity in answers: counted as DynamoDB documents it, and left out unless asked for.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "emulator/dynamodb/item_writer.h"

namespace beckon::emulator::dynamodb {

double read_units(std::size_t bytes, bool consistent);

class Capacity {
 public:
  explicit Capacity(json::View input);  // reads ReturnConsumedCapacity; throws Fault

  void add_read(const Table& table, const Index* index, double units);
  void add_write(const Table& table, const WriteCost& cost, double factor);

  // "ConsumedCapacity": of one table, or a list of all; nothing if not asked for.
  void write_one(json::Writer& writer) const;
  void write_list(json::Writer& writer) const;

 private:
  struct Units {
    double table = 0;
    std::map<std::string, double> global;
    std::map<std::string, double> local;
  };
  void write(json::Writer& writer, const std::string& name, const Units& units) const;

  bool wanted_ = false;
  bool by_index_ = false;
  std::map<std::string, Units> tables_;
};

}  // namespace beckon::emulator::dynamodb
