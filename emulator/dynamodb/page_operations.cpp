// SPDX-License-Identifier: Apache-2.0
// Query and Scan.
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/key.h"
#include "emulator/dynamodb/key_condition.h"
#include "emulator/dynamodb/operations.h"
#include "emulator/dynamodb/read_page.h"
#include "emulator/dynamodb/request.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr std::int64_t kSegmentsMax = 1000000;  // API reference: Scan, TotalSegments

void check_start(const KeyRange& keys, const PageRequest& request) {
  if (!request.start_key) return;
  const KeyBytes start = request.index == nullptr
                             ? key_of(*request.start_key, *request.table)
                             : *index_key_of(*request.start_key, request.index->model);
  const bool inside =
      start.range >= keys.range.from && (!keys.range.below || start.range < *keys.range.below);
  if (keys.range_condition && !inside) {
    throw validation("The provided starting key does not match the range key predicate");
  }
  if (start.hash != keys.range.hash) {
    throw validation(
        "The provided starting key is outside query boundaries based on provided "
        "conditions");
  }
}

ScanRange segment_of(json::View input) {
  const auto segment = integer_member(input, "Segment");
  const auto total = integer_member(input, "TotalSegments");
  if (segment && !total) {
    throw validation(
        "The TotalSegments parameter is required but was not present in the request "
        "when Segment parameter is present");
  }
  if (total && !segment) {
    throw validation(
        "The Segment parameter is required but was not present in the request when "
        "parameter TotalSegments is present");
  }
  ScanRange range;
  if (!total) return range;
  if (*total < 1 || *total > kSegmentsMax) {
    throw validation(constraint_text(std::to_string(*total), "totalSegments",
                                     *total < 1
                                         ? "Member must have value greater than or equal to 1"
                                         : "Member must have value less than or equal to 1000000"));
  }
  if (*segment < 0) {
    throw validation(constraint_text(std::to_string(*segment), "segment",
                                     "Member must have value greater than or equal to 0"));
  }
  if (*segment >= *total) {
    throw validation(
        "The Segment parameter is zero-based and must be less than parameter "
        "TotalSegments: Segment: " +
        std::to_string(*segment) + " is not less than TotalSegments: " + std::to_string(*total));
  }
  range.slot_from = static_cast<int>(kSlots * *segment / *total);
  range.slot_end = static_cast<int>(kSlots * (*segment + 1) / *total);
  return range;
}

}  // namespace

std::string query(Engine& engine, json::View input) {
  PageRequest request(input, engine.catalog, true);
  KeyRange keys = key_range(*request.key_condition, request.hash(), request.range());
  check_start(keys, request);
  keys.range.descending = !flag_member(input, "ScanIndexForward", true);
  keys.range.after = start_position(request);
  Page page(request);
  const auto add = [&](const StoredItem& item) { return page.add(item); };
  if (request.index == nullptr) {
    engine.store.query(request.table->id, keys.range, add);
  } else {
    engine.store.query_index(request.table->id, request.index->id, keys.range, add);
  }
  return page.answer();
}

std::string scan(Engine& engine, json::View input) {
  ScanRange range = segment_of(input);
  PageRequest request(input, engine.catalog, false);
  range.after = start_position(request);
  if (range.after) {
    const int slot = slot_of(range.after->key.hash);
    if (slot < range.slot_from || slot >= range.slot_end) {
      throw validation(
          "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
          "ExclusiveStartKey with correct Segment. TotalSegments: " +
          std::to_string(integer_member(input, "TotalSegments").value_or(1)) +
          " Segment: " + std::to_string(integer_member(input, "Segment").value_or(0)));
    }
  }
  Page page(request);
  const auto add = [&](const StoredItem& item) { return page.add(item); };
  if (request.index == nullptr) {
    engine.store.scan(request.table->id, range, add);
  } else {
    engine.store.scan_index(request.table->id, request.index->id, range, add);
  }
  return page.answer();
}

}  // namespace beckon::emulator::dynamodb
