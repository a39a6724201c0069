// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/explain.h"

#include <gtest/gtest.h>

namespace beckon::platform {
namespace {

constexpr char kUnknownAuthority[] =
    "server's cert didn't look good, invalidca (use_ssl 0x1001) X509_V_ERR = 24: CA is not "
    "trusted\n";

// The texts are those of libwebsockets 4.3.5 over mbedTLS.
TEST(Explain, EveryTextOfTheLibraryBecomesASentence) {
  const struct {
    const char* url;
    const char* reason;
    std::optional<std::uint64_t> received_bytes;
    const char* sentence;
  } cases[] = {
      {"ws://127.0.0.1:9/x", "conn fail: 111", {}, "connection refused by 127.0.0.1:9"},
      {"wss://x.test/dev", "conn fail: 110", {}, "no answer from x.test:443"},
      {"wss://x.test/dev", "conn fail: 113", {}, "x.test:443 cannot be reached (No route to host)"},
      {"wss://x.test/dev",
       "conn fail: 104",
       {},
       "no connection to x.test:443 (Connection reset by peer)"},
      {"wss://x.test/dev",
       "conn fail: skt creation: errno 97",
       {},
       "no connection to x.test:443 (Address family not supported by protocol)"},
      {"ws://[::1]:8080/",
       "Unable to connect",
       {},
       "[::1]:8080 cannot be reached; is there a network?"},
      {"wss://x.test/dev", "DNS NXDOMAIN", {}, "host not found: x.test"},
      {"wss://x.test/dev", kUnknownAuthority, 1500,
       "TLS: the server's certificate is not trusted (its authority is unknown here); if this is "
       "the right server, name its authority's certificate (--cacert FILE)"},
      {"wss://x.test/dev", kUnknownAuthority, 7,
       "TLS: x.test:443 refused the handshake; this agent speaks TLS 1.2, the server perhaps only "
       "TLS 1.3"},
      {"wss://x.test/dev", "mbedtls connect -1 5 0", 7,
       "TLS: x.test:443 refused the handshake; this agent speaks TLS 1.2, the server perhaps only "
       "TLS 1.3"},
      {"wss://x.test/dev", kUnknownAuthority, 0,
       "TLS: x.test:443 closed the connection without an answer"},
      {"wss://x.test/dev", kUnknownAuthority, 120,
       "TLS: x.test:443 showed no certificate; it does not seem to speak TLS (ws:// instead?)"},
      {"wss://x.test/dev", "mbedtls connect -1 5 0", 1500,
       "TLS: the handshake with x.test:443 failed"},
      {"wss://x.test/dev",
       "server's cert didn't look good, hostname (use_ssl 0x1001) X509_V_ERR = 62: Hostname "
       "mismatch\n",
       1500, "TLS: the server's certificate is for another name than x.test"},
      {"wss://x.test/dev",
       "server's cert didn't look good, expired (use_ssl 0x1001) X509_V_ERR = 10: expired\n", 1500,
       "TLS: the server's certificate is expired; or is this device's clock wrong?"},
      {"wss://x.test/dev",
       "server's cert didn't look good, notyetvalid (use_ssl 0x1001) X509_V_ERR = 9: x\n", 1500,
       "TLS: the server's certificate is not valid yet; or is this device's clock wrong?"},
      {"wss://x.test/dev",
       "server's cert didn't look good,  (use_ssl 0x1001) X509_V_ERR = 67: CA key too small\n",
       1500, "TLS: the server's certificate is not trusted (CA key too small)"},
      {"ws://x.test/dev", "read failed", 12,
       "x.test:80 closed the connection without an HTTP answer (does it want wss://?)"},
      {"wss://x.test/dev", "Peer hung up", 12,
       "x.test:443 closed the connection without an HTTP answer"},
      {"wss://x.test/dev", "problems parsing header", 12,
       "x.test:443 answered with what is not HTTP"},
      {"wss://x.test/dev", "Timed out waiting SSL", 12, "no answer from x.test:443"},
      {"wss://x.test/dev", "HS: ACCEPT missing", 12,
       "x.test:443 does not speak WebSocket there (ACCEPT missing)"},
      {"wss://x.test/dev",
       "first service failed",
       {},
       "no connection to x.test:443 (first service failed)"},
  };
  for (const auto& one : cases) {
    const auto url = agent::parse_websocket_url(one.url);
    ASSERT_TRUE(url);
    EXPECT_EQ(explain({one.reason, one.received_bytes}, *url), one.sentence);
  }
}

}  // namespace
}  // namespace beckon::platform
