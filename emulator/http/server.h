// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server on the emulator's loop: any number of listening sockets, each with its own
// handlers and limits. Decides nothing about what a request means. One request of a connection is
// handled at a time; what a client sends ahead (pipelining) waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/time.h"
#include "emulator/http/message.h"
#include "emulator/loop/event_loop.h"
#include "emulator/tls/context.h"
#include "emulator/tls/stream.h"

namespace beckon::emulator {

class HttpConnection;

struct HttpLimits {
  std::size_t header_bytes_max = 10'240;     // API Gateway's: names and values together; else 431
  std::size_t headers_max = 256;             // their number; else 431
  std::size_t url_bytes_max = 4096;          // API Gateway's; else 414
  std::size_t body_bytes_max = 16U << 20;    // else 413
  base::Duration request_time_max{30'000};   // from a request's first byte to its last; else 408
  base::Duration idle_max{350'000};          // between requests; zero: for ever
  base::Duration tls_handshake_max{10'000};  // from the connection on; else closed
  base::Duration write_stall_max{
      30'000};  // a client that takes nothing of an answer; else given up
};

// A request to upgrade to WebSocket, held open until it is refused or taken. Dropping the object
// without either answers 500.
class HttpUpgrade {
 public:
  struct Socket {
    Stream stream;         // now the caller's, non-blocking, with TCP_NODELAY
    std::string received;  // bytes that came behind the request
  };

  explicit HttpUpgrade(std::weak_ptr<HttpConnection> connection);
  ~HttpUpgrade();
  HttpUpgrade(const HttpUpgrade&) = delete;
  HttpUpgrade& operator=(const HttpUpgrade&) = delete;

  // Answers and closes the connection.
  void refuse(const HttpResponse& response);
  // Takes the socket out of the server without having answered. Nothing if the client has gone.
  std::optional<Socket> take();

 private:
  std::weak_ptr<HttpConnection> connection_;
  bool decided_ = false;
};

// The handlers may move from the request.
struct HttpListener {
  HttpLimits limits;
  std::shared_ptr<const TlsContext> tls;  // nullptr: plain text
  std::function<void(HttpRequest&, HttpDone)> on_request;
  // If empty, "Upgrade: websocket" is ignored as RFC 9110 allows.
  std::function<void(HttpRequest&, std::unique_ptr<HttpUpgrade>)> on_upgrade;
  // If set, asked of each connection before anything of it is read: whether the client at the other
  // end of fd may be here. If not, it is answered 403 and closed.
  std::function<bool(int fd)> admits;
  // If set, a request with a body beyond the limit is read to its end (but not kept) and handed
  // here with an empty body, instead of being answered 413 at once.
  std::function<void(HttpRequest&, HttpDone)> on_body_too_large;
};

class HttpServer {
 public:
  using ListenerId = std::uint64_t;

  static constexpr std::size_t kBodiesBytesMax = 256U << 20;

  // bodies_bytes_max: of the bodies of all requests together that come in or are handled. Who sends
  // more than 64 kB beyond that is answered 503.
  HttpServer(EventLoop& loop, base::LogSink& log, std::size_t bodies_bytes_max = kBodiesBytesMax);
  // Closes all sockets; answers that come later are dropped.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens on a numeric address; port 0 takes any free one. Errors: kAlreadyExists (the port is
  // in use), kInvalid (not an address), kIo.
  base::Result<ListenerId> listen(const std::string& host, int port, HttpListener listener);
  int port(ListenerId id) const;
  // Stops listening and closes the connections that came in there.
  void close_listener(ListenerId id);

  std::size_t connections_count() const;
  std::size_t bodies_bytes() const { return bodies_bytes_; }

 private:
  friend class HttpConnection;
  struct Listening;
  static constexpr std::size_t kReadBytesMax = 64U << 10;

  void accept_some(const std::shared_ptr<Listening>& listening);
  void pause_accepting(const std::shared_ptr<Listening>& listening, int error);
  void forget(HttpConnection& connection);
  void sweep();

  EventLoop& loop_;
  base::Logger log_;
  std::unordered_map<ListenerId, std::shared_ptr<Listening>> listeners_;
  std::unordered_map<int, std::shared_ptr<HttpConnection>> connections_;  // by fd
  ListenerId last_id_ = 0;
  EventLoop::TimerId sweep_timer_ = 0;
  const std::size_t bodies_bytes_max_;
  std::size_t bodies_bytes_ = 0;
  // Shared by all connections, since only one of them reads or writes at a time.
  std::unique_ptr<char[]> read_buffer_;
  std::string head_buffer_;
};

}  // namespace beckon::emulator
