// SPDX-License-Identifier: Apache-2.0
// Functions that are real processes of the test function; the handler's name is the function's.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/json/json.h"
#include "emulator/functions/functions.h"
#include "tests/support/loop_thread.h"
#include "tests/support/pending.h"
#include "tests/support/tcp_client.h"

namespace beckon::emulator {

// Keeps all lines as "module: text", and with their level as "LEVEL module: text".
class RecordingLog final : public base::LogSink {
 public:
  void write(base::LogLevel level, std::string_view module, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(module) + ": " + std::string(text));
    with_levels_.push_back(std::string(base::to_string(level)) + " " + lines_.back());
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::vector<std::string> lines_with_levels() const {
    const std::lock_guard lock(mutex_);
    return with_levels_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::vector<std::string> with_levels_;
};

class FunctionsFixture : public ::testing::Test {
 protected:
  ~FunctionsFixture() override {
    thread_.run([this] {
      functions_.reset();
      server_.reset();
    });
  }

  // A function of this name whose handler is `handler`.
  FunctionModel& add(const std::string& name, const std::string& handler) {
    FunctionModel& model = models_[name];
    model.name = name;
    model.handler = handler;
    model.code_dir = TEST_FUNCTION_DIR;
    model.timeout = tests::kPatience;
    return model;
  }

  void start(FunctionsOptions options = {}) {
    thread_.run([&] {
      server_ = std::make_unique<HttpServer>(thread_.loop(), base::null_log());
      functions_ = std::make_unique<Functions>(thread_.loop(), *server_, ids_, log_,
                                               std::move(options), models_);
    });
  }

  tests::Pending<InvokeResult> invoke_async(const std::string& name, std::string event,
                                            std::string id = {}) {
    const tests::Pending<InvokeResult> pending;
    thread_.run([&] {
      auto still_inside = std::make_shared<bool>(true);
      functions_->invoke(name, std::move(event), id, [pending, still_inside](InvokeResult result) {
        EXPECT_FALSE(*still_inside) << "done was called from inside invoke()";
        pending.set(std::move(result));
      });
      *still_inside = false;
    });
    return pending;
  }

  InvokeResult invoke(const std::string& name, std::string event, std::string id = {}) {
    auto result = invoke_async(name, std::move(event), std::move(id));
    if (!result.comes_within(tests::kPatience)) {
      ADD_FAILURE() << name << " did not answer";
      return {};
    }
    return result.get();
  }

  pid_t pid_of(const InvokeResult& result) {
    const auto document = json::parse(result.payload);
    return document ? static_cast<pid_t>((*document)["pid"].integer().value_or(-1)) : -1;
  }

  tests::LoopThread thread_;
  std::map<std::string, FunctionModel> models_;
  RecordingLog log_;
  IdSource ids_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<Functions> functions_;
};

}  // namespace beckon::emulator
