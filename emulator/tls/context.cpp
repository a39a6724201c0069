// SPDX-License-Identifier: Apache-2.0
#include "emulator/tls/context.h"

#include <psa/crypto.h>

#include "common/base/bytes.h"
#include "emulator/tls/context_state.h"

namespace beckon::emulator {
namespace {

using base::ErrorCode;
using base::fail;

int fill_random(void*, unsigned char* out, std::size_t size) {
  base::random_bytes({out, size});
  return 0;
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.c_str());
}

}  // namespace

TlsContext::TlsContext() : state_(std::make_unique<State>()) {
  mbedtls_ssl_config_init(&state_->config);
  mbedtls_x509_crt_init(&state_->chain);
  mbedtls_pk_init(&state_->key);
}

TlsContext::~TlsContext() {
  mbedtls_ssl_config_free(&state_->config);
  mbedtls_x509_crt_free(&state_->chain);
  mbedtls_pk_free(&state_->key);
}

base::Result<std::shared_ptr<const TlsContext>> TlsContext::make(const KeyAndCertificate& server) {
  std::shared_ptr<TlsContext> context(new TlsContext);
  State& state = *context->state_;
  const std::string& pem = server.certificate_pem;
  const std::string& key = server.key_pem;
  // PEM is read with its terminating zero.
  if (mbedtls_x509_crt_parse(&state.chain, bytes_of(pem), pem.size() + 1) != 0 ||
      mbedtls_pk_parse_key(&state.key, bytes_of(key), key.size() + 1, nullptr, 0, fill_random,
                           nullptr) != 0) {
    return fail(ErrorCode::kInvalid, "the server's certificate or key cannot be read");
  }
  // TLS 1.3 computes through PSA.
  if (psa_crypto_init() != PSA_SUCCESS ||
      mbedtls_ssl_config_defaults(&state.config, MBEDTLS_SSL_IS_SERVER,
                                  MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0 ||
      mbedtls_ssl_conf_own_cert(&state.config, &state.chain, &state.key) != 0) {
    return fail(ErrorCode::kInternal, "TLS could not be set up");
  }
  mbedtls_ssl_conf_rng(&state.config, fill_random, nullptr);
  mbedtls_ssl_conf_min_tls_version(&state.config, MBEDTLS_SSL_VERSION_TLS1_2);
  mbedtls_ssl_conf_max_tls_version(&state.config, MBEDTLS_SSL_VERSION_TLS1_3);
  return context;
}

}  // namespace beckon::emulator
