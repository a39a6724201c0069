// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/cancellation.h"

#include <string_view>

#include "common/json/writer.h"

namespace beckon::emulator::dynamodb {

CancellationReason reason_of(const Fault& fault) {
  const bool condition = fault.type.ends_with("#ConditionalCheckFailedException");
  return {condition ? "ConditionalCheckFailed" : "ValidationError", fault.message, fault.members};
}

Fault cancelled(const std::vector<CancellationReason>& reasons) {
  std::string codes;
  json::Writer writer;
  writer.begin_array();
  for (const auto& reason : reasons) {
    codes += (codes.empty() ? "" : ", ") + reason.code;
    writer.begin_object().member("Code", reason.code);
    if (!reason.message.empty()) writer.member("Message", reason.message);
    if (!reason.members.empty()) {  // "Item":{…}
      const auto colon = reason.members.find(':');
      writer.key("Item").raw(std::string_view(reason.members).substr(colon + 1));
    }
    writer.end_object();
  }
  writer.end_array();
  Fault fault("com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
              "Transaction cancelled, please refer cancellation reasons for specific reasons [" +
                  codes + "]");
  fault.capital_message = true;
  fault.members = "\"CancellationReasons\":" + writer.take();
  return fault;
}

}  // namespace beckon::emulator::dynamodb
