// SPDX-License-Identifier: Apache-2.0
// How SQS writes messages: attributes, their checksums, errors. The folder's inner header.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "emulator/aws/service.h"
#include "emulator/events/queues.h"

namespace beckon::emulator {

using QueueAttributes = std::map<std::string, QueueAttribute>;

// MD5OfMessageAttributes: SQS's own binary form of names, types and values, in the order of names.
std::string md5_of_attributes(const QueueAttributes& attributes);

// MessageAttributes of SendMessage. kInvalid with SQS's kind of sentence; binary values are not
// implemented.
base::Result<QueueAttributes> read_attributes(json::View attributes);

// Whether a list of names, "All" and prefixes ("app.*") asks for this one.
bool asks_for(const std::vector<std::string>& names, std::string_view name);

// One element of ReceiveMessage's Messages.
void write_message(json::Writer& writer, const QueueMessage& message,
                   const std::vector<std::string>& system_attributes,
                   const std::vector<std::string>& message_attributes, const std::string& account);

// code: of the query protocol, which SDKs of both protocols know ("AWS.SimpleQueueService.…").
AwsReply sqs_error(std::string_view type, std::string_view code, std::string_view message);
AwsReply sqs_invalid(std::string_view message);

// The list of texts under any of these names: SDKs of different ages use different ones.
std::vector<std::string> read_names(json::View input, std::initializer_list<const char*> members);

}  // namespace beckon::emulator
