// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace beckon::emulator {
namespace {

// The number of single-character edits between two words, without regard to case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  };
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t change = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

void TemplateErrors::add(SourcePosition at, std::string message) {
  entries_.insert(Entry{at.line, at.column, std::move(message)});
}

base::Error TemplateErrors::to_error() const {
  std::string text;
  for (const Entry& entry : entries_) {
    if (!text.empty()) text += '\n';
    if (entry.line > 0) {
      text += fmt::format("{}:{}:{}: {}", path_, entry.line, entry.column, entry.message);
    } else {
      text += fmt::format("{}: {}", path_, entry.message);
    }
  }
  return base::Error{base::ErrorCode::kInvalid, std::move(text)};
}

std::string suggestion(std::string_view word, std::span<const std::string> candidates) {
  const std::string* best = nullptr;
  std::size_t best_distance = (word.size() < 4 ? 1 : std::max<std::size_t>(2, word.size() / 4)) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? "" : fmt::format(" (did you mean \"{}\"?)", *best);
}

std::string listed(std::span<const std::string> words) {
  if (words.empty()) return "none";
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace beckon::emulator
