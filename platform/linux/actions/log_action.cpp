// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/log_action.h"

#include <utility>

#include "agent/config.h"
#include "agent/templates.h"

namespace beckon::platform {
namespace {

class LogAction final : public agent::Action {
 public:
  LogAction(base::LogSink& log, base::LogLevel level, agent::Template text)
      : log_(log), level_(level), text_(std::move(text)) {}

  void start(agent::Run run, const agent::ReceivedEvent& event,
             agent::RunObserver& observer) override {
    const auto line = text_.fill(event);
    if (!line) return observer.run_finished(run, std::unexpected(line.error()));
    if (log_.enabled(level_)) log_.write(level_, "event", *line);
    observer.run_finished(run, {});
  }

 private:
  base::LogSink& log_;
  base::LogLevel level_;
  agent::Template text_;
};

}  // namespace

std::unique_ptr<agent::Action> LogActionType::make(agent::ObjectReader& config) {
  const auto level = config.choice("level", {"debug", "info", "warning", "error"});
  auto text = config.text_template("text");
  if (config.failed()) return nullptr;
  if (!text) text = *agent::Template::parse("${seq} ${name} ${data}");
  return std::make_unique<LogAction>(log_, *agent::parse_log_level(level.value_or("info")),
                                     std::move(*text));
}

}  // namespace beckon::platform
