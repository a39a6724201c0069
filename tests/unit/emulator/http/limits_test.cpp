// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/emulator/http/server_fixture.h"

namespace beckon::emulator {
namespace {

using tests::read_reply;

using HttpLimitsTest = ServerFixture;

TEST_F(HttpLimitsTest, MalformedInputIsAnswered400AndClosed) {
  start();
  for (const char* input :
       {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n", "\x16\x03\x01\x02",
        "GET  HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nContent-Length : 1\r\n\r\n", "GET / HTTP/1.1\r\nX Y: 1\r\n\r\n"}) {
    auto c = client();
    c.send(input);
    EXPECT_EQ(read_reply(c).status, 400) << input;
    EXPECT_EQ(c.receive_all(), "") << input;
    EXPECT_FALSE(c.timed_out()) << input;
  }
}

TEST_F(HttpLimitsTest, HeadersOfTheLimitPassAndOneByteMoreIs431) {
  start();
  const auto request = [](std::size_t bytes) {
    return "GET / HTTP/1.1\r\nX: " + std::string(bytes - 1, 'v') + "\r\n\r\n";
  };
  auto c = client();
  c.send(request(10'240));
  EXPECT_EQ(read_reply(c).status, 200);
  c.send(request(10'241));
  EXPECT_EQ(read_reply(c).status, 431);
}

// However short they are, each costs time to be told from the others.
TEST_F(HttpLimitsTest, MoreHeadersThanTheLimitAre431) {
  start();
  const auto request = [](int headers) {
    std::string text = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < headers; ++i) text += "a:\r\n";
    return text + "\r\n";
  };
  auto c = client();
  c.send(request(256));
  EXPECT_EQ(read_reply(c).status, 200);
  c.send(request(257));
  EXPECT_EQ(read_reply(c).status, 431);
}

TEST_F(HttpLimitsTest, AllBodiesTogetherAreBoundedAndTheirMemoryComesBack) {
  bodies_bytes_max_ = 300'000;
  start();
  const std::string head = "POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n";
  const std::string most(99'999, 'x');
  for (int round = 0; round < 3; ++round) {
    std::vector<tests::TcpClient> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(client());
      clients.back().send(head + most);
    }
    wait_until_bodies_have(3 * most.size());
    auto late = client();
    late.send(head + most);
    EXPECT_EQ(read_reply(late).status, 503);
    EXPECT_EQ(late.receive_all(), "");
    auto little = client();
    little.send("POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n" + std::string(60'000, 'x'));
    EXPECT_EQ(read_reply(little).status, 200) << "who sends little is served beside them";
    little.close();
    // The first is finished, the second breaks off, the third just stays and is gone with its end.
    clients[0].send("x");
    EXPECT_EQ(read_reply(clients[0]).status, 200);
    clients[1].reset();
    wait_until_bodies_have(most.size());
    auto next = client();
    next.send(head + most + "x");
    EXPECT_EQ(read_reply(next).status, 200);
    clients.clear();
    wait_until_bodies_have(0);
  }
}

TEST_F(HttpLimitsTest, AUrlOfTheLimitPassesAndOneByteMoreIs414) {
  start();
  auto c = client();
  c.send("GET /" + std::string(4095, 'u') + " HTTP/1.1\r\n\r\n");
  EXPECT_EQ(read_reply(c).status, 200);
  c.send("GET /" + std::string(4096, 'u') + " HTTP/1.1\r\n\r\n");
  EXPECT_EQ(read_reply(c).status, 414);
}

TEST_F(HttpLimitsTest, ABodyBeyondTheLimitIs413WithOrWithoutAnnouncement) {
  HttpListener listener;
  listener.limits.body_bytes_max = 10;
  start(std::move(listener));
  auto c = client();
  c.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789");
  EXPECT_EQ(read_reply(c).status, 200);
  // The whole of it is sent: the answer must survive though nobody reads the body.
  c.send("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
  EXPECT_EQ(read_reply(c).status, 413);
  auto chunked = client();
  chunked.send(
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n");
  EXPECT_EQ(read_reply(chunked).status, 413);
}

TEST_F(HttpLimitsTest, AListenerMayAnswerTooLargeABodyItself) {
  HttpListener listener;
  listener.limits.body_bytes_max = 10;
  listener.on_body_too_large = [](HttpRequest& request, const HttpDone& done) {
    done(HttpResponse{.status = 413, .headers = {}, .body = "own:" + request.path + request.body});
  };
  start(std::move(listener));
  auto c = client();
  c.send("POST /p HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'x'));
  EXPECT_EQ(read_reply(c).body, "own:/p");
  c.send("POST /q HTTP/1.1\r\nContent-Length: 1\r\n\r\n1");
  EXPECT_EQ(read_reply(c).status, 200);
}

TEST_F(HttpLimitsTest, ARequestThatDoesNotEndInTimeIs408) {
  HttpListener listener;
  listener.limits.request_time_max = base::Duration(50);
  start(std::move(listener));
  auto c = client();
  c.send("GET / HT");
  EXPECT_EQ(read_reply(c).status, 408);
  EXPECT_EQ(c.receive_all(), "");
}

TEST_F(HttpLimitsTest, AnIdleConnectionThatSendsHalfARequestGets408OnceAndIsClosed) {
  HttpListener listener;
  listener.limits.request_time_max = base::Duration(50);
  start(std::move(listener));
  auto c = client();
  c.send("GET / HTTP/1.1\r\n\r\n");
  ASSERT_EQ(read_reply(c).status, 200);
  c.send("GET / HT");
  EXPECT_EQ(read_reply(c).status, 408);
  EXPECT_EQ(c.receive_all(), "");
  EXPECT_FALSE(c.timed_out());
}

// The 408 waits behind an answer that the client does not take.
TEST_F(HttpLimitsTest, AClientThatReadsNothingIsGivenUpAndNotTold408AgainAndAgain) {
  HttpListener listener;
  listener.limits.request_time_max = base::Duration(50);
  listener.limits.write_stall_max = base::Duration(50);
  listener.on_request = [](HttpRequest&, const HttpDone& done) {
    done(HttpResponse{.status = 200, .headers = {}, .body = std::string(16U << 20, 'x')});
  };
  start(std::move(listener));
  auto c = client();
  c.send("GET / HTTP/1.1\r\n\r\nGET / HT");
  while (connections_count() == 0) {
  }
  const auto begin = base::monotonic_now();
  while (connections_count() != 0 && base::monotonic_now() - begin < tests::kPatience) {
  }
  EXPECT_EQ(connections_count(), 0U);
}

TEST_F(HttpLimitsTest, AnIdleConnectionIsClosedAfterItsTimeButNotWhileItsRequestIsHandled) {
  HttpListener listener;
  listener.limits.idle_max = base::Duration(50);
  start(std::move(listener));
  auto idle = client();
  auto busy = client();
  busy.send("GET /later HTTP/1.1\r\n\r\n");
  while (waiting_count() == 0) {
  }
  EXPECT_EQ(idle.receive_all(), "");
  EXPECT_FALSE(idle.timed_out());
  answer_later();
  EXPECT_EQ(read_reply(busy).status, 200);
}

TEST_F(HttpLimitsTest, AClientThatSendsAheadWithoutEndIsNotBufferedWithoutEnd) {
  start();
  auto c = client();
  c.send("GET /later HTTP/1.1\r\n\r\n");
  while (waiting_count() == 0) {
  }
  const std::string request = "GET /ahead HTTP/1.1\r\n\r\n";
  std::string many;
  constexpr int kRequests = 10'000;
  for (int i = 0; i < kRequests; ++i) many += request;
  std::thread sender([&] { c.send(many); });
  answer_later();
  for (int i = 0; i <= kRequests; ++i) ASSERT_EQ(read_reply(c).status, 200) << i;
  sender.join();
}

}  // namespace
}  // namespace beckon::emulator
