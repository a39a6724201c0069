// SPDX-License-Identifier: Apache-2.0
// The smallest function that a round trip can be measured with: answers every message with itself.
#include <string>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "lambdas/runtime/runtime.h"

namespace {

using namespace beckon;

base::Result<std::string> echo(std::string_view event, const lambdas::InvocationContext&) {
  const auto document = json::parse(event, json::kDepthMaxHost);
  if (!document) return std::unexpected(document.error());
  json::Writer answer;
  answer.begin_object()
      .member("statusCode", 200)
      .member("body", document->root()["body"].string_or(""))
      .end_object();
  return answer.take();
}

}  // namespace

int main() {
  return lambdas::run_function(
      [](lambdas::JsonLog&) -> base::Result<lambdas::Handler> { return lambdas::Handler(echo); });
}
