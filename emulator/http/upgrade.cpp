// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "emulator/http/connection.h"

namespace beckon::emulator {

HttpUpgrade::HttpUpgrade(std::weak_ptr<HttpConnection> connection)
    : connection_(std::move(connection)) {}

HttpUpgrade::~HttpUpgrade() {
  if (!decided_) refuse(HttpResponse{.status = 500, .headers = {}, .body = {}});
}

void HttpUpgrade::refuse(const HttpResponse& response) {
  decided_ = true;
  if (const auto connection = connection_.lock()) connection->refuse_upgrade(response);
}

std::optional<HttpUpgrade::Socket> HttpUpgrade::take() {
  decided_ = true;
  const auto connection = connection_.lock();
  return connection != nullptr ? connection->take_socket() : std::nullopt;
}

}  // namespace beckon::emulator
