// SPDX-License-Identifier: Apache-2.0
// HTTP requests over libwebsockets, one connection each, in the agent's loop. Where a request may
// go is its maker's to say: every address of the name is shown to him, and the connection goes to
// one that he allowed. Follows no redirect, uses no proxy, keeps no connection. TLS is always
// verified, with trust of its own, which is loaded at the first request that needs it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/ports.h"
#include "agent/url.h"
#include "common/base/error.h"
#include "common/base/time.h"
#include "platform/lws/loop.h"
#include "platform/lws/name_resolver.h"

struct lws_vhost;

namespace beckon::platform {

struct HttpRequest {
  std::string method;  // "GET", "POST" or "PUT"
  agent::Url url;      // path: at most kHttpPathBytesMax
  // At most kHttpHeaderBytesMax together. Not among them: what HTTP itself sets (Host,
  // Content-Length, Connection, …).
  std::vector<agent::Header> headers;
  std::string body;
  base::Duration timeout{};  // over everything, from start() on; at most kHttpTimeoutMax
  std::string ca_file;       // what TLS trusts; PEM
  // Whether this address, which url's host has, may be connected to; the error says why not.
  std::function<base::Status(const std::string& address)> check_address;
};

// libwebsockets writes a request's head into 4 kB.
inline constexpr std::size_t kHttpPathBytesMax = 1024;
inline constexpr std::size_t kHttpHeaderBytesMax = 2048;
// libwebsockets' own limit for each step (LoopOptions).
inline constexpr base::Duration kHttpTimeoutMax{60'000};

struct HttpAnswer {
  int status = 0;
  std::string location;    // of a redirect
  std::string body_start;  // as it came, at most 200 bytes; empty if status is 200 to 299
};

class HttpClient {
 public:
  // Called once, from the loop and never from start(). The error is a sentence for people that
  // names the host.
  using Done = std::function<void(const base::Result<HttpAnswer>&)>;

  // loop and resolver must outlive the client.
  HttpClient(Loop& loop, NameResolver& resolver);
  ~HttpClient();  // what was not done is never reported

  // An answer with a status of 200 to 299, or with a place to go to instead, is reported as soon as
  // that is known; what follows is read for two seconds and dropped. Of every answer at most
  // kReadMax bytes are read. Errors besides those of check_address: kTimeout, kUnavailable, kLimit
  // (kWaitingMax requests wait).
  void start(HttpRequest request, Done done);

  static constexpr std::size_t kAtOnce = 4;  // connections; more requests wait
  static constexpr std::size_t kWaitingMax = 64;
  static constexpr std::size_t kReadMax = 64 * 1024;

  struct Exchange;

  // For the callbacks.
  Loop& loop() { return loop_; }
  NameResolver& resolver() { return resolver_; }
  // Null: there are no certificates to trust in this file.
  lws_vhost* vhost_for(const HttpRequest& request);
  // The exchange is over and gone after this; one that waits may begin.
  void forget(Exchange& exchange);

 private:
  void begin_next();

  Loop& loop_;
  NameResolver& resolver_;
  std::map<std::string, lws_vhost*> vhosts_;  // by what they trust; the loop's
  std::map<Exchange*, std::unique_ptr<Exchange>> exchanges_;
  std::deque<Exchange*> waiting_;
};

}  // namespace beckon::platform
