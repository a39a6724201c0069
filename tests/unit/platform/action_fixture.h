// SPDX-License-Identifier: Apache-2.0
// Makes an action from its JSON configuration and runs it for one event.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "agent/action.h"
#include "tests/unit/platform/loop_fixture.h"

namespace beckon::platform {

class ActionTest : public LoopTest, protected agent::RunObserver {
 protected:
  // Null if the configuration is wrong; errors_ says why.
  std::unique_ptr<agent::Action> make(agent::ActionType& type, const std::string& config) {
    errors_.clear();
    const auto document = json::parse(config);
    EXPECT_TRUE(document) << config;
    agent::ObjectReader reader(document->root(), "action", errors_);
    reader.any("type");
    auto action = type.make(reader);
    reader.finish();
    return errors_.empty() ? std::move(action) : nullptr;
  }

  // The outcome of one run.
  base::Status run_action(agent::Action& action, const std::string& data = R"({"title":"hi"})") {
    protocol::Event event;
    event.seq = 44;
    event.id = "9f3c";
    event.name = "door.opened";
    event.time = "2026-11-21T07:00:00Z";
    event.data = data;
    const agent::ReceivedEvent received("k3f9", std::move(event), base::WallTime{0});
    outcome_.reset();
    action.start(5, received, *this);
    waiting_ = !outcome_;
    if (waiting_) run();
    waiting_ = false;
    return outcome_.value_or(base::fail(base::ErrorCode::kTimeout, "the run never ended"));
  }

  void run_finished(agent::Run run, base::Status outcome) override {
    EXPECT_EQ(run, 5U);
    EXPECT_FALSE(outcome_) << "the run ended twice";
    outcome_ = std::move(outcome);
    if (waiting_) stop();
  }

  agent::ConfigErrors errors_;

 private:
  std::optional<base::Status> outcome_;
  bool waiting_ = false;
};

}  // namespace beckon::platform
