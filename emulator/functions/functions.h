// SPDX-License-Identifier: Apache-2.0
// All functions of the template, by name: the Invoker that the rest of the emulator uses.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "emulator/functions/invoker.h"
#include "emulator/functions/pool.h"

namespace beckon::emulator {

// A function whose binary cannot be started, and a sentence that says why and what to do.
struct FunctionProblem {
  std::string function;
  std::string message;
};

class Functions final : public Invoker {
 public:
  // models must outlive it.
  Functions(EventLoop& loop, HttpServer& server, IdSource& ids, base::LogSink& log,
            FunctionsOptions options, const std::map<std::string, FunctionModel>& models);
  // Kills all processes.
  ~Functions();

  void invoke(const std::string& function, std::string event, std::string_view request_id,
              std::function<void(InvokeResult)> done) override;

  bool contains(const std::string& function) const { return pools_.contains(function); }
  // The functions whose binaries cannot be started at the moment.
  std::vector<FunctionProblem> check() const;
  // Processes there are, in whatever state. Nothing is invoked from inside visit.
  void for_each_process(
      const std::function<void(const std::string& function, const FunctionProcess&)>& visit) const;
  // callback must not start or end anything by itself.
  void on_invocation(std::function<void(const std::string& function, pid_t pid)> callback) {
    context_.on_invocation = std::move(callback);
  }
  // Starts one process of each function ahead of the first call.
  void prewarm();

 private:
  FunctionsContext context_;
  const std::map<std::string, FunctionModel>& models_;
  std::map<std::string, std::unique_ptr<FunctionPool>> pools_;
};

}  // namespace beckon::emulator
