// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/explain.h"

#include <gtest/gtest.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

namespace beckon::platform {
namespace {

// What mbedTLS says of a certificate that it refuses.
TlsFailure refused(std::uint32_t flags) {
  return {.error = MBEDTLS_ERR_X509_CERT_VERIFY_FAILED,
          .alert = {},
          .flags = flags,
          .is_self_signed = false,
          .unknown_issuer = "CN=Other",
          .valid_from = "2031-01-01T00:00:00Z",
          .valid_to = "2020-01-01T00:00:00Z"};
}

TlsFailure failed(int error, std::optional<int> alert = {}) {
  TlsFailure failure;
  failure.error = error;
  failure.alert = alert;
  return failure;
}

// The texts are those of libwebsockets 4.3.5 over mbedTLS.
TEST(Explain, EveryTextOfTheLibraryBecomesASentence) {
  const struct {
    const char* url;
    const char* reason;
    const char* sentence;
  } cases[] = {
      {"ws://127.0.0.1:9/x", "conn fail: 111", "connection refused by 127.0.0.1:9"},
      {"wss://x.test/dev", "conn fail: 110", "no answer from x.test:443"},
      {"wss://x.test/dev", "conn fail: 113", "x.test:443 cannot be reached (No route to host)"},
      {"wss://x.test/dev", "conn fail: 104",
       "no connection to x.test:443 (Connection reset by peer)"},
      {"wss://x.test/dev", "conn fail: skt creation: errno 97",
       "no connection to x.test:443 (Address family not supported by protocol)"},
      {"ws://[::1]:8080/", "Unable to connect",
       "[::1]:8080 cannot be reached; is there a network?"},
      {"wss://x.test/dev", "DNS NXDOMAIN", "host not found: x.test"},
      {"wss://x.test/dev", "mbedtls connect -1 5 0", "TLS: the handshake with x.test:443 failed"},
      {"ws://x.test/dev", "read failed",
       "x.test:80 closed the connection without an HTTP answer (does it want wss://?)"},
      {"wss://x.test/dev", "Peer hung up",
       "x.test:443 closed the connection without an HTTP answer"},
      {"wss://x.test/dev", "problems parsing header",
       "x.test:443 answered with what is not HTTP, or with more than 4 kB of headers"},
      {"wss://x.test/dev", "HS: URI missing", "x.test:443 answered with what is not HTTP"},
      {"wss://x.test/dev", "Timed out waiting SSL", "no answer from x.test:443"},
      {"wss://x.test/dev", "HS: ACCEPT missing",
       "x.test:443 does not speak WebSocket there (ACCEPT missing)"},
      {"wss://x.test/dev", "first service failed",
       "no connection to x.test:443 (first service failed)"},
  };
  for (const auto& one : cases) {
    const auto url = agent::parse_websocket_url(one.url);
    ASSERT_TRUE(url);
    EXPECT_EQ(explain({one.reason}, *url), one.sentence);
  }
}

TEST(Explain, ARequestsFailuresNameItsOwnSchemesAndSettings) {
  const auto secure = agent::parse_http_url("https://x.test/");
  const auto plain = agent::parse_http_url("http://x.test/");
  ASSERT_TRUE(secure && plain);
  EXPECT_EQ(explain({"read failed"}, *plain),
            "x.test:80 closed the connection without an HTTP answer (does it want https://?)");
  const ConnectFailure no_tls{"mbedtls connect -1 5 0", failed(MBEDTLS_ERR_SSL_INVALID_RECORD), ""};
  EXPECT_EQ(explain(no_tls, *secure),
            "TLS: x.test:443 does not seem to speak TLS (http:// instead?)");
  const ConnectFailure untrusted{"server's cert didn't look good",
                                 refused(MBEDTLS_X509_BADCERT_NOT_TRUSTED), ""};
  EXPECT_TRUE(explain(untrusted, *secure)
                  .ends_with("name its authority's certificate (\"ca_file\" in \"http\")"));
}

// What the server sent besides its own certificate shows what it may lack.
TEST(Explain, WhoIsNotTrustedIsSaidAsFarAsTheServerSentIt) {
  const auto url = agent::parse_websocket_url("wss://x.test/dev");
  ASSERT_TRUE(url);
  const auto sentence = [&url](void (*change)(TlsFailure&)) {
    TlsFailure failure = refused(MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    change(failure);
    const std::string text = explain({"server's cert didn't look good", failure, ""}, *url);
    return text.substr(0, text.find("; if this"));
  };
  EXPECT_EQ(sentence([](TlsFailure& failure) { failure.is_self_signed = true; }),
            "TLS: the server's certificate is not trusted: it is self-signed, and not among the "
            "trusted ones");
  EXPECT_EQ(sentence([](TlsFailure& failure) { failure.issuer_came = true; }),
            "TLS: the server's certificate is not trusted: its authority \"CN=Other\", whose "
            "certificate the server sent, is unknown here");
  EXPECT_EQ(
      sentence([](TlsFailure& failure) { failure.issuer_has_namesake = true; }),
      "TLS: the server's certificate is not trusted: an authority of the name \"CN=Other\" is "
      "trusted here, but it did not sign this one");
  EXPECT_EQ(sentence([](TlsFailure&) {}),
            "TLS: the server's certificate is not trusted: the server did not send the certificate "
            "of its issuer \"CN=Other\", which is unknown here: it leaves out an intermediate "
            "certificate, or its authority is not trusted");
}

TEST(Explain, WhyATlsHandshakeFailedIsSaidWithWhatToDo) {
  const struct {
    TlsFailure failure;
    const char* sentence;
  } cases[] = {
      {refused(MBEDTLS_X509_BADCERT_CN_MISMATCH),
       "TLS: the server's certificate is for another name than x.test"},
      {refused(MBEDTLS_X509_BADCERT_FUTURE),
       "TLS: the server's certificate is not valid yet: it begins at 2031-01-01T00:00:00Z, and "
       "this "
       "device's clock shows 1970-01-01T00:00:05Z (is it right?)"},
      {refused(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_NOT_TRUSTED),
       "TLS: the server's certificate is expired: it ended at 2020-01-01T00:00:00Z, and this "
       "device's clock shows 1970-01-01T00:00:05Z (is it right?); it is also not trusted: the "
       "server did not send the certificate of its issuer \"CN=Other\", which is unknown here: it "
       "leaves out an intermediate certificate, or its authority is not trusted; if this is the "
       "right server, name its authority's certificate (--cacert FILE)"},
      {refused(MBEDTLS_X509_BADCERT_BAD_KEY),
       "TLS: the server's certificate is signed in a way, or with a key, that is too weak"},
      {refused(MBEDTLS_X509_BADCERT_EXT_KEY_USAGE),
       "TLS: the server's certificate is not meant for a server"},
      {refused(0), "TLS: the server's certificate is not trusted"},
      {failed(MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, 70),
       "TLS: x.test:443 speaks no TLS newer than 1.1, and this agent none older than 1.2"},
      {failed(MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, 40),
       "TLS: x.test:443 refused the handshake: it shares no cipher with this agent"},
      {failed(MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, 112),
       "TLS: x.test:443 refused the handshake: it does not know the name x.test"},
      {failed(MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, 80),
       "TLS: x.test:443 refused the handshake (alert 80)"},
      {failed(MBEDTLS_ERR_SSL_INVALID_RECORD),
       "TLS: x.test:443 does not seem to speak TLS (ws:// instead?)"},
      {failed(MBEDTLS_ERR_SSL_CONN_EOF),
       "TLS: x.test:443 closed the connection in the middle of the handshake"},
      {failed(MBEDTLS_ERR_SSL_DECODE_ERROR),
       "TLS: the handshake with x.test:443 failed (mbedTLS -0x7300)"},
  };
  const auto url = agent::parse_websocket_url("wss://x.test/dev");
  ASSERT_TRUE(url);
  for (const auto& one : cases) {
    const ConnectFailure failure{"mbedtls connect -1 5 0", one.failure, "1970-01-01T00:00:05Z"};
    EXPECT_EQ(explain(failure, *url), one.sentence);
  }
}

}  // namespace
}  // namespace beckon::platform
