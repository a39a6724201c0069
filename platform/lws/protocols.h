// SPDX-License-Identifier: Apache-2.0
// The callbacks that libwebsockets gets. Private to platform/lws.
#pragma once

#include <libwebsockets.h>

#include <string>

namespace beckon::platform {

inline constexpr char kTransportProtocol[] = "beckon";
inline constexpr char kHttpProtocol[] = "beckon-http";
inline constexpr char kWatchProtocol[] = "beckon-watch";

// transport.cpp: a connection's events. The opaque user data is its Connection.
int transport_callback(lws* wsi, lws_callback_reasons reason, void* user, void* in, size_t length);
// http_exchange.cpp: a request's events. The opaque user data is its Exchange.
int http_callback(lws* wsi, lws_callback_reasons reason, void* user, void* in, size_t length);
// The status of an answer; 0: none that HTTP knows. libwebsockets reads any number, also a negative
// one.
inline int http_status_of(lws* wsi) {
  const auto status = static_cast<int>(lws_http_client_http_response(wsi));
  return status >= 100 && status <= 999 ? status : 0;
}
// connection.cpp: libwebsockets ends the connection because of this byte of a frame's head.
void frame_refused(lws* wsi, unsigned char byte);
// frame_hook.cpp: that as a sentence without a period.
std::string explain_frame(unsigned char byte);
// loop.cpp: a watched descriptor's. The opaque user data is its Watch.
int watch_callback(lws* wsi, lws_callback_reasons reason, void* user, void* in, size_t length);

}  // namespace beckon::platform
