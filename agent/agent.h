// SPDX-License-Identifier: Apache-2.0
// The agent: carries out what the session commands, over the platform's ports. One task calls it.
// Holds no policy of its own.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/dispatcher.h"
#include "agent/event_gate.h"
#include "agent/ports.h"
#include "agent/rules.h"
#include "agent/session.h"
#include "common/base/log.h"

namespace beckon::agent {

// Who shows what the agent does.
class AgentObserver {
 public:
  virtual void state_changed(State state, std::string_view reason) = 0;
  virtual void events_lost(std::uint64_t count) = 0;
  virtual void stream_reset(const protocol::Cursor& start) = 0;

 protected:
  ~AgentObserver() = default;
};

struct Ports {
  Transport& transport;
  Storage& storage;
  Entropy& entropy;
  Clock& clock;
  EndpointSource& endpoints;
  AgentObserver& observer;
  base::LogSink& log;
};

class Agent final : public TransportObserver, private DispatchObserver {
 public:
  // storage_key: under which the cursor is kept; with ".failed" behind it, under which failure
  // reports are. gate: asked for rules that want a signature; null: these run for nothing. The
  // ports and the gate must outlive the agent. A damaged or unreadable cursor is logged, and the
  // agent begins as a device without one; so are damaged reports, and it begins without them.
  Agent(const Ports& ports, const SessionOptions& options, std::string storage_key,
        EventGate* gate = nullptr);

  void start();
  void stop();  // see input::Stop; state() is kStopped when it is done
  void alarm();
  void network_up();
  void try_now();
  // rate: of all rules together.
  void set_rules(std::shared_ptr<const RuleSet> rules, std::optional<Rate> rate = std::nullopt) {
    dispatcher_.set_rules(std::move(rules), rate);
  }
  void reconfigure(const SessionOptions& options);

  State state() const { return session_.state(); }
  const Session& session() const { return session_; }

  void opened(Attempt attempt) override;
  void failed(Attempt attempt, int http_status, std::string_view reason) override;
  void closed(Attempt attempt, std::uint16_t code, std::string_view reason) override;
  void message(Attempt attempt, std::string_view text) override;
  void oversized(Attempt attempt) override;

 private:
  void dispatched(Ticket ticket, std::vector<protocol::FailedReport> failed,
                  protocol::Event done) override;

  void feed(const Input& input);
  void carry_out(Command& command);
  void carry_out_one(command::Connect& connect);
  void carry_out_one(command::Send& send);
  void carry_out_one(command::Close& close);
  void carry_out_one(command::Dispatch& dispatch);
  void carry_out_one(command::Store& store);
  base::Status put(const command::Store& store);
  void carry_out_one(command::Changed& changed);
  void carry_out_one(command::Lost& lost);
  void carry_out_one(command::Reset& reset);

  Ports ports_;
  base::Logger log_;
  std::string storage_key_;
  std::string reports_key_;
  EventGate* gate_;
  Session session_;  // before the dispatcher, whose events use its memory
  Dispatcher dispatcher_;
  std::vector<Input> waiting_;  // what came up while commands were carried out
  bool feeding_ = false;
};

}  // namespace beckon::agent
