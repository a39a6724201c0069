// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/tables.h"

#include <algorithm>
#include <utility>

#include "lambdas/backend/schema.h"

namespace beckon::sim {
namespace {

using lambdas::Item;
using lambdas::TransactWrite;

// Transactions are on the streams table only.
Item key_of(const TransactWrite& write) {
  if (write.kind != TransactWrite::Kind::kPut) return write.key;
  namespace schema = lambdas::schema;
  return {{schema::kUserId, write.item.at(schema::kUserId)},
          {schema::kSk, write.item.at(schema::kSk)}};
}

}  // namespace

Tables::Tables(Context& context, CommitWitness& witness) : context_(context), witness_(witness) {
  if (context.strikes(Trouble::kSmallPages)) {
    memory_.set_page_rows_max(static_cast<std::size_t>(context.dice.from(1, 6)));
  }
}

base::Status Tables::put(const std::string& table, const Item& item,
                         const lambdas::Condition& condition) {
  auto done = memory_.put(table, item, condition);
  if (done) witness_.committed(table, item);
  return done;
}

base::Result<Item> Tables::update(const std::string& table, const Item& key,
                                  const lambdas::Update& update,
                                  const lambdas::Condition& condition) {
  auto done = memory_.update(table, key, update, condition);
  if (done) witness_.committed(table, *done);
  return done;
}

base::Result<lambdas::QueryPage> Tables::query(const lambdas::QueryRequest& request) {
  auto page = memory_.query(request);
  if (!page) return page;
  std::erase_if(veiled_, [&](const Veiled& one) { return one.until <= context_.now(); });
  if (veiled_.empty()) return page;
  std::vector<Item> seen;
  for (Item& row : page->items) {
    const Veiled* veil = veil_of(request.table, row);
    if (veil == nullptr) {
      seen.push_back(std::move(row));
    } else if (veil->before) {
      seen.push_back(*veil->before);
    }
  }
  page->items = std::move(seen);
  return page;
}

base::Status Tables::transact(const std::vector<TransactWrite>& writes, int* failed_index) {
  auto veil = veil_one_of(writes);
  auto done = memory_.transact(writes, failed_index);
  if (!done) return done;
  if (veil) veiled_.push_back(std::move(*veil));
  for (const TransactWrite& write : writes) {
    if (write.kind == TransactWrite::Kind::kConditionCheck) continue;
    const auto row = memory_.get(write.table, key_of(write));
    if (row && *row) witness_.committed(write.table, **row);
  }
  return done;
}

std::optional<Tables::Veiled> Tables::veil_one_of(const std::vector<TransactWrite>& writes) {
  if (writes.size() < 2 || !context_.strikes(Trouble::kQueriesLag)) return std::nullopt;
  // Half of the time the event itself, which an append writes third.
  const std::size_t any = context_.dice.index(writes.size());
  const bool the_event = context_.dice.one_in(2) && writes.size() > 2;
  const TransactWrite& write = writes[the_event ? 2 : any];
  if (write.kind == TransactWrite::Kind::kConditionCheck) return std::nullopt;
  Veiled veil{write.table, key_of(write), {}, {}};
  const auto before = memory_.get(write.table, veil.key);
  if (before) veil.before = *before;
  veil.until = context_.now() + context_.dice.between(1ms, 3s);
  return veil;
}

const Tables::Veiled* Tables::veil_of(const std::string& table, const Item& row) const {
  const auto found = std::ranges::find_if(veiled_, [&](const Veiled& one) {
    return one.table == table && std::ranges::all_of(one.key, [&](const auto& attribute) {
             const auto value = row.find(attribute.first);
             return value != row.end() && value->second == attribute.second;
           });
  });
  return found == veiled_.end() ? nullptr : &*found;
}

}  // namespace beckon::sim
