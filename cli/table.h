// SPDX-License-Identifier: Apache-2.0
// A table for a terminal: aligned columns, a header line, no frame. Text that came from devices is
// escaped, so that it cannot move the cursor or forge a row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> header);

  // As many cells as the header has; an empty cell shows as "-".
  void add(std::vector<std::string> cells);

  std::size_t rows() const { return rows_.size(); }

  // Every line ends with a newline. width_max: the last column is cut (with "…") so that lines fit;
  // 0: nothing is cut.
  std::string render(std::size_t width_max) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// Columns that the text takes on a terminal: one per code point.
std::size_t display_width(std::string_view text);

// "3 s ago", "5 min ago", "2 h ago", "4 d ago"; "in 3 s" for the future; "" for 0.
std::string relative_time(std::int64_t then_ms, std::int64_t now_ms);

// "2 events", "1 event".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace beckon::cli
