// SPDX-License-Identifier: Apache-2.0
// The mbedTLS half of TlsContext, for this folder alone.
#pragma once

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "emulator/tls/context.h"

namespace beckon::emulator {

struct TlsContext::State {
  mbedtls_ssl_config config{};
  mbedtls_x509_crt chain{};
  mbedtls_pk_context key{};
};

}  // namespace beckon::emulator
