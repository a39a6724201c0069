// SPDX-License-Identifier: Apache-2.0
// A device: the real agent on ports that can fail, and a life of power cuts, stops and restarts
// around it. What it must do and did is in its book.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "tests/sim/book.h"
#include "tests/sim/context.h"
#include "tests/sim/gateway.h"

namespace beckon::sim {

constexpr base::Duration kActionMax = std::chrono::minutes(2);  // the slowest

class Device final : public LinkEnd,
                     public agent::Transport,
                     public agent::Storage,
                     public agent::Entropy,
                     public agent::Clock,
                     public agent::EndpointSource,
                     public agent::AgentObserver,
                     public base::LogSink {
 public:
  Device(Context& context, Gateway& gateway, const Ledger& ledger, std::string user,
         std::string name);

  const std::string& name() const { return name_; }
  const std::string& user() const { return user_; }
  DeviceBook& book() { return book_; }
  const agent::SessionOptions& options() const { return options_; }

  void boot();
  // What may happen to it in the next stretch of time.
  void plan_troubles(base::Duration stretch);
  // All is calm from now on: it gets its power and its network back.
  void calm_down();

  bool online() const { return agent_ && agent_->state() == agent::State::kOnline; }
  std::string_view state() const { return agent_ ? to_string(agent_->state()) : "off"; }
  // An online device's link is there; breaks the invariant if not.
  void check_link();
  std::uint64_t frames_sent() const { return frames_sent_; }
  // The connections that it believes open.
  std::vector<std::string> connection_ids() const;
  // Since when the gateway has had its only link; nothing: it has none or several.
  std::optional<base::Instant> linked_since() const;

  // Which of this device's rules an action is of.
  struct Rules {
    std::uint64_t number = 0;  // of the set; counts up
    bool has_second = true;    // events called "two…" have another action
  };
  // An action of a rule.
  void act(const char* label, const Rules& rules, agent::Run run, const agent::ReceivedEvent& event,
           agent::RunObserver& observer);

  void link_opened(LinkId link) override;
  void link_refused(LinkId link, int http_status) override;
  void link_closed(LinkId link, std::uint16_t code) override;
  void link_message(LinkId link, std::string_view text) override;

  void connect(agent::Attempt attempt, const agent::Endpoint& endpoint) override;
  void send(agent::Attempt attempt, std::string_view text) override;
  void close(agent::Attempt attempt, std::uint16_t code) override;
  base::Result<std::optional<std::string>> get(std::string_view key) override;
  base::Status put(std::string_view key, std::string_view value) override;
  void fill(std::span<std::uint8_t> out) override;
  base::Instant now() override { return context_.now(); }
  base::WallTime wall() override { return {context_.wall().unix_ms + clock_error_ms_}; }
  void set_alarm(std::optional<base::Instant> at) override;
  agent::Endpoint endpoint() override { return {"wss://example.test/dev", {}}; }
  void state_changed(agent::State state, std::string_view reason) override;
  void events_lost(std::uint64_t count) override;
  void stream_reset(const protocol::Cursor& start) override;
  void write(base::LogLevel level, std::string_view module, std::string_view text) override;
  bool enabled(base::LogLevel) const override { return context_.trace.prints(); }

 private:
  // Calls the agent, if there is one, and sees to what came of it.
  void enter(const std::function<void(agent::Agent&)>& call);
  template <class Call>
  void sometime(Trouble trouble, base::Duration stretch, Call call);
  void end_process(base::Duration off_for);
  void end_actions();
  void end_action(std::uint64_t process, agent::Run run, const std::string& epoch,
                  std::uint64_t seq, bool last, bool fails, agent::RunObserver& observer);
  // Another configuration, as SIGHUP brings it.
  void reconfigure();
  void make_rules(bool has_second);
  bool dies_now();
  void hold(std::string_view key, std::string_view value);
  void first_answer(std::string_view text);
  void expect_another_try(agent::Attempt attempt);
  void expect_taken(agent::Attempt attempt, std::string_view text);
  void expect_acknowledgement(protocol::Cursor cursor);
  std::optional<agent::Attempt> attempt_of(LinkId link) const;

  Context& context_;
  Gateway& gateway_;
  std::string user_;
  std::string name_;
  agent::SessionOptions options_;
  std::size_t frame_bytes_max_ = 0;  // a larger one is dropped by the transport
  DeviceBook book_;
  std::shared_ptr<agent::RuleSet> rules_;
  std::uint64_t rules_number_ = 0;
  std::map<agent::Run, std::uint64_t> began_with_;  // the set that an event's first action was of
  std::map<agent::Run, agent::RunObserver*> running_;

  std::map<std::string, std::string, std::less<>> storage_;
  std::optional<std::string> loaded_;  // the cursor that the process found
  std::unique_ptr<agent::Agent> agent_;
  std::uint64_t process_ = 0;
  std::map<agent::Attempt, LinkId> links_;  // open or opening, of this process
  std::map<agent::Attempt, LinkId> open_;
  std::map<agent::Attempt, std::string> said_;  // the cursor of its last sync
  std::uint64_t alarm_ = 0;
  bool power_lost_ = false;  // in the middle of a step
  bool network_out_ = false;
  std::int64_t clock_error_ms_ = 0;
  std::uint64_t frames_sent_ = 0;
  std::uint64_t failed_writes_ = 0;
};

}  // namespace beckon::sim
