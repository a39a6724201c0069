// SPDX-License-Identifier: Apache-2.0
// TransactWriteItems: all actions or none, one action per item, tokens that make repetitions
// harmless, and a reason per action when it is cancelled.
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "emulator/dynamodb/cancellation.h"
#include "emulator/dynamodb/capacity.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/key.h"
#include "emulator/dynamodb/operations.h"
#include "emulator/dynamodb/request.h"
#include "emulator/dynamodb/transact_limits.h"
#include "emulator/dynamodb/write_action.h"

namespace beckon::emulator::dynamodb {
namespace {

using Kind = WriteAction::Kind;

constexpr std::size_t kTokenBytesMax = 36;                  // API reference: ClientRequestToken
constexpr std::int64_t kTokenLifetime_ms = 10 * 60 * 1000;  // API reference: 10 minutes

constexpr std::pair<const char*, Kind> kActions[] = {
    {"ConditionCheck", Kind::kCheck},
    {"Put", Kind::kPut},
    {"Update", Kind::kUpdate},
    {"Delete", Kind::kDelete},
};

WriteAction read_entry(json::View entry, const Catalog& catalog) {
  if (!entry.is_object()) throw serialization("Unexpected field type");
  std::optional<Kind> kind;
  json::View request;
  for (const auto& [name, candidate] : kActions) {
    const json::View member = object_member(entry, name);
    if (!member.exists()) continue;
    if (kind) {
      throw validation("TransactItems can only contain one of Check, Put, Update or Delete");
    }
    kind = candidate;
    request = member;
  }
  if (!kind) {
    throw validation(
        "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request");
  }
  if (*kind == Kind::kCheck && !expression_member(request, "ConditionExpression")) {
    throw validation(
        "The parameter 'ConditionExpression' is required but was not present in the "
        "request");
  }
  if (*kind == Kind::kUpdate && !expression_member(request, "UpdateExpression")) {
    throw validation(
        "The parameter 'UpdateExpression' is required but was not present in the "
        "request");
  }
  return read_action(*kind, request, catalog);
}

void check_distinct(const std::vector<WriteAction>& actions) {
  std::set<std::pair<const Table*, std::pair<std::string, std::string>>> seen;
  std::size_t bytes = 0;
  for (const auto& action : actions) {
    const KeyBytes key = key_of(action);
    bytes += size_of(action.item);
    if (!seen.insert({action.table, {key.hash, key.range}}).second) {
      throw validation("Transaction request cannot include multiple operations on one item");
    }
  }
  if (bytes > kTransactBytesMax) {
    throw validation("Transaction is too large: the items have " + std::to_string(bytes) +
                     " bytes, more than the 4 MB allowed");
  }
}

// A digest of what the request does, the token itself left out.
std::int64_t digest_of(json::View items) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (char c : items.print()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return static_cast<std::int64_t>(hash);
}

// True if the token's request has been done already. Throws if it was another request.
bool repeated(Engine& engine, const std::string& token, std::int64_t digest) {
  if (token.empty()) return false;
  const auto known = engine.store.token_digest(token, engine.now_ms);
  if (!known) return false;
  if (*known == digest) return true;
  throw Fault("com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
              "The ClientRequestToken was used with other parameters within the last 10 minutes");
}

}  // namespace

std::string transact_write_items(Engine& engine, json::View input) {
  Capacity capacity(input);
  const std::string token = text_member(input, "ClientRequestToken");
  if (token.size() > kTokenBytesMax) {
    throw validation(constraint_text(token, "clientRequestToken",
                                     "Member must have length less than or equal to 36"));
  }
  const json::View items = transact_items(input);
  std::vector<WriteAction> actions;
  for (json::View entry : items) actions.push_back(read_entry(entry, engine.catalog));
  for_all(actions, check_action);
  check_distinct(actions);
  const std::int64_t digest = token.empty() ? 0 : digest_of(items);
  if (!repeated(engine, token, digest)) {
    Store::Transaction transaction(engine.store);
    for_all(actions, [&](const WriteAction& action) {
      capacity.add_write(*action.table, apply(action, engine.store).cost, 2);
    });
    if (!token.empty()) {
      engine.store.keep_token(token, digest, engine.now_ms + kTokenLifetime_ms, engine.now_ms);
    }
    transaction.commit();
  }
  json::Writer writer;
  writer.begin_object();
  capacity.write_list(writer);
  return writer.end_object().take();
}

}  // namespace beckon::emulator::dynamodb
