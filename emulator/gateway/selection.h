// SPDX-License-Identifier: Apache-2.0
// Route selection expressions: "$request.body.action", "${request.body.a}/${request.body.b}",
// "\$default". Which route a key means is the router's business.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/error.h"
#include "common/json/json.h"

namespace beckon::emulator {

class SelectionExpression {
 public:
  // kInvalid: names what was expected and what came.
  static base::Result<SelectionExpression> parse(std::string_view text);

  // The key that a message's body gives. A path that is not there counts as "".
  std::string evaluate(json::View body) const;
  // True if the key does not depend on the body.
  bool is_constant() const;

 private:
  using Step = std::variant<std::string, std::size_t>;  // a member's name or an element's index
  using Path = std::vector<Step>;
  std::vector<std::variant<std::string, Path>> parts_;  // literal text, or where in the body

  static base::Result<Path> parse_path(std::string_view text);
};

}  // namespace beckon::emulator
