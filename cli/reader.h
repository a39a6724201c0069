// SPDX-License-Identifier: Apache-2.0
// Which rows a command needs, and how they are read: pages, keys, indexes. What the rows mean is
// rows.h's and status.h's business.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/rows.h"
#include "cli/settings.h"
#include "cli/status.h"
#include "common/base/error.h"
#include "lambdas/aws/database.h"

namespace beckon::cli {

// Errors of every call: those of Database.
class Reader {
 public:
  // All must outlive the reader.
  Reader(lambdas::Database& database, lambdas::TableScan& table_scan, const Names& names)
      : database_(database), table_scan_(table_scan), names_(names) {}

  // user "": everybody's. Ordered by user, device and time. Rows that have expired are left out.
  base::Result<std::vector<ConnectionRow>> connections(const std::string& user, std::int64_t now_s);
  base::Result<std::vector<DeviceRow>> devices(const std::string& user);
  // None: it is not known. Read consistently.
  base::Result<std::optional<DeviceRow>> device(const std::string& device);

  // None: nothing was ever posted for the user.
  base::Result<std::optional<HeadRow>> head(const std::string& user);

  // The newest events that have not expired, oldest first.
  base::Result<std::vector<EventRow>> events(const std::string& user, int count_max,
                                             std::int64_t now_s);

  // What is known of the user's devices and events first_seq … last_seq.
  base::Result<Receipts> receipts(const std::string& user, std::uint64_t first_seq,
                                  std::uint64_t last_seq);

  // Everything about one event; none if no event of this id is stored. With the user known it is
  // read consistently; without, through an index that may lag by a moment.
  base::Result<std::optional<EventFacts>> facts(const std::string& event_id);
  base::Result<std::optional<EventFacts>> facts(const std::string& user,
                                                const std::string& event_id);

 private:
  base::Result<std::vector<lambdas::Item>> query_all(lambdas::QueryRequest request);
  base::Result<std::vector<lambdas::Item>> scan_all(const std::string& table);

  lambdas::Database& database_;
  lambdas::TableScan& table_scan_;
  const Names& names_;
};

}  // namespace beckon::cli
