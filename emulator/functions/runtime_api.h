// SPDX-License-Identifier: Apache-2.0
// The Lambda Runtime API (version 2018-06-01) as HTTP: which path means which call. What a call
// does in which state is the session's business; here is only what is wrong whatever the state.
#pragma once

#include <string>
#include <string_view>

#include "emulator/http/server.h"

namespace beckon::emulator {

// One process's side of the Runtime API.
class RuntimeSession {
 public:
  virtual void next(HttpDone done) = 0;
  virtual void response(std::string_view request_id, std::string body, HttpDone done) = 0;
  virtual void response_too_large(std::string_view request_id, HttpDone done) = 0;
  // error_type: the header Lambda-Runtime-Function-Error-Type, or "".
  virtual void error(std::string_view request_id, std::string_view error_type, std::string body,
                     HttpDone done) = 0;
  virtual void init_error(std::string_view error_type, std::string body, HttpDone done) = 0;

 protected:
  ~RuntimeSession() = default;
};

// For HttpServer::listen on the process's own address. The session must outlive the listener.
HttpListener runtime_api_listener(RuntimeSession& session);

// Answers that several calls have in common.
HttpResponse runtime_accepted();                            // 202 {"status":"OK"}
HttpResponse runtime_invalid_id();                          // 400 InvalidRequestID
HttpResponse runtime_invalid_state(std::string_view call);  // 403 InvalidStateTransition
HttpResponse runtime_too_large();                           // 413 RequestEntityTooLarge

}  // namespace beckon::emulator
