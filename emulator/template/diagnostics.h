// SPDX-License-Identifier: Apache-2.0
// What is wrong with a template, all of it: errors are gathered with their place, and shown sorted.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "emulator/template/node.h"

namespace beckon::emulator {

class TemplateErrors {
 public:
  // shown_path: how the file is called in messages.
  explicit TemplateErrors(std::string shown_path) : path_(std::move(shown_path)) {}

  // message: what was expected and what came, no trailing period. The same message for the same
  // place is kept once.
  void add(SourcePosition at, std::string message);

  bool empty() const { return entries_.empty(); }
  // All errors, one a line, "path:line:column: message", in the order of the text.
  base::Error to_error() const;

 private:
  struct Entry {
    int line;
    int column;
    std::string message;
    auto operator<=>(const Entry&) const = default;
  };

  std::string path_;
  std::set<Entry> entries_;
};

// " (did you mean \"Name\"?)" for the candidate nearest to `word`, "" if none is near.
std::string suggestion(std::string_view word, std::span<const std::string> candidates);

// "a, b and c"; "none" for an empty list.
std::string listed(std::span<const std::string> words);

}  // namespace beckon::emulator
