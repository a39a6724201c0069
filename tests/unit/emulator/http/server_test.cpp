// SPDX-License-Identifier: Apache-2.0
#include "emulator/http/server.h"

#include "tests/unit/emulator/http/server_fixture.h"

namespace beckon::emulator {
namespace {

using tests::read_reply;

using HttpServerTest = ServerFixture;

TEST_F(HttpServerTest, HeaderNamesKeepTheirCaseOrderAndDuplicates) {
  start();
  auto c = client();
  c.send("GET /a/b?x=1&y=%20 HTTP/1.1\r\nHost: h\r\nx-LOWER: 1\r\nX-Lower: 2\r\nEmpty:\r\n\r\n");
  const auto reply = read_reply(c);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "GET /a/b?x=1&y=%20\nHost=h\nx-LOWER=1\nX-Lower=2\nEmpty=\n");
  EXPECT_EQ(reply.header_or("x-test", ""), "yes");
  EXPECT_NE(reply.header_or("date", ""), "");
}

TEST_F(HttpServerTest, ARequestSplitAtEveryByteIsTheSameRequest) {
  start();
  const std::string request =
      "POST /p HTTP/1.1\r\nHost: h\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello";
  auto c = client();
  for (const char byte : request) ASSERT_TRUE(c.send({&byte, 1}));
  EXPECT_EQ(read_reply(c).body, "POST /p?\nHost=h\nX-A=b\nContent-Length=5\nhello");
}

TEST_F(HttpServerTest, AConnectionServesManyRequestsOneAfterTheOther) {
  start();
  auto c = client();
  for (int i = 0; i < 3; ++i) {
    c.send("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
    EXPECT_EQ(read_reply(c).body, "GET /" + std::to_string(i) + "?\n");
  }
  EXPECT_EQ(connections_count(), 1U);
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrderThoughOneTakesLonger) {
  start();
  auto c = client();
  c.send("GET /1 HTTP/1.1\r\n\r\nGET /later HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n");
  EXPECT_EQ(read_reply(c).body, "GET /1?\n");
  while (waiting_count() == 0) {
  }
  answer_later();
  EXPECT_EQ(read_reply(c).body, "GET /later?\n");
  EXPECT_EQ(read_reply(c).body, "GET /3?\n");
}

TEST_F(HttpServerTest, AChunkedBodyArrivesWhole) {
  start();
  auto c = client();
  c.send(
      "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n"
      "Trailer: ignored\r\n\r\nGET /next HTTP/1.1\r\n\r\n");
  EXPECT_EQ(read_reply(c).body, "POST /c?\nTransfer-Encoding=chunked\nabcdefg");
  EXPECT_EQ(read_reply(c).body, "GET /next?\n");
}

TEST_F(HttpServerTest, ExpectContinueIsAnsweredBeforeTheBodyComes) {
  start();
  auto c = client();
  c.send("POST /e HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(c.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("ok");
  EXPECT_EQ(read_reply(c).status, 200);
}

TEST_F(HttpServerTest, HeadHasTheLengthButNoBody) {
  start();
  auto c = client();
  c.send("HEAD /h HTTP/1.1\r\n\r\nGET /g HTTP/1.1\r\n\r\n");
  const auto head = read_reply(c, true);
  EXPECT_EQ(head.header_or("content-length", ""), "9");
  EXPECT_EQ(read_reply(c).body, "GET /g?\n");
}

TEST_F(HttpServerTest, ConnectionCloseAndHttp10AreHonoured) {
  start();
  auto c = client();
  c.send("GET /x HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(read_reply(c).header_or("connection", ""), "close");
  EXPECT_EQ(c.receive_all(), "");
  EXPECT_FALSE(c.timed_out());
  auto old = client();
  old.send("GET /x HTTP/1.0\r\n\r\n");
  EXPECT_EQ(read_reply(old).status, 200);
  EXPECT_EQ(old.receive_all(), "");
  EXPECT_FALSE(old.timed_out());
}

TEST_F(HttpServerTest, AnAnswerLargerThanTheSocketBufferArrivesWhole) {
  const std::string large(12U << 20, 'z');
  start(answering(large));
  auto c = client();
  c.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(read_reply(c).body == large);
  c.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(read_reply(c).body == large);
}

TEST_F(HttpServerTest, AClientThatLeavesBeforeItsAnswerHarmsNobody) {
  start();
  {
    auto c = client();
    c.send("GET /later HTTP/1.1\r\n\r\n");
    while (waiting_count() == 0) {
    }
    c.reset();
  }
  while (connections_count() != 0) {
  }
  answer_later();
  auto c = client();
  c.send("GET /after HTTP/1.1\r\n\r\n");
  EXPECT_EQ(read_reply(c).status, 200);
}

// A client that has said all it wants to say (shutdown of its half) still gets every answer.
TEST_F(HttpServerTest, AHalfClosedClientGetsItsAnswers) {
  start();
  auto c = client();
  c.send("GET /later HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\n");
  c.shutdown_sending();
  while (waiting_count() == 0) {
  }
  answer_later();
  EXPECT_EQ(read_reply(c).body, "GET /later?\n");
  EXPECT_EQ(read_reply(c).body, "GET /second?\n");
  EXPECT_EQ(c.receive_all(), "");
  EXPECT_FALSE(c.timed_out()) << "the link must end behind the last answer";
}

TEST_F(HttpServerTest, AHalfClosedClientGetsALargeAnswerWholeAndAHalfRequestEndsTheLink) {
  const std::string large(12U << 20, 'z');
  start(answering(large));
  auto c = client();
  c.send("GET / HTTP/1.1\r\n\r\n");
  c.shutdown_sending();
  EXPECT_TRUE(read_reply(c).body == large);
  EXPECT_EQ(c.receive_all(), "");
  EXPECT_FALSE(c.timed_out());
  auto half = client();
  half.send("GET / HT");
  half.shutdown_sending();
  EXPECT_EQ(half.receive_all(), "");
  EXPECT_FALSE(half.timed_out());
}

// A client that asks for much and reads nothing is not asked for more: its answers stay bounded. It
// gets all of them once it reads.
TEST_F(HttpServerTest, AnswersToAClientThatDoesNotReadAreBounded) {
  constexpr int kRequests = 500;
  HttpListener listener;
  int handled = 0;  // touched on the loop's thread only
  const std::string body(64U << 10, 'b');
  listener.on_request = [&](HttpRequest&, const HttpDone& done) {
    ++handled;
    done(HttpResponse{.status = 200, .headers = {}, .body = body});
  };
  start(std::move(listener));
  auto c = client();
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += "GET / HTTP/1.1\r\n\r\n";
  c.send(requests);
  const auto handled_now = [&] {
    int count = 0;
    thread_.run([&] { count = handled; });
    return count;
  };
  while (handled_now() == 0) {
  }
  // The kernel's buffers take some megabytes; all answers together are 32.
  EXPECT_LT(handled_now(), kRequests);
  for (int i = 0; i < kRequests; ++i) {
    const auto reply = read_reply(c);
    ASSERT_EQ(reply.status, 200) << i;
    ASSERT_EQ(reply.body.size(), body.size()) << i;
  }
  EXPECT_EQ(handled_now(), kRequests);
}

TEST_F(HttpServerTest, AHeaderValueWithLineBreaksCannotForgeAHeader) {
  HttpListener listener;
  listener.on_request = [](HttpRequest&, const HttpDone& done) {
    done(HttpResponse{.status = 200, .headers = {{"X-A", "b\r\nX-Forged: 1"}}, .body = {}});
  };
  start(std::move(listener));
  auto c = client();
  c.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(read_reply(c).header_or("x-forged", "absent"), "absent");
}

TEST_F(HttpServerTest, APortInUseIsNamed) {
  start();
  thread_.run([this] {
    HttpListener listener;
    listener.on_request = [](HttpRequest&, const HttpDone&) {};
    const auto second = server_->listen("127.0.0.1", port_, std::move(listener));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::ErrorCode::kAlreadyExists);
    EXPECT_NE(second.error().message.find(std::to_string(port_)), std::string::npos);
  });
}

TEST_F(HttpServerTest, ClosingAListenerClosesItsConnectionsOnly) {
  start();
  HttpServer::ListenerId other = 0;
  int other_port = 0;
  thread_.run([&] {
    HttpListener listener;
    listener.on_request = [](HttpRequest& request, const HttpDone& done) {
      done(HttpResponse{.status = 200, .headers = {}, .body = request.local_address});
    };
    other = *server_->listen("127.0.0.2", 0, std::move(listener));
    other_port = server_->port(other);
  });
  auto c = client();
  tests::TcpClient o("127.0.0.2", other_port);
  o.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(read_reply(o).body, "127.0.0.2");
  thread_.run([&] { server_->close_listener(other); });
  EXPECT_EQ(o.receive_all(), "");
  EXPECT_FALSE(o.timed_out());
  c.send("GET /still HTTP/1.1\r\n\r\n");
  EXPECT_EQ(read_reply(c).status, 200);
}

}  // namespace
}  // namespace beckon::emulator
