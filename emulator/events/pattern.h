// SPDX-License-Identifier: Apache-2.0
// EventBridge's event patterns: compiled once, matched against many events. What is missing: the
// service's own measure of patterns that are too complex (it refuses some with many wildcards).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/json/json.h"
#include "emulator/events/flat_event.h"
#include "emulator/events/matcher.h"

namespace beckon::emulator {

class EventPattern {
 public:
  // The pattern's JSON text. kInvalid: "Event pattern is not valid. Reason: …".
  static base::Result<EventPattern> compile(std::string_view text);

  bool matches(const FlatEvent& event) const;

 private:
  struct Field {
    std::string path;
    std::vector<Matcher> matchers;  // any of them
    bool absent_will_do = false;    // {"exists": false} is among them

    bool accepts(const EventLeaf& leaf) const;
  };
  using Fields = std::vector<Field>;  // all of them

  static base::Status read_object(json::View object, const std::string& path,
                                  std::vector<Fields>& alternatives);
  static base::Status read_or(json::View list, const std::string& path,
                              std::vector<Fields>& alternatives);
  static base::Result<Field> read_field(json::View list, std::string path);
  static bool fields_match(const Fields& fields, std::size_t from, const FlatEvent& event,
                           std::vector<std::pair<int, int>>& elements);

  std::vector<Fields> alternatives_;  // any of them; more than one because of "$or"
};

}  // namespace beckon::emulator
