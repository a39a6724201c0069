// SPDX-License-Identifier: Apache-2.0
// HTTP as the AWS clients see it: a port. The real one is http_client.h.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sigv4/canonical.h"

namespace beckon::lambdas {

using HttpHeader = sigv4::Header;  // name, value

struct HttpRequest {
  std::string method;  // "GET", "POST", "DELETE"
  std::string url;     // sent as it is: nothing is encoded or normalised on the way
  std::vector<HttpHeader> headers;
  std::string_view body;  // must stay valid during the exchange
};

struct HttpReply {
  int status = 0;
  std::vector<HttpHeader> headers;  // as they came
  std::string body;
};

// The value of the first header of that name, compared without case; "" if there is none.
std::string_view header_of(const HttpReply& reply, std::string_view name);

struct HttpLimits {
  base::Duration connect{2000};
  base::Duration total{10'000};  // 0: no limit
  std::size_t reply_bytes_max = 16 * 1024 * 1024;
  base::Duration idle_connection_max{30'000};  // an older pooled connection is not used again
};

class Http {
 public:
  // Sends all requests in parallel and returns when each has its reply or its error, in order.
  // Any status is a reply. Errors: kUnavailable (could not connect: nothing was sent), kTimeout
  // (sent, and then too late or cut off: whether it took effect is unknown), kLimit (the reply is
  // larger than the limit), kInvalid (the server's certificate is not trusted; not a URL
  // that can be called, or no root certificates to trust).
  virtual std::vector<base::Result<HttpReply>> exchange(std::span<const HttpRequest> requests,
                                                        const HttpLimits& limits) = 0;

 protected:
  ~Http() = default;
};

}  // namespace beckon::lambdas
