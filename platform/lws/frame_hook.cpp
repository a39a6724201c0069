// SPDX-License-Identifier: Apache-2.0
// Why libwebsockets ends a connection by itself. It reads frames byte by byte and drops a server
// that breaks the protocol without a word: its callback cannot be told from a network that failed.
// Put in at link time (--wrap in CMakeLists.txt), as tls_hooks.cpp. Decides nothing.
#include "platform/lws/protocols.h"

#include <cstdio>

namespace beckon::platform {

std::string explain_frame(unsigned char byte) {
  char text[96];
  std::snprintf(text, sizeof text,
                "the server broke the WebSocket protocol: byte 0x%02x of a frame's head is wrong",
                static_cast<unsigned>(byte));
  return text;
}

}  // namespace beckon::platform

// The names are the linker's: what libwebsockets calls, and what it would have called.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

int __real_lws_ws_client_rx_sm(lws* wsi, unsigned char byte);
int __wrap_lws_ws_client_rx_sm(lws* wsi, unsigned char byte);

// Negative: libwebsockets refused the byte; positive: our own callback wanted an end.
int __wrap_lws_ws_client_rx_sm(lws* wsi, unsigned char byte) {
  const int result = __real_lws_ws_client_rx_sm(wsi, byte);
  if (result < 0) beckon::platform::frame_refused(wsi, byte);
  return result;
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
