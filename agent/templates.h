// SPDX-License-Identifier: Apache-2.0
// Templates fill single arguments: "${data.title}", "${name}", "${id}", "${seq}", "${time}". The
// result is one text: it is never split, never interpreted and never expanded again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/event.h"
#include "common/base/error.h"

namespace beckon::agent {

class Template {
 public:
  // "${path}" is a field (ReceivedEvent::field), "${path|text}" the text where the field is
  // missing, "$${" stands for "${"; any other "$" for itself. Errors: kInvalid (an unknown path, a
  // brace that is not closed).
  static base::Result<Template> parse(std::string_view text);

  // What must hold for each value (or default) that is filled in, beside what fill() itself wants.
  using ValueCheck = base::Status (*)(std::string_view value);

  // How each value is written, once it was checked.
  using ValueEncoder = std::string (*)(std::string_view value);

  // Errors: kNotFound (a field without a default is missing), kInvalid (a field holds U+0000),
  // kLimit (longer than kFilledBytesMax), and check's.
  base::Result<std::string> fill(const ReceivedEvent& event, ValueCheck check = nullptr,
                                 ValueEncoder encode = nullptr) const;

  bool is_constant() const;
  // The text begins with what the event says: it could look like an option to a command.
  bool begins_with_field() const { return !parts_.empty() && parts_.front().is_field; }
  // What stands before the first field; the whole text if there is none.
  std::string_view literal_start() const {
    return parts_.empty() || begins_with_field() ? std::string_view() : parts_.front().text;
  }
  // A literal behind the first field holds this character.
  bool has_after_field(char wanted) const;

  static constexpr std::size_t kFilledBytesMax = 64 * 1024;

 private:
  struct Part {
    bool is_field = false;
    std::string text;  // the literal, or the path
    bool has_default = false;
    std::string default_text;
  };
  std::vector<Part> parts_;
};

}  // namespace beckon::agent
