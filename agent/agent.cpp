// SPDX-License-Identifier: Apache-2.0
#include "agent/agent.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace beckon::agent {
namespace {

std::uint64_t seed(Entropy& entropy) {
  std::array<std::uint8_t, 8> bytes{};
  entropy.fill(bytes);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

std::optional<protocol::Cursor> load_cursor(Storage& storage, const std::string& key,
                                            const base::Logger& log) {
  const auto value = storage.get(key);
  if (!value) {
    log.error("the stored cursor cannot be used: %s; going on where the backend last heard of",
              value.error().message.c_str());
    return std::nullopt;
  }
  if (!*value) return std::nullopt;
  const auto cursor = protocol::parse_cursor(**value);
  if (cursor) return *cursor;
  log.error("the stored cursor is damaged: %s; going on where the backend last heard of",
            cursor.error().message.c_str());
  return std::nullopt;
}

// Nothing: they are there and of no use.
std::optional<StoredReports> load_reports(Storage& storage, const std::string& key,
                                          const base::Logger& log) {
  const auto value = storage.get(key);
  if (value && !*value) return StoredReports{};
  auto reports = value ? decode_reports(**value) : std::unexpected(value.error());
  if (reports) return std::move(*reports);
  log.error("the stored failure reports cannot be used: %s; events that failed may show as handled",
            reports.error().message.c_str());
  return std::nullopt;
}

}  // namespace

Agent::Agent(const Ports& ports, const SessionOptions& options, std::string storage_key,
             EventGate* gate)
    : ports_(ports),
      log_(ports.log, "agent"),
      storage_key_(std::move(storage_key)),
      reports_key_(storage_key_ + ".failed"),
      gate_(gate),
      // In braces: read in this order on every platform, so that a simulated world is the same.
      session_{options, load_cursor(ports.storage, storage_key_, log_), seed(ports.entropy),
               ports.log},
      dispatcher_(*this, ports.clock, gate, ports.log) {
  session_.restore(load_reports(ports.storage, reports_key_, log_));
}

void Agent::start() {
  feed(input::Start{});
}
void Agent::stop() {
  feed(input::Stop{});
}
void Agent::alarm() {
  feed(input::Timer{});
}
void Agent::network_up() {
  feed(input::NetworkUp{});
}
void Agent::try_now() {
  feed(input::TryNow{});
}
void Agent::reconfigure(const SessionOptions& options) {
  feed(input::Reconfigured{options});
}

void Agent::opened(Attempt attempt) {
  feed(input::Opened{attempt});
}
void Agent::failed(Attempt attempt, int http_status, std::string_view reason) {
  feed(input::Failed{attempt, http_status, reason});
}
void Agent::closed(Attempt attempt, std::uint16_t code, std::string_view reason) {
  feed(input::Closed{attempt, code, reason});
}
void Agent::message(Attempt attempt, std::string_view text) {
  feed(input::Message{attempt, text, ports_.clock.wall()});
}
void Agent::oversized(Attempt attempt) {
  feed(input::Oversized{attempt});
}

void Agent::dispatched(Ticket ticket, std::vector<protocol::FailedReport> failed,
                       protocol::Event done) {
  session_.spares().give_back(std::move(done));
  feed(input::Finished{ticket, std::move(failed)});
}

// What comes up while commands are carried out (an action that ends at once, the storage's answer)
// waits for its turn: the session is never entered twice.
void Agent::feed(const Input& input) {
  if (feeding_) {
    waiting_.push_back(input);
    return;
  }
  feeding_ = true;
  for (Command& command : session_.step(input, ports_.clock.now())) carry_out(command);
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const Input next = std::move(waiting_[i]);  // carrying out may add to what waits
    for (Command& command : session_.step(next, ports_.clock.now())) carry_out(command);
  }
  waiting_.clear();  // its memory stays
  feeding_ = false;
  ports_.clock.set_alarm(session_.deadline());
}

void Agent::carry_out(Command& command) {
  std::visit([this](auto& one) { carry_out_one(one); }, command);
}

void Agent::carry_out_one(command::Connect& connect) {
  ports_.transport.connect(connect.attempt, ports_.endpoints.endpoint());
}

void Agent::carry_out_one(command::Send& send) {
  log_.debug("sent %s", send.text.c_str());
  ports_.transport.send(send.attempt, send.text);
}

void Agent::carry_out_one(command::Close& close) {
  ports_.transport.close(close.attempt, close.code);
}

void Agent::carry_out_one(command::Dispatch& dispatch) {
  dispatcher_.dispatch(dispatch.ticket,
                       ReceivedEvent(std::move(dispatch.epoch), std::move(dispatch.event),
                                     dispatch.received_at, &session_.spares().arena()));
}

// The reports first: whatever breaks in between, no cursor passes an event whose failure is lost.
base::Status Agent::put(const command::Store& store) {
  if (store.reports) {
    if (auto put = ports_.storage.put(reports_key_, *store.reports); !put) return put;
  }
  return ports_.storage.put(storage_key_, protocol::CursorText(store.cursor).view());
}

void Agent::carry_out_one(command::Store& store) {
  // And no signed event of which it is not remembered that it has ended.
  base::Status stored = gate_ == nullptr ? base::Status{} : gate_->flush();
  if (stored) stored = put(store);
  if (!stored) {
    log_.error("the cursor cannot be stored: %s; nothing is acknowledged until it can",
               stored.error().message.c_str());
  }
  feed(input::Stored{stored.has_value()});
}

void Agent::carry_out_one(command::Changed& changed) {
  if (changed.state == State::kStopped) dispatcher_.stop();
  const std::string name(to_string(changed.state));
  if (changed.state == State::kWaiting) {
    log_.warning("%s", changed.reason.c_str());
  } else if (changed.reason.empty()) {
    log_.info("%s", name.c_str());
  } else {
    log_.info("%s: %s", name.c_str(), changed.reason.c_str());
  }
  ports_.observer.state_changed(changed.state, changed.reason);
}

void Agent::carry_out_one(command::Lost& lost) {
  log_.warning("%llu events expired before this device could fetch them",
               static_cast<unsigned long long>(lost.count));
  ports_.observer.events_lost(lost.count);
}

void Agent::carry_out_one(command::Reset& reset) {
  log_.warning("the stream was made anew; going on at %s",
               protocol::to_string(reset.cursor).c_str());
  ports_.observer.stream_reset(reset.cursor);
}

}  // namespace beckon::agent
