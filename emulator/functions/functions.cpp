// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/functions.h"

#include <utility>

namespace beckon::emulator {

Functions::Functions(EventLoop& loop, HttpServer& server, IdSource& ids, base::LogSink& log,
                     FunctionsOptions options, const std::map<std::string, FunctionModel>& models)
    : context_{loop, server, ids, log, std::move(options), 0, {}}, models_(models) {
  for (const auto& [name, model] : models_) {
    pools_.emplace(name, std::make_unique<FunctionPool>(context_, model));
  }
}

Functions::~Functions() = default;

void Functions::invoke(const std::string& function, std::string event, std::string_view request_id,
                       std::function<void(InvokeResult)> done) {
  Invocation invocation;
  invocation.request_id = request_id.empty() ? context_.ids.uuid() : std::string(request_id);
  invocation.event = std::move(event);
  invocation.done = std::move(done);
  invocation.arrived = base::monotonic_now();
  const auto found = pools_.find(function);
  if (found != pools_.end()) {
    found->second->invoke(std::move(invocation));
    return;
  }
  InvokeResult result;
  result.payload = "the template has no function named '" + function + "'";
  result.request_id = std::move(invocation.request_id);
  context_.loop.post([done = std::move(invocation.done), result = std::move(result)]() mutable {
    done(std::move(result));
  });
}

std::vector<FunctionProblem> Functions::check() const {
  std::vector<FunctionProblem> problems;
  for (const auto& [name, model] : models_) {
    const auto checked = check_bootstrap(model.code_dir);
    if (!checked) problems.push_back({name, checked.error().message});
  }
  return problems;
}

void Functions::for_each_process(
    const std::function<void(const std::string& function, const FunctionProcess&)>& visit) const {
  for (const auto& [name, pool] : pools_) {
    pool->for_each([&](const FunctionProcess& process) { visit(name, process); });
  }
}

void Functions::prewarm() {
  for (const auto& [name, pool] : pools_) pool->prewarm();
}

}  // namespace beckon::emulator
