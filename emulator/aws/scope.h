// SPDX-License-Identifier: Apache-2.0
// For which AWS service a request was signed, and the answer to services that are not here.
#pragma once

#include <string>

#include "emulator/http/message.h"

namespace beckon::emulator {

// "s3" of "…Credential=KEY/20260304/eu-west-1/s3/aws4_request…", in the header or the query; "" if
// the request is not signed so.
std::string signed_service(const HttpRequest& request);

// True for a POST whose body is a form: AWS's query protocol, "Action=…&…".
bool is_query_protocol(const HttpRequest& request);

// 501 NotImplemented that names the service, in the shape that its clients can print.
HttpResponse unsupported_service(const HttpRequest& request, const std::string& service);

}  // namespace beckon::emulator
