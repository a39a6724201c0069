// SPDX-License-Identifier: Apache-2.0
// What a client can do before there is any TLS. Real handshakes: tests/e2e/test_tls.py.
#include "emulator/tls/certificate.h"
#include "tests/unit/emulator/http/server_fixture.h"

namespace beckon::emulator {
namespace {

using tests::read_reply;

class HttpTlsTest : public ServerFixture {
 protected:
  void start_tls(HttpLimits limits = {}) {
    const auto authority = make_authority();
    ASSERT_TRUE(authority) << authority.error().message;
    const auto server = issue(*authority, {"localhost", "127.0.0.1"});
    ASSERT_TRUE(server) << server.error().message;
    auto context = TlsContext::make(*server);
    ASSERT_TRUE(context) << context.error().message;
    HttpListener listener;
    listener.limits = limits;
    listener.tls = std::move(*context);
    start(std::move(listener));
  }
};

TEST_F(HttpTlsTest, WhoeverDoesNotShakeHandsInTimeIsClosed) {
  HttpLimits limits;
  limits.tls_handshake_max = base::Duration(50);
  start_tls(limits);
  auto silent = client();
  auto slow = client();
  slow.send("\x16\x03\x01\x01");  // the beginning of a record
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_EQ(slow.receive_all(), "");
  EXPECT_FALSE(silent.timed_out());
  EXPECT_FALSE(slow.timed_out());
  EXPECT_EQ(connections_count(), 0U);
}

TEST_F(HttpTlsTest, PlainHttpIsToldToUseTls) {
  start_tls();
  auto c = client();
  c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto reply = read_reply(c);
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("This port speaks TLS"), std::string::npos);
  EXPECT_EQ(c.receive_all(), "");
}

TEST_F(HttpTlsTest, GarbageIsAnsweredWithAnAlertAndTheEnd) {
  start_tls();
  auto c = client();
  c.send(std::string("\x17\x03\x03\x00\x05hello", 10));
  const std::string answer = c.receive_all();
  EXPECT_FALSE(c.timed_out());
  EXPECT_EQ(answer.substr(0, 1), "\x15");
}

TEST(Certificate, AnAuthorityWithAnotherOnesKeyIsOfNoUse) {
  const auto one = make_authority();
  const auto other = make_authority();
  ASSERT_TRUE(one && other);
  const auto issued = issue({other->key_pem, one->certificate_pem}, {"localhost"});
  ASSERT_FALSE(issued);
  EXPECT_EQ(issued.error().message, "its key belongs to another certificate");
  EXPECT_FALSE(issue({"", one->certificate_pem}, {"localhost"}));
  EXPECT_FALSE(issue({one->key_pem, "nonsense"}, {"localhost"}));
}

}  // namespace
}  // namespace beckon::emulator
