// SPDX-License-Identifier: Apache-2.0
// The URLs under which this emulator is reached, and what becomes of those that a template makes
// for AWS.
#pragma once

#include <string>
#include <string_view>

#include "emulator/template/model.h"

namespace beckon::emulator {

struct Endpoints {
  std::string base;         // "http://127.0.0.1:3001", "https://…": the AWS APIs
  std::string websocket;    // "ws://127.0.0.1:3001/dev"; "" without a WebSocket API
  std::string connections;  // "http://127.0.0.1:3001/dev"; "" likewise
};

// host: what the emulator listens on, tls: whether under TLS; "0.0.0.0" and "::" are reached over
// loopback.
Endpoints make_endpoints(const AppModel& model, const std::string& host, int port,
                         bool tls = false);

// "https://<api id>.execute-api.<region>.amazonaws.com/dev" becomes the local one, "wss://" and the
// URLs of the stack's queues likewise; all else stays.
std::string localize(std::string text, const AppModel& model, const Endpoints& endpoints);

// localize() for the SSM parameters and the outputs, and with what functions call for their
// environments.
void localize_model(AppModel& model, const Endpoints& endpoints, const Endpoints& for_functions);

}  // namespace beckon::emulator
