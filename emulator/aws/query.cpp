// SPDX-License-Identifier: Apache-2.0
#include "emulator/aws/query.h"

#include "common/base/bytes.h"

namespace beckon::emulator {

QueryForm parse_query_form(std::string_view body) {
  QueryForm form;
  while (!body.empty()) {
    const std::size_t end = body.find('&');
    const std::string_view pair = body.substr(0, end);
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    form[base::percent_decode(pair.substr(0, equals), true)] = base::percent_decode(value, true);
    if (end == std::string_view::npos) break;
    body.remove_prefix(end + 1);
  }
  return form;
}

}  // namespace beckon::emulator
