// SPDX-License-Identifier: Apache-2.0
// Why a connection was not made, as a sentence for people. libwebsockets' own texts are for its
// developers, and some of its verdicts need a second look. Decides nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/url.h"
#include "platform/lws/tls_hooks.h"

namespace beckon::platform {

struct ConnectFailure {
  std::string_view reason;             // libwebsockets' text
  std::optional<TlsFailure> tls = {};  // where it was the TLS handshake
  std::string now = {};                // RFC 3339: what this device's clock shows
};

// No connection was made: another address may do better.
bool is_unreached(std::string_view reason);

// One sentence without a period; it names url's host and port where that helps.
std::string explain(const ConnectFailure& failure, const agent::Url& url);

}  // namespace beckon::platform
