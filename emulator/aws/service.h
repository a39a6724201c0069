// SPDX-License-Identifier: Apache-2.0
// An AWS JSON API (X-Amz-Target "Prefix.Operation") as the dispatcher sees it. Signatures have been
// verified and the body has been parsed before a service is called.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/json/json.h"

namespace beckon::emulator {

struct AwsReply {
  int status = 200;
  std::string body;                            // JSON text
  std::map<std::string, std::string> headers;  // beside Content-Type, x-amzn-RequestId, x-amz-crc32
};

// {"__type":"<type>","message":"<message>"} with the given status. type: with its namespace where
// AWS sends one ("com.amazonaws.dynamodb.v20120810#ResourceNotFoundException").
AwsReply aws_error(int status, std::string_view type, std::string_view message);

class AwsService {
 public:
  // "DynamoDB_20120810", "AWSEvents", "AmazonSSM", …: the part of X-Amz-Target before the dot.
  virtual std::string_view target_prefix() const = 0;
  // "dynamodb", "events", …: the service in the credential scope of a signature.
  virtual std::string_view signing_name() const = 0;
  // Calls done exactly once, possibly from inside this call. input: valid until done is called.
  // An operation it does not know answers with an error that names it.
  virtual void handle(std::string_view operation, json::View input,
                      std::function<void(AwsReply)> done) = 0;

 protected:
  ~AwsService() = default;
};

}  // namespace beckon::emulator
