// SPDX-License-Identifier: Apache-2.0
// Whatever requests DynamoDB is sent, one after the other, each is answered with JSON: by a result
// or by a client's error. A 500 would be a bug of ours.
//
// Input: lines of an operation's name, a space and the request.
#include <cstdint>

#include "common/base/assert.h"
#include "emulator/dynamodb/service.h"

namespace {

using namespace beckon;

constexpr std::string_view kTable =
    R"({"TableName":"t","BillingMode":"PAY_PER_REQUEST",)"
    R"("AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},)"
    R"({"AttributeName":"s","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}],)"
    R"("KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],)"
    R"("GlobalSecondaryIndexes":[{"IndexName":"i","KeySchema":[{"AttributeName":"n","KeyType":"HASH"}],)"
    R"("Projection":{"ProjectionType":"ALL"}}]})";

void call(emulator::AwsService& service, std::string_view operation, std::string_view request) {
  const auto input = json::parse(request, json::kDepthMaxHost);
  if (!input) return;
  service.handle(operation, input->root(), [](const emulator::AwsReply& reply) {
    BECKON_ASSERT(reply.status == 200 || reply.status == 400);
    BECKON_ASSERT(json::parse(reply.body, json::kDepthMaxHost).has_value());
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  emulator::dynamodb::ServiceOptions options;
  options.clock = [] { return base::WallTime{1'795'244'400'000}; };
  auto service = emulator::dynamodb::DynamoDbService::open(std::move(options), base::null_log());
  BECKON_ASSERT(service.has_value());
  call(**service, "CreateTable", kTable);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t space = line.find(' ');
    // The name comes from a header: there is no U+0000 in it.
    if (space != std::string_view::npos && !line.substr(0, space).contains('\0')) {
      call(**service, line.substr(0, space), line.substr(space + 1));
    }
  }
  return 0;
}
