// SPDX-License-Identifier: Apache-2.0
// A whole backend in memory for one test, and short words for what happens in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/protocol/messages.h"
#include "lambdas/backend/host.h"
#include "lambdas/backend/stream_row.h"
#include "tests/support/backend/events.h"
#include "tests/support/backend/fake_connections.h"
#include "tests/support/backend/fake_pace.h"
#include "tests/support/backend/faulty_database.h"
#include "tests/support/backend/memory_database.h"

namespace beckon::tests {

class World {
 public:
  explicit World(std::uint64_t seed = 1);

  base::Instant deadline() { return pace.now() + std::chrono::seconds(10); }
  std::int64_t now_s() { return lambdas::unix_s(pace.wall_now()); }

  // Puts another database under the faults, in place of the one in memory.
  void host_database(lambdas::Database& inner) { database.set_inner(inner); }

  // The handshake of a device: `connect` runs, then the socket is open. The caller, for its
  // messages.
  Caller connect(const std::string& user, const std::string& device);
  // Invokes `deliver`; the error if it failed.
  base::Result<std::string> deliver(const Posted& posted);
  // Posts {"text":text} for the user under an id made from the text.
  base::Result<std::string> post(const std::string& user, const std::string& text);
  // Invokes `sync` with this request; the frame that the device gets.
  base::Result<std::string> sync(const Caller& caller, const protocol::SyncRequest& request);
  // The same, expecting a `synced` frame.
  protocol::Synced synced(const Caller& caller, const protocol::SyncRequest& request);

  // The stream as it is stored: all its event rows, by number.
  std::vector<lambdas::StoredEvent> stored(const std::string& user);
  lambdas::Head head(const std::string& user);
  // One row, or none.
  std::optional<lambdas::Item> row(const std::string& table, const std::string& partition,
                                   const std::string& sort = "");
  // What the device has acknowledged; "none", or "no row".
  std::string stored_cursor(const std::string& device);

  MemoryDatabase memory;
  FaultyDatabase database{memory};
  FakeConnections connections;
  FakePace pace;
  lambdas::Host host;

 private:
  int connections_made_ = 0;
};

// A request that says "I have handled up to here".
protocol::SyncRequest from_cursor(const protocol::Cursor& cursor);
// The texts of the events' data, in order; "too large" for one that does not fit.
std::vector<std::string> texts(const protocol::Synced& synced);
std::vector<std::string> texts(const std::vector<std::string>& live_frames);
// The member `code` of an error frame, "" for any other.
std::string error_code(const std::string& frame);

}  // namespace beckon::tests
