// SPDX-License-Identifier: Apache-2.0
// The agent as a Linux program: makes the parts, hands them to each other, runs the loop, and ends
// it in order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "agent/config.h"
#include "agent/signature_gate.h"
#include "common/base/bytes.h"
#include "platform/linux/actions/exec_action.h"
#include "platform/linux/actions/file_action.h"
#include "platform/linux/actions/http_action.h"
#include "platform/linux/actions/log_action.h"
#include "platform/linux/actions/stdout_action.h"
#include "platform/linux/boot_alarm.h"
#include "platform/linux/identity.h"
#include "platform/linux/log.h"
#include "platform/linux/network_watch.h"
#include "platform/linux/options.h"
#include "platform/linux/processes.h"
#include "platform/linux/resolver.h"
#include "platform/linux/signals.h"
#include "platform/linux/storage.h"
#include "platform/lws/http_client.h"
#include "platform/lws/loop.h"
#include "platform/lws/transport.h"

namespace beckon::platform {

class App final : private agent::Clock,
                  private agent::Entropy,
                  private agent::EndpointSource,
                  private agent::AgentObserver,
                  private TimerWatcher {
 public:
  explicit App(Options options);
  ~App();

  // Returns the exit status. Errors were printed.
  int run();

 private:
  base::Instant now() override { return base::monotonic_now(); }
  base::WallTime wall() override { return base::wall_now(); }
  void set_alarm(std::optional<base::Instant> at) override;
  void fill(std::span<std::uint8_t> out) override { base::random_bytes(out); }
  agent::Endpoint endpoint() override;
  void state_changed(agent::State state, std::string_view reason) override;
  void events_lost(std::uint64_t count) override;
  void stream_reset(const protocol::Cursor& start) override;
  void timer_fired() override;

  bool configure();
  agent::ConfigErrors read_configuration(agent::Config& config,
                                         std::unique_ptr<agent::DeviceIdentity>& identity,
                                         std::vector<crypto::PublicKey>& signers) const;
  void take_identity(std::unique_ptr<agent::DeviceIdentity> identity);
  TransportOptions transport_options() const;
  void apply_rules();
  void stop(int number);
  void reload();
  bool read_again();
  void check_end();
  void output_broken(const base::Error& error);
  void print_status(const std::string& line);

  // How the parts come about (app_start.cpp). False: it was logged why not.
  bool start_parts();
  bool open_storage();
  bool find_loop_trust(LoopOptions& options);
  bool watch_surroundings();

  Options options_;
  agent::Config config_;
  std::unique_ptr<agent::DeviceIdentity> identity_;  // null: an open deployment
  std::vector<crypto::PublicKey> signers_;
  std::optional<ExecSettings> command_;  // ad hoc mode's, parsed
  LeveledLog log_;
  base::Logger logger_;
  int exit_status_ = 0;
  std::optional<base::Instant> end_at_;  // stopped: the loop ends then at the latest

  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Processes> processes_;
  std::unique_ptr<Signals> signals_;
  std::unique_ptr<BootAlarm> alarm_;
  std::unique_ptr<NetworkWatch> network_watch_;
  SuspendWatch suspend_watch_;
  std::unique_ptr<ThreadResolver> resolver_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<ThreadResolver> http_resolver_;  // a name that hangs there hangs nothing else
  std::unique_ptr<HttpClient> http_client_;
  std::unique_ptr<FileStorage> files_;
  MemoryStorage memory_;
  std::unique_ptr<StdoutActionType> stdout_type_;
  std::unique_ptr<ExecActionType> exec_type_;
  FileActionType file_type_;
  HttpActionType http_type_;
  std::unique_ptr<LogActionType> log_type_;
  std::vector<agent::ActionType*> types_;
  std::unique_ptr<agent::SignatureGate> signatures_;
  std::unique_ptr<agent::Agent> agent_;
  std::unique_ptr<ClaimNotice> claim_notice_;
};

}  // namespace beckon::platform
