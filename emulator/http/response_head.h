// SPDX-License-Identifier: Apache-2.0
// The text in front of a response's body: status line and headers. Decides which headers the server
// adds by itself (Date, Content-Length, Connection).
#pragma once

#include <string>
#include <string_view>

#include "emulator/http/message.h"

namespace beckon::emulator {

// "Not Found" for 404; "Unknown" for a status without a name.
std::string_view status_text(int status);

// True if a response of this status has no body and no Content-Length (1xx, 204, 304).
bool is_bodyless(int status);

struct ResponseHeadOptions {
  bool keep_alive = true;
  bool http_1_0 = false;  // the client speaks HTTP/1.0, which has to be told that the link stays
};

// Appends the head with its empty line. Line breaks and NUL in names or values become spaces, so no
// value can end the head early.
void append_response_head(std::string& out, const HttpResponse& response,
                          ResponseHeadOptions options);

}  // namespace beckon::emulator
