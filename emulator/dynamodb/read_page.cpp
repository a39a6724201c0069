// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/read_page.h"

#include <algorithm>

#include "emulator/dynamodb/condition.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/item_writer.h"
#include "emulator/dynamodb/key.h"
#include "emulator/dynamodb/key_paths.h"
#include "emulator/dynamodb/projection.h"
#include "emulator/dynamodb/request.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr const char* kBadStart = "The provided starting key is invalid";

}  // namespace

PageRequest::PageRequest(json::View input, const Catalog& catalog, bool is_query)
    : bindings(input["ExpressionAttributeNames"], input["ExpressionAttributeValues"]),
      capacity(input) {
  const std::string name = table_name(input);
  refuse_legacy(input, {"KeyConditions", "QueryFilter", "ScanFilter", "ConditionalOperator",
                        "AttributesToGet"});
  consistent = flag_member(input, "ConsistentRead", false);
  const std::string select =
      enum_member(input, "Select",
                  {"SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"});
  if (const auto wanted = integer_member(input, "Limit")) {
    if (*wanted < 1) {
      throw validation(constraint_text(std::to_string(*wanted), "limit",
                                       "Member must have value greater than or equal to 1"));
    }
    limit = static_cast<std::size_t>(*wanted);
  }
  if (object_member(input, "ExclusiveStartKey").exists()) {
    start_key = read_item(input["ExclusiveStartKey"], "ExclusiveStartKey");
  }
  read_expressions(input, is_query);
  table = &existing_table(catalog, name);
  const std::string index_name = text_member(input, "IndexName");
  if (!index_name.empty()) {
    index = table->index(index_name);
    if (index == nullptr) {
      throw validation("The table does not have the specified index: " + index_name);
    }
    if (consistent && !index->model.local) {
      throw validation("Consistent reads are not supported on global secondary indexes");
    }
  }
  read_select(select);
  check_paths(is_query);
  check_start_key();
}

void PageRequest::read_expressions(json::View input, bool is_query) {
  if (is_query) {
    check_expression_use(input, {"FilterExpression", "KeyConditionExpression"},
                         {"ProjectionExpression"});
    const auto text = expression_member(input, "KeyConditionExpression");
    if (!text) {
      throw validation(
          "Either the KeyConditions or KeyConditionExpression parameter must be "
          "specified in the request.");
    }
    key_condition = bind_condition(*text, bindings, "KeyConditionExpression");
  } else {
    check_expression_use(input, {"FilterExpression"}, {"ProjectionExpression"});
  }
  if (const auto text = expression_member(input, "FilterExpression")) {
    filter = bind_condition(*text, bindings, "FilterExpression");
  }
  if (const auto text = expression_member(input, "ProjectionExpression")) {
    projection.paths = bind_projection(*text, bindings);
  }
  bindings.check_all_used();
}

void PageRequest::read_select(const std::string& select) {
  count_only = select == "COUNT";
  if (projection.paths && !select.empty() && select != "SPECIFIC_ATTRIBUTES") {
    throw validation("Cannot specify the ProjectionExpression when choosing to get " +
                     (count_only ? std::string("only the Count") : select));
  }
  if (select == "SPECIFIC_ATTRIBUTES" && !projection.paths) {
    throw validation(
        "Must specify the AttributesToGet or ProjectionExpression when choosing to "
        "get SPECIFIC_ATTRIBUTES");
  }
  if (select == "ALL_PROJECTED_ATTRIBUTES" && index == nullptr) {
    throw validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  }
  if (index == nullptr || index->model.projection == "ALL") return;
  if (select == "ALL_ATTRIBUTES" && !index->model.local) {
    throw validation(
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
        "supported for global secondary index " +
        index->model.name + " because its projection type is not ALL");
  }
  // A local index fetches from its table what it does not project.
  whole_items = index->model.local && (select == "ALL_ATTRIBUTES" || projection.paths);
}

void PageRequest::check_paths(bool is_query) const {
  check_projection(projection, *table);
  if (!filter) return;
  std::vector<const Path*> paths;
  collect_paths(*filter, paths);
  for (const Path* path : paths) {
    const std::string& name = (*path)[0].name;
    if (is_query && (name == hash().name || (range() && name == range()->name))) {
      throw validation(
          "Filter Expression can only contain non-primary key attributes: Primary key "
          "attribute: " +
          name);
    }
  }
  check_key_paths(paths, *table);
}

void PageRequest::check_start_key() const {
  if (!start_key) return;
  const auto names = start_key_names(*table, index);
  const auto fits = [&](const KeyModel& key) {
    const auto found = start_key->find(key.name);
    return found != start_key->end() && has_key_type(found->second, key.type);
  };
  const bool good = start_key->size() == names.size() && fits(hash()) &&
                    (!range() || fits(*range())) && fits(table->hash) &&
                    (!table->range || fits(*table->range));
  if (!good) {
    throw validation(
        std::string(kBadStart) +
        (index == nullptr ? ": The provided key element does not match the schema" : ""));
  }
}

std::optional<Position> start_position(const PageRequest& request) {
  if (!request.start_key) return std::nullopt;
  const KeyBytes base = key_of(*request.start_key, *request.table);
  if (request.index == nullptr) return Position{base, {}};
  return Position{*index_key_of(*request.start_key, request.index->model), base};
}

bool Page::add(const StoredItem& stored) {
  const Table& table = *request_.table;
  const bool whole = request_.whole_items;
  const bool parse = !whole || request_.filter || request_.projection.paths;
  Item item;
  if (parse) item = stored_item(stored.json);
  if (!whole) item = projected(item, table, request_.index->model);
  ++scanned_;
  bytes_ += whole ? stored.bytes : size_of(item);
  last_ = stored.json;
  if (!request_.filter || holds(*request_.filter, item)) {
    ++matched_;
    if (!request_.count_only) {
      if (!items_.empty()) items_ += ',';
      if (request_.projection.paths) {
        items_ += item_json(project(item, *request_.projection.paths));
      } else {
        items_ += whole ? stored.json : item_json(item);
      }
    }
  }
  full_ = bytes_ >= kPageBytesMax || (request_.limit && scanned_ >= *request_.limit);
  return !full_;
}

std::string Page::answer() {
  request_.capacity.add_read(*request_.table, request_.index,
                             read_units(bytes_, request_.consistent));
  json::Writer writer;
  writer.begin_object();
  if (!request_.count_only) writer.key("Items").raw("[" + items_ + "]");
  writer.member("Count", static_cast<std::int64_t>(matched_));
  writer.member("ScannedCount", static_cast<std::int64_t>(scanned_));
  if (full_) {
    writer.key("LastEvaluatedKey");
    write_item(writer,
               project_names(stored_item(last_), start_key_names(*request_.table, request_.index)));
  }
  request_.capacity.write_one(writer);
  return writer.end_object().take();
}

}  // namespace beckon::emulator::dynamodb
