// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/fault_plan.h"

#include <algorithm>
#include <utility>

namespace beckon::emulator {
namespace {

constexpr std::array<FaultKindInfo, kFaultKinds> kInfos{{
    {FaultGroup::kDynamoDb, "dynamodb", "throttle"},
    {FaultGroup::kDynamoDb, "dynamodb", "fail"},
    {FaultGroup::kDynamoDb, "dynamodb", "lose_answer"},
    {FaultGroup::kDynamoDbDelay, "dynamodb", "delay"},
    {FaultGroup::kConnectionsPost, "connections_post", "swallow"},
    {FaultGroup::kConnectionsPost, "connections_post", "throttle"},
    {FaultGroup::kConnectionsPost, "connections_post", "gone"},
    {FaultGroup::kFunctions, "functions", "kill"},
    {FaultGroup::kFunctions, "functions", "freeze"},
    {FaultGroup::kLinks, "links", "cut"},
    {FaultGroup::kLinks, "links", "half_open"},
}};

}  // namespace

const FaultKindInfo& fault_info(FaultKind kind) {
  return kInfos.at(static_cast<std::size_t>(kind));
}

void FaultPlan::set(const FaultSettings& settings) {
  settings_ = settings;
  settings_.probability.at(static_cast<std::size_t>(FaultKind::kDelay)) =
      settings.dynamodb_delay.count() > 0 ? 1 : 0;
  next_.clear();
  counts_ = {};
  for (std::size_t i = 0; i < random_.size(); ++i) {
    std::seed_seq seed{settings.seed & 0xffffffffU, settings.seed >> 32, std::uint64_t{i}};
    random_.at(i).seed(seed);
  }
}

void FaultPlan::add(NextFault next) {
  next_.push_back(std::move(next));
}

std::optional<Fault> FaultPlan::draw(FaultGroup group, std::string_view subject) {
  auto fault = take_next(group, subject);
  if (!fault) fault = draw_random(group);
  if (fault) ++counts_.at(static_cast<std::size_t>(fault->kind));
  return fault;
}

std::optional<Fault> FaultPlan::take_next(FaultGroup group, std::string_view subject) {
  const auto found = std::find_if(next_.begin(), next_.end(), [&](const NextFault& next) {
    return fault_info(next.kind).group == group && (next.only.empty() || next.only == subject);
  });
  if (found == next_.end()) return std::nullopt;
  const Fault fault{found->kind, found->delay};
  if (--found->count == 0) next_.erase(found);
  return fault;
}

base::Duration FaultPlan::random_delay(FaultKind kind, std::mt19937_64& random) const {
  switch (kind) {
    case FaultKind::kDelay: return settings_.dynamodb_delay;
    case FaultKind::kFunctionFreeze: return settings_.freeze;
    case FaultKind::kFunctionKill:
      return base::Duration(
          std::uniform_int_distribution<std::int64_t>(0, settings_.kill_within.count())(random));
    default: return base::Duration(0);
  }
}

std::optional<Fault> FaultPlan::draw_random(FaultGroup group) {
  // Drawn even where nothing can come of it, so that one probability does not shift the rest.
  auto& random = random_.at(static_cast<std::size_t>(group));
  double rest = std::uniform_real_distribution<double>(0, 1)(random);
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    if (kInfos.at(i).group != group) continue;
    rest -= settings_.probability.at(i);
    if (rest >= 0) continue;
    const auto kind = static_cast<FaultKind>(i);
    return Fault{kind, random_delay(kind, random)};
  }
  return std::nullopt;
}

}  // namespace beckon::emulator
