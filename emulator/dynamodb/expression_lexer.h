// SPDX-License-Identifier: Apache-2.0
// Expression text to tokens. Knows nothing of grammar; what is no token becomes a kUnknown token,
// so that the parser can say where it stands.
#pragma once

#include <string_view>
#include <vector>

namespace beckon::emulator::dynamodb {

struct Token {
  enum class Kind {
    kIdentifier,  // abc, also keywords
    kName,        // #abc
    kAlias,       // :abc
    kNumber,      // 12
    kSymbol,      // ( ) [ ] . , = <> < <= > >= + -
    kUnknown,
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string_view text;  // in the expression; "<EOF>" at the end
  std::size_t begin = 0;  // offsets in the expression
  std::size_t end = 0;
};

// The tokens of `text`, the last one kEnd. Views stay valid as long as the text does.
std::vector<Token> tokenize(std::string_view text);

}  // namespace beckon::emulator::dynamodb
