// SPDX-License-Identifier: Apache-2.0
// Whatever a server sends to the agent, over WebSocket or as the answer to a request of the http
// action, the connection ends, that is told once, and nothing that is told is longer than its
// limit.
//
// Input: "w" and what follows a right handshake, "h" and what stands in its place, or "a" and the
// answer to a request. The server ends its side then.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/crypto/hash.h"
#include "platform/lws/http_client.h"
#include "platform/lws/transport.h"

namespace {

using namespace beckon;
using namespace beckon::platform;

constexpr std::size_t kMessageBytesMax = 1024;

// Takes one connection at a time, answers its first request and goes.
class Server final : DescriptorWatcher {
 public:
  explicit Server(Loop& loop) : loop_(loop) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    BECKON_ASSERT(bind(fd, generic, size) == 0 && listen(fd, 8) == 0);
    BECKON_ASSERT(getsockname(fd, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    listener_ = fd;
    BECKON_ASSERT(loop_.watch(fd, *this).has_value());
  }
  int port() const { return port_; }

  bool completes_handshake = false;
  std::string answer;

 private:
  struct Client final : DescriptorWatcher {
    bool readable() override {
      char room[4096];
      ssize_t count = 0;
      while ((count = recv(fd, room, sizeof room, MSG_DONTWAIT)) > 0) {
        request.append(room, static_cast<std::size_t>(count));
      }
      if (!answered && request.contains("\r\n\r\n")) {
        answered = true;
        const std::string bytes = server->handshake(request) + server->answer;
        static_cast<void>(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
        shutdown(fd, SHUT_WR);
      }
      return count < 0;  // false: the other side has ended
    }
    void hung_up() override {}
    Server* server = nullptr;
    int fd = -1;
    std::string request;
    bool answered = false;
  };

  bool readable() override {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return true;
    loop_.unwatch(client_);
    client_ = Client();
    client_.server = this;
    client_.fd = fd;
    BECKON_ASSERT(loop_.watch(fd, client_).has_value());
    return true;
  }
  void hung_up() override {}

  std::string handshake(std::string_view request) const {
    if (!completes_handshake) return {};
    constexpr std::string_view kName = "Sec-WebSocket-Key: ";
    const std::size_t at = request.find(kName);
    BECKON_ASSERT(at != std::string_view::npos);
    std::string key(request.substr(at + kName.size(), 24));
    key += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           base::base64(crypto::sha1(key).view()) + "\r\n\r\n";
  }

  Loop& loop_;
  int listener_ = -1;
  int port_ = 0;
  Client client_;
};

class NoNames final : public NameResolver {
 public:
  void resolve(const void*, const std::string&, Done) override { BECKON_ASSERT(false); }
  void forget(const void*) override {}
};

struct World final : agent::TransportObserver, private TimerWatcher {
  static std::unique_ptr<Loop> make_loop() {
    auto made = Loop::create({}, base::null_log());
    BECKON_ASSERT(made.has_value());
    return *std::move(made);
  }

  World() { transport.set_observer(*this); }

  // Until the connection has ended.
  void run() {
    loop->set_timer(base::monotonic_now() + std::chrono::seconds(30), *this);
    loop->run();
    loop->set_timer(std::nullopt, *this);
    BECKON_ASSERT(!is_late && ends == 1);
  }
  void ended() {
    ++ends;
    loop->stop();
  }
  void timer_fired() override {
    is_late = true;
    loop->stop();
  }

  void connect() {
    ends = 0;
    is_open = false;
    transport.connect(++attempt, {"ws://127.0.0.1:" + std::to_string(server.port()) + "/dev", {}});
    run();
    BECKON_ASSERT(transport.drained());
  }
  void opened(agent::Attempt of) override {
    BECKON_ASSERT(of == attempt && !is_open);
    is_open = true;
  }
  void failed(agent::Attempt of, int http_status, std::string_view reason) override {
    BECKON_ASSERT(of == attempt && !is_open && !reason.empty());
    BECKON_ASSERT(http_status >= 0 && !base::has_control(reason));
    ended();
  }
  void closed(agent::Attempt of, std::uint16_t, std::string_view) override {
    BECKON_ASSERT(of == attempt && is_open);
    ended();
  }
  void message(agent::Attempt of, std::string_view text) override {
    BECKON_ASSERT(of == attempt && is_open && text.size() <= kMessageBytesMax);
  }
  void oversized(agent::Attempt of) override { BECKON_ASSERT(of == attempt && is_open); }

  void ask() {
    ends = 0;
    HttpRequest request;
    request.method = "POST";
    request.url = *agent::parse_http_url("http://127.0.0.1:" + std::to_string(server.port()) + "/");
    request.body = "{}";
    request.timeout = std::chrono::seconds(20);
    request.check_address = [](const std::string&) -> base::Status { return {}; };
    client.start(std::move(request), [this](const base::Result<HttpAnswer>& answer) {
      if (answer) {
        BECKON_ASSERT(answer->body_start.size() <= 200 && answer->location.size() < 512);
      } else {
        BECKON_ASSERT(!answer.error().message.empty());
        BECKON_ASSERT(answer.error().code != base::ErrorCode::kTimeout);
      }
      ended();
    });
    run();
  }

  const std::unique_ptr<Loop> loop = make_loop();
  NoNames names;
  Server server{*loop};
  Transport transport{*loop, {.message_bytes_max = kMessageBytesMax}};
  HttpClient client{*loop, names};
  agent::Attempt attempt = 0;
  int ends = 0;
  bool is_open = false;
  bool is_late = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World& world = *new World;  // the loop's end would wait for its connections
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  world.server.answer = input.substr(1);
  world.server.completes_handshake = input.front() == 'w';
  if (input.front() == 'w' || input.front() == 'h') world.connect();
  if (input.front() == 'a') world.ask();
  return 0;
}
