// SPDX-License-Identifier: Apache-2.0
// What one device must do and did: which events reached its dispatcher, were finished, stored,
// acknowledged and reported. Checks every step against the ledger; knows nothing of how it came
// about.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/protocol/cursor.h"
#include "tests/sim/ledger.h"

namespace beckon::sim {

class DeviceBook {
 public:
  struct Traits {
    std::string user;
    std::string device;
    std::size_t max_bytes_min = 0;  // it never took less
    std::size_t max_bytes_max = 0;  // it never took more
    std::size_t concurrency = 1;
  };

  DeviceBook(Context& context, const Ledger& ledger, Traits traits)
      : context_(context), ledger_(ledger), traits_(std::move(traits)) {}

  const std::string& user() const { return traits_.user; }

  // A process began, with what the storage held; nothing: it is empty or unreadable.
  void booted(const std::optional<protocol::Cursor>& stored);
  // The process knows where it stands since: its first answer, which may count lost events of
  // before, or a reset.
  void based(const protocol::Cursor& base, std::uint64_t lost_before = 0);
  bool has_base() const { return run_.positioned; }
  // This event comes after all that the process has begun or passed over.
  bool lacks(const std::string& epoch, std::uint64_t seq) const {
    return run_.positioned && run_.epoch == epoch && seq > run_.last;
  }
  void dispatched(const std::string& epoch, const protocol::Event& event);
  void action_failed(const std::string& epoch, std::uint64_t seq);
  void finished(const std::string& epoch, std::uint64_t seq);
  // The storage holds this.
  void stored(const protocol::Cursor& cursor);
  void lost(std::uint64_t count) {
    lost_told_ += count;
    run_.lost_told += count;
  }
  // The backend's row says so.
  void acknowledged(const std::string& cursor_text);
  void reconfigured(std::size_t max_bytes, std::size_t concurrency);
  // Its storage is gone or cannot be read: what failed and was not reported yet is known to nobody.
  void reports_lost() { due_.clear(); }
  // Of this epoch, what comes after `seq` is gone from the stream; the numbers may come again.
  void gone_after(const std::string& epoch, std::uint64_t seq);
  // The row was put back or has gone.
  void forget_acknowledged() { acknowledged_.reset(); }

  // The newest event that this process handled of those that this passes; 0: none.
  std::uint64_t newest_handled(const protocol::Cursor& cursor) const;
  bool has_acknowledged(const protocol::Cursor& cursor) const {
    return acknowledged_ && acknowledged_->epoch == cursor.epoch &&
           acknowledged_->seq >= cursor.seq;
  }

  // How far it still is from where it must be; "": it is there.
  std::string behind() const;
  // When all is calm: no lost event was told twice.
  void check_told() const;
  // When all is calm: the failed# and passed# rows say what happened.
  void check_reports(tests::MemoryDatabase& memory);

  std::uint64_t dispatches() const { return dispatches_; }

 private:
  void check_passed(const std::set<std::uint64_t>& passed);
  using Place = std::pair<std::string, std::uint64_t>;

  struct Run {  // of one process, in one epoch
    bool positioned = false;
    std::string epoch;
    std::uint64_t start = 0;
    std::uint64_t last = 0;  // dispatched or passed over
    std::set<std::uint64_t> unfinished;
    std::set<std::uint64_t> failed;  // must be reported
    std::set<std::uint64_t> begun;
    std::uint64_t lost_before = 0;
    std::uint64_t lost_told = 0;
  };

  bool fits(const Entry& entry, std::size_t max_bytes) const;
  // Whatever the device took when the answer was made; between the two nobody can tell.
  bool surely_fits(const Entry& entry) const { return fits(entry, traits_.max_bytes_min); }
  bool never_fits(const Entry& entry) const { return !fits(entry, traits_.max_bytes_max); }
  bool excused(const Entry& entry) const;
  void pass(std::uint64_t up_to);
  std::string name(std::uint64_t seq) const;

  Context& context_;
  const Ledger& ledger_;
  Traits traits_;
  Run run_;
  std::map<std::string, std::uint64_t> floors_;  // by epoch: what comes after is meant for it
  std::map<std::string, std::uint64_t> best_;    // by epoch: the best that was stored, or a base
  std::set<Place> finished_;                     // in any run
  std::set<Place> failed_;                       // in any run
  std::set<Place> expired_;                      // passed over for it
  std::set<Place> due_;              // failed, passed by a stored cursor: to be reported
  std::set<std::string> went_back_;  // epochs
  std::uint64_t lost_told_ = 0;
  std::uint64_t dispatches_ = 0;
  std::optional<protocol::Cursor> acknowledged_;
};

}  // namespace beckon::sim
