// SPDX-License-Identifier: Apache-2.0
// The @connections API: POST, GET and DELETE of one open connection.
#pragma once

#include <functional>
#include <optional>

#include "common/sigv4/verify.h"
#include "emulator/gateway/gateway.h"
#include "emulator/gateway/paths.h"
#include "emulator/http/message.h"

namespace beckon::emulator {

class ConnectionsApi {
 public:
  // Tells why a request's signature is refused, or nothing if it is good.
  using Verify = std::function<std::optional<sigv4::Refusal>(const HttpRequest&)>;

  // gateway and ids must outlive it.
  ConnectionsApi(Gateway& gateway, IdSource& ids, Verify verify);

  HttpResponse handle(const HttpRequest& request, const ConnectionsPath& path);

 private:
  HttpResponse post(GatewayConnection& connection, const std::string& data);
  HttpResponse get(const GatewayConnection& connection);
  HttpResponse remove(GatewayConnection& connection);
  HttpResponse gone();

  Gateway& gateway_;
  IdSource& ids_;
  Verify verify_;
};

}  // namespace beckon::emulator
