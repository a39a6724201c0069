// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "common/base/assert.h"
#include "common/base/log.h"

namespace beckon::cli {
namespace {

constexpr std::size_t kGap = 2;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// The first `width` code points of text, the last of them "…" if something was cut.
std::string cut(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  std::size_t bytes = 0;
  for (std::size_t points = 0; bytes < text.size(); ++bytes) {
    if (!is_continuation(text[bytes]) && ++points == width) break;
  }
  return text.substr(0, bytes) + "…";
}

}  // namespace

Table::Table(std::vector<std::string> header) : header_(std::move(header)) {
  for (std::string& cell : header_) cell = base::escape_control(cell);
}

void Table::add(std::vector<std::string> cells) {
  BECKON_ASSERT(cells.size() == header_.size());
  for (std::string& cell : cells) cell = cell.empty() ? "-" : base::escape_control(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::render(std::size_t width_max) const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < header_.size(); ++column) {
    std::size_t width = display_width(header_[column]);
    for (const auto& row : rows_) width = std::max(width, display_width(row[column]));
    widths.push_back(width);
  }
  std::size_t before_last = 0;
  for (std::size_t column = 0; column + 1 < widths.size(); ++column) {
    before_last += widths[column] + kGap;
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t column = 0; column + 1 < cells.size(); ++column) {
      const std::size_t padding = widths[column] - display_width(cells[column]) + kGap;
      out += cells[column] + std::string(padding, ' ');
    }
    // A terminal that is too narrow for the other columns wraps; cutting to nothing would hide
    // data.
    const bool cuts = width_max >= before_last + 8;
    out += cuts ? cut(cells.back(), width_max - before_last) : cells.back();
    out += '\n';
  };
  line(header_);
  for (const auto& row : rows_) line(row);
  return out;
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

std::string relative_time(std::int64_t then_ms, std::int64_t now_ms) {
  if (then_ms == 0) return "";
  const std::int64_t seconds = std::abs(now_ms - then_ms) / 1000;
  // To the nearest: a week that has just begun is 7 d.
  const auto in = [seconds](std::int64_t unit_s) { return (seconds + unit_s / 2) / unit_s; };
  std::string amount;
  if (seconds < 120) {
    amount = fmt::format("{} s", seconds);
  } else if (seconds < 120 * 60) {
    amount = fmt::format("{} min", in(60));
  } else if (seconds < 48 * 3600) {
    amount = fmt::format("{} h", in(3600));
  } else {
    amount = fmt::format("{} d", in(86400));
  }
  return then_ms > now_ms ? "in " + amount : amount + " ago";
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace beckon::cli
