// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over libcurl, the only user of it in Beckon: pooled keep-alive connections, requests in
// parallel, TLS with the server's certificate and name always verified. No redirects, no proxies,
// no cookies. A pooled connection that turns out to be dead is replaced by a fresh one and the
// request sent again, once the peer has answered nothing at all.
#pragma once

#include <memory>

#include "lambdas/aws/http.h"

namespace beckon::lambdas {

// At most this many requests are under way at once; the others wait. Lambda allows 1,024 open
// files.
inline constexpr int kHttpParallelMax = 64;

class HttpClient final : public Http {
 public:
  // ca_file: PEM bundle of trusted roots; "": the one that AWS_CA_BUNDLE names, else the system's,
  // found at the first https call.
  explicit HttpClient(std::string ca_file = "");
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  std::vector<base::Result<HttpReply>> exchange(std::span<const HttpRequest> requests,
                                                const HttpLimits& limits) override;

 private:
  class Transfers;
  std::unique_ptr<Transfers> transfers_;
};

}  // namespace beckon::lambdas
