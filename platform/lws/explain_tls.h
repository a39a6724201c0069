// SPDX-License-Identifier: Apache-2.0
// Why a TLS handshake failed, as a sentence for people. Decides nothing.
#pragma once

#include <string>

#include "agent/url.h"
#include "platform/lws/tls_hooks.h"

namespace beckon::platform {

// One sentence without a period. place: host and port. now: RFC 3339, what this device's clock
// shows; a certificate's dates are judged by it.
std::string explain_tls(const TlsFailure& failure, const agent::Url& url, const std::string& place,
                        const std::string& now);

// The same of an open connection, for take_tls_read_error().
std::string explain_tls_read(int error);

}  // namespace beckon::platform
