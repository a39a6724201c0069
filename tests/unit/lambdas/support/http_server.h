// SPDX-License-Identifier: Apache-2.0
// A real HTTP server for tests, on a port of its own choosing: one thread per connection,
// keep-alive, and the ways in which servers misbehave.
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace beckon::lambdas::testing {

struct ServerRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  int connection = 0;  // 1 for the first connection, and so on

  std::string header(const std::string& name) const;  // "" if there is none
};

struct ServerReply {
  enum class Then {
    kKeep,      // the connection stays open
    kClose,     // the reply is sent, then the connection is closed without a word
    kDrop,      // no reply: the connection is closed
    kSilent,    // no reply: the connection stays open until the client closes it
    kTruncate,  // half of the body is sent, then the connection is closed
  };
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  Then then = Then::kKeep;
};

class HttpServer {
 public:
  // The handler is called on the connections' threads, several at a time.
  using Handler = std::function<ServerReply(const ServerRequest&)>;

  explicit HttpServer(Handler handler);
  ~HttpServer();  // closes all connections and waits for their threads

  std::string authority() const;  // "127.0.0.1:PORT"
  std::string url() const { return "http://" + authority(); }
  int connections();
  std::vector<ServerRequest> requests();  // all so far

 private:
  void accept_loop();
  void serve(int socket, int number);
  bool answer(int socket, const ServerRequest& request);

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  bool ending_ = false;
  std::vector<int> sockets_;
  std::vector<ServerRequest> requests_;
  int connections_ = 0;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// A port on which nothing listens (it was free a moment ago).
int unused_port();

}  // namespace beckon::lambdas::testing
