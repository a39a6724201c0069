// SPDX-License-Identifier: Apache-2.0
// One request of HttpClient on its way, from the look-up of the name to the end of its answer.
// Private to platform/lws.
#pragma once

#include <string>

#include "platform/lws/http_client.h"
#include "platform/lws/protocols.h"

namespace beckon::platform {

struct HttpClient::Exchange {
  // First: the callbacks of these timers find the Exchange by its address.
  struct Timer {
    lws_sorted_usec_list_t entry;
    Exchange* exchange = nullptr;
  };

  HttpClient* client = nullptr;
  HttpRequest request;
  Done done;            // empty: the maker knows
  Addresses addresses;  // allowed and not tried yet, the best last
  bool looked_up = false;
  lws* wsi = nullptr;
  bool begun = false;      // it does not wait for others any more
  bool beginning = false;  // inside lws_client_connect_via_info: must not be freed
  bool body_sent = false;
  std::string failure;  // why the address that was tried last failed
  HttpAnswer answer;
  std::size_t received = 0;  // of the answer's body
  Timer begin_timer;
  Timer deadline;
};

// Looks its name up and connects, in a later turn of the loop.
void begin_soon(HttpClient::Exchange& exchange);

// Time is up; gives what has come of an answer whose head is there.
void expired(lws_sorted_usec_list_t* entry);

// Closes without a report.
void close_connection(HttpClient::Exchange& exchange);

// Reports, unless that was done. The exchange is gone after this; a connection that is still there
// ends by itself.
void over(HttpClient::Exchange& exchange, const base::Result<HttpAnswer>& result);

}  // namespace beckon::platform
