// SPDX-License-Identifier: Apache-2.0
// Reading a configuration object member by member, collecting every error with its path, what was
// expected and what came; members that nobody asked for are errors too. Knows no setting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/templates.h"
#include "common/base/time.h"
#include "common/json/json.h"

namespace beckon::agent {

// "rules[2].actions[0].timeout: expected a duration like 30s, got 7"
using ConfigErrors = std::vector<std::string>;

class ObjectReader {
 public:
  // path: "" for the root. value and errors must outlive the reader. A value that is not an object
  // is an error, and every member is absent.
  ObjectReader(json::View value, std::string path, ConfigErrors& errors);

  // Each marks the member as known. Absent: nothing (no error). Wrong: an error, and nothing.
  std::optional<std::string> text(const char* name);
  std::optional<std::string> nonempty_text(const char* name);
  std::optional<bool> flag(const char* name);
  std::optional<std::int64_t> integer(const char* name, std::int64_t min, std::int64_t max);
  std::optional<base::Duration> duration(const char* name, base::Duration min, base::Duration max);
  std::optional<Template> text_template(const char* name);
  std::optional<std::string> choice(const char* name, std::initializer_list<const char*> choices);
  // The member if it is there and of this kind; a null view otherwise.
  json::View object(const char* name);
  json::View array(const char* name);
  json::View any(const char* name);

  std::string path_of(std::string_view name) const;
  const std::string& path() const { return path_; }
  // Records "path.name: expected …, got …"; name "" means the object itself.
  void wrong(std::string_view name, std::string_view expected, json::View got);
  void error(std::string_view name, std::string_view sentence);
  void missing(const char* name, std::string_view expected);
  bool failed() const { return errors_.size() > errors_before_; }
  ConfigErrors& errors() { return errors_; }

  // Every member that nobody asked for becomes an error. Call last.
  void finish();

 private:
  json::View value_;
  std::string path_;
  ConfigErrors& errors_;
  std::size_t errors_before_;
  std::vector<std::string_view> known_;
};

// What came, for a person: type and a short form of the value.
std::string describe(json::View value);
// "500ms", "30s", "8m", "1h": the largest unit that is exact.
std::string format_duration(base::Duration duration);

}  // namespace beckon::agent
