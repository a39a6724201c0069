// SPDX-License-Identifier: Apache-2.0
// Which faults are injected and when: by probability from a seed, or for the next so many calls.
// Decides only; what a fault does is fault_injection.h's and dynamodb_faults.h's business, and how
// a plan is written as JSON is fault_settings.h's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"

namespace beckon::emulator {

// What is asked together: at most one fault of a group hits a call.
enum class FaultGroup : std::uint8_t {
  kDynamoDb,
  kDynamoDbDelay,
  kConnectionsPost,
  kFunctions,
  kLinks
};

enum class FaultKind : std::uint8_t {
  kThrottle,        // DynamoDB: ProvisionedThroughputExceededException, nothing is done
  kFail,            // DynamoDB: 500 InternalServerError, nothing is done
  kLoseAnswer,      // DynamoDB: 500 InternalServerError after it was done
  kDelay,           // DynamoDB: done and answered later
  kPostSwallow,     // @connections POST: 200, and nothing is delivered
  kPostThrottle,    // @connections POST: 429
  kPostGone,        // @connections POST: 410, though the connection is there
  kFunctionKill,    // the process is killed while it runs an invocation
  kFunctionFreeze,  // the process is stopped while it runs an invocation
  kLinkCut,         // the link is reset and the message is lost
  kLinkHalfOpen,    // the link falls silent and the message is lost
};
inline constexpr std::size_t kFaultKinds = 11;

struct FaultKindInfo {
  FaultGroup group;
  std::string_view section;  // of the JSON: "dynamodb"
  std::string_view name;     // its member: "lose_answer"
};
const FaultKindInfo& fault_info(FaultKind kind);

struct FaultSettings {
  std::uint64_t seed = 1;
  std::array<double, kFaultKinds> probability{};  // by kind
  base::Duration dynamodb_delay{0};               // of every call; its probability is 1 if not 0
  base::Duration kill_within{5};                  // of the invocation's start, at random
  base::Duration freeze{0};                       // 0: until the invocation's timeout kills it
};

// The next `count` calls of the kind's group, before any probability.
struct NextFault {
  FaultKind kind = FaultKind::kFail;
  std::uint64_t count = 1;
  std::string only;  // an operation, connection id or function; "" is any
  // kDelay: how long; kFunctionKill: how long after the start; kFunctionFreeze: for how long, 0 is
  // until the timeout.
  base::Duration delay{0};
};

struct Fault {
  FaultKind kind;
  base::Duration delay{0};
};

class FaultPlan {
 public:
  FaultPlan() { set({}); }

  // Replaces the probabilities, drops the next faults, starts the random numbers at the seed and
  // the counts at 0.
  void set(const FaultSettings& settings);
  void add(NextFault next);

  // The fault that hits this call, counted; mostly none. subject: what NextFault::only compares.
  std::optional<Fault> draw(FaultGroup group, std::string_view subject);

  const FaultSettings& settings() const { return settings_; }
  const std::vector<NextFault>& next() const { return next_; }
  std::uint64_t injected_count(FaultKind kind) const {
    return counts_.at(static_cast<std::size_t>(kind));
  }

 private:
  std::optional<Fault> take_next(FaultGroup group, std::string_view subject);
  std::optional<Fault> draw_random(FaultGroup group);
  base::Duration random_delay(FaultKind kind, std::mt19937_64& random) const;

  FaultSettings settings_;
  std::vector<NextFault> next_;
  std::array<std::uint64_t, kFaultKinds> counts_{};
  // One for each group, so that what happens in one does not shift the other's faults.
  std::array<std::mt19937_64, 5> random_;
};

}  // namespace beckon::emulator
