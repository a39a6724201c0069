// SPDX-License-Identifier: Apache-2.0
// Whatever a client of the emulator's HTTP server sends before it goes, the server answers or
// closes, and holds nothing of it afterwards. The handlers are the Runtime API's, which functions
// speak to.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

#include "common/base/assert.h"
#include "emulator/functions/runtime_api.h"
#include "emulator/http/server.h"
#include "tests/fuzz/client.h"

namespace {

using namespace beckon;

class Session final : public emulator::RuntimeSession {
 public:
  void next(emulator::HttpDone done) override { done({200, {}, "{}"}); }
  void response(std::string_view, std::string, emulator::HttpDone done) override {
    done(emulator::runtime_accepted());
  }
  void response_too_large(std::string_view, emulator::HttpDone done) override {
    done(emulator::runtime_too_large());
  }
  void error(std::string_view, std::string_view, std::string, emulator::HttpDone done) override {
    done(emulator::runtime_accepted());
  }
  void init_error(std::string_view, std::string, emulator::HttpDone done) override {
    done(emulator::runtime_accepted());
  }
};

// Made once: a server is used by many clients.
struct World {
  World() {
    emulator::HttpListener listener = emulator::runtime_api_listener(session);
    listener.limits.body_bytes_max = 4096;
    const auto id = server.listen("127.0.0.1", 0, std::move(listener));
    BECKON_ASSERT(id.has_value());
    port = server.port(*id);
  }

  // A client sends and closes its side; the loop runs until the server has let go of it.
  void visit(std::string_view bytes) {
    const int fd = tests::connect_to(port);
    static_cast<void>(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    close(fd);
    wait_until_empty(200);
    loop.run();
    BECKON_ASSERT(server.connections_count() == 0);
  }

  void wait_until_empty(int turns) {
    if (turns == 0 || (turns < 198 && server.connections_count() == 0)) return loop.stop();
    loop.post([this, turns] { wait_until_empty(turns - 1); });
  }

  emulator::EventLoop loop;
  emulator::HttpServer server{loop, base::null_log()};
  Session session;
  int port = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  world.visit({reinterpret_cast<const char*>(data), size});
  return 0;
}
