// SPDX-License-Identifier: Apache-2.0
// No configuration can crash its reader; what is wrong is said with a path, and what is right gives
// rules that can look at any event.
#include <cstdint>

#include "agent/config.h"
#include "common/base/assert.h"

namespace {

using namespace beckon;

class Probe final : public agent::Action {
 public:
  explicit Probe(std::optional<agent::Template> text) : text_(std::move(text)) {}
  void start(agent::Run run, const agent::ReceivedEvent& event,
             agent::RunObserver& observer) override {
    if (text_) static_cast<void>(text_->fill(event));
    observer.run_finished(run, {});
  }

 private:
  std::optional<agent::Template> text_;
};

// Reads a member of every kind that actions have.
class ProbeType final : public agent::ActionType {
 public:
  std::string_view name() const override { return "probe"; }
  std::unique_ptr<agent::Action> make(agent::ObjectReader& config) override {
    static_cast<void>(config.text("path"));
    static_cast<void>(config.flag("quiet"));
    static_cast<void>(config.integer("count", 0, 100));
    static_cast<void>(config.duration("timeout", base::Duration(1), base::Duration(1000)));
    static_cast<void>(config.choice("level", {"low", "high"}));
    for (const json::View word : config.array("words")) {
      if (!word.string()) config.wrong("words", "texts", word);
    }
    auto text = config.text_template("text");
    if (config.failed()) return nullptr;
    return std::make_unique<Probe>(std::move(text));
  }
};

class Nobody final : public agent::RunObserver {
 public:
  void run_finished(agent::Run, base::Status) override {}
};

agent::ReceivedEvent event() {
  protocol::Event one;
  one.seq = 44;
  one.id = "9f3c";
  one.name = "door.opened";
  one.time = "2026-11-21T07:00:00Z";
  one.data = R"({"door":"front","n":1.5,"deep":{"list":[1,null,"x"]},"on":true})";
  return {"k3f9", std::move(one), base::WallTime{0}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ProbeType type;
  agent::ActionType* const types[] = {&type};
  agent::Config config;
  const agent::ConfigErrors errors = agent::read_config(text, types, config);
  for (const std::string& error : errors) BECKON_ASSERT(error.find(": ") != std::string::npos);
  if (!errors.empty()) return 0;
  static_cast<void>(agent::check_config(config));
  if (!config.rules) return 0;
  const agent::ReceivedEvent one = event();
  Nobody nobody;
  for (const agent::Rule& rule : *config.rules) {
    static_cast<void>(rule.matches(one));
    for (const agent::RuleAction& action : rule.actions) {
      BECKON_ASSERT(!action.label.empty());
      action.action->start(1, one, nobody);
    }
  }
  return 0;
}
