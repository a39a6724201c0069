// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/http_exchange.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "agent/config_reader.h"
#include "platform/lws/explain.h"

namespace beckon::platform {

using Exchange = HttpClient::Exchange;

namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kBodyStartBytes = 200;
constexpr std::size_t kLocationBytesMax = 512;
constexpr std::size_t kPieceBytes = 2048;
// libwebsockets counts a chunk's size in an int without looking, so that a server can make it
// negative; such a piece is none.
constexpr std::size_t kPieceBytesMax = 1024 * 1024;

// What comes after the head of an answer that is enough is read for as long, so that the server can
// end in peace; a slow one must not take the place of other requests.
constexpr base::Duration kDrainTime{2'000};

constexpr lws_retry_bo_t kNoRetry{};

bool is_success(int status) {
  return status >= 200 && status < 300;
}

std::string place_of(const Exchange& exchange) {
  const agent::Url& url = exchange.request.url;
  const bool brackets = url.host.find(':') != std::string::npos;
  return (brackets ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

// Tells the maker, if he does not know yet. He may start another request, which changes nothing of
// this one.
void tell(Exchange& exchange, const base::Result<HttpAnswer>& result) {
  if (!exchange.done) return;
  const HttpClient::Done done = std::exchange(exchange.done, nullptr);
  done(result);
}

}  // namespace

void over(Exchange& exchange, const base::Result<HttpAnswer>& result) {
  if (exchange.wsi != nullptr) lws_set_opaque_user_data(exchange.wsi, nullptr);
  HttpClient::Done done = std::exchange(exchange.done, nullptr);
  exchange.client->forget(exchange);
  if (done) done(result);
}

void close_connection(Exchange& exchange) {
  if (exchange.wsi == nullptr) return;
  lws_set_opaque_user_data(exchange.wsi, nullptr);
  lws_set_timeout(exchange.wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
  exchange.wsi = nullptr;
}

namespace {

void over(Exchange& exchange, std::string why) {
  over(exchange, fail(ErrorCode::kUnavailable, std::move(why)));
}

// Time is up. What came of the answer's body has to do.
void expire(Exchange& exchange) {
  close_connection(exchange);
  if (exchange.answer.status != 0) return over(exchange, exchange.answer);
  const std::string limit = agent::format_duration(exchange.request.timeout);
  over(exchange,
       fail(ErrorCode::kTimeout,
            exchange.begun ? "no answer from " + place_of(exchange) + " within " + limit
                           : "other requests took all of the " + limit + " that this one has"));
}

lws_client_connect_info connect_info(Exchange& exchange, lws_vhost* vhost,
                                     const std::string& address, const std::string& host_header) {
  const HttpRequest& request = exchange.request;
  lws_client_connect_info info{};
  info.context = exchange.client->loop().context();
  info.vhost = vhost;
  info.address = address.c_str();
  info.port = request.url.port;
  info.path = request.url.path.c_str();
  info.host = host_header.c_str();
  info.method = request.method.c_str();
  info.local_protocol_name = kHttpProtocol;
  info.retry_and_idle_policy = &kNoRetry;
  info.opaque_user_data = &exchange;
  info.pwsi = &exchange.wsi;
  info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
  if (request.url.secure) info.ssl_connection |= LCCSCF_USE_SSL;
  return info;
}

// Tries the addresses that are left until one attempt is under way.
void try_addresses(Exchange& exchange) {
  lws_vhost* vhost = exchange.client->vhost_for(exchange.request);
  if (vhost == nullptr) {
    return over(exchange, "no trusted certificates for TLS in " + exchange.request.ca_file);
  }
  const std::string host_header = exchange.request.url.host_header();
  int error = 0;
  while (!exchange.addresses.empty()) {
    const std::string address = std::move(exchange.addresses.back());
    exchange.addresses.pop_back();
    exchange.failure.clear();
    const lws_client_connect_info info = connect_info(exchange, vhost, address, host_header);
    exchange.beginning = true;
    errno = 0;
    const lws* wsi = lws_client_connect_via_info(&info);
    exchange.beginning = false;
    if (wsi != nullptr && exchange.failure.empty()) return;
    error = errno == 0 ? ENOMEM : errno;
    if (wsi != nullptr) lws_set_opaque_user_data(exchange.wsi, nullptr);
    exchange.wsi = nullptr;
  }
  // What fails at once, inside the call, libwebsockets does not report.
  if (exchange.failure.empty()) {
    exchange.failure = explain({"conn fail: " + std::to_string(error)}, exchange.request.url);
  }
  over(exchange, std::string(exchange.failure));
}

// Keeps the addresses that may be connected to. None: why the first may not.
base::Status take_addresses(Exchange& exchange, const Addresses& found) {
  std::optional<base::Error> refused;
  for (auto address = found.rbegin(); address != found.rend(); ++address) {
    if (const auto allowed = exchange.request.check_address(*address); allowed) {
      exchange.addresses.push_back(*address);
    } else {
      refused = allowed.error();
    }
  }
  if (!exchange.addresses.empty() || !refused) return {};
  return std::unexpected(*refused);
}

bool is_address(const std::string& host) {
  in6_addr room{};
  return inet_pton(AF_INET, host.c_str(), &room) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

void begin(Exchange& exchange) {
  if (exchange.looked_up) return try_addresses(exchange);
  const auto found = [&exchange](const base::Result<Addresses>& addresses) {
    exchange.looked_up = true;
    if (!addresses) return over(exchange, std::unexpected(addresses.error()));
    const auto taken = take_addresses(exchange, *addresses);
    if (!taken) return over(exchange, std::unexpected(taken.error()));
    try_addresses(exchange);
  };
  const std::string& host = exchange.request.url.host;
  if (is_address(host)) return found(Addresses{host});
  exchange.client->resolver().resolve(&exchange, host, found);
}

bool add_headers(const Exchange& exchange, unsigned char** position, std::size_t room) {
  const auto add = [&, end = *position + room](const std::string& name, const std::string& value) {
    return lws_add_http_header_by_name(exchange.wsi,
                                       reinterpret_cast<const unsigned char*>((name + ":").c_str()),
                                       reinterpret_cast<const unsigned char*>(value.data()),
                                       static_cast<int>(value.size()), position, end) == 0;
  };
  const HttpRequest& request = exchange.request;
  if (request.method != "GET" && !add("Content-Length", std::to_string(request.body.size()))) {
    return false;
  }
  return std::ranges::all_of(
      request.headers, [&](const agent::Header& header) { return add(header.name, header.value); });
}

int send_body(Exchange& exchange) {
  if (exchange.body_sent || exchange.request.body.empty()) return 0;
  exchange.body_sent = true;
  lws_client_http_body_pending(exchange.wsi, 0);
  const std::string& body = exchange.request.body;
  std::vector<unsigned char> text(LWS_PRE + body.size());
  std::memcpy(text.data() + LWS_PRE, body.data(), body.size());
  const int written =
      lws_write(exchange.wsi, text.data() + LWS_PRE, body.size(), LWS_WRITE_HTTP_FINAL);
  return written < 0 ? -1 : 0;
}

// As libwebsockets reads it.
bool has_no_body(lws* wsi) {
  char length[32];
  return lws_hdr_copy(wsi, length, sizeof length, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 &&
         std::strtoll(length, nullptr, 10) == 0;
}

// The head of the answer has come. -1: nothing comes after it. (libwebsockets would not close the
// connection then.)
int take_head(Exchange& exchange) {
  HttpAnswer& answer = exchange.answer;
  answer.status = http_status_of(exchange.wsi);
  char location[kLocationBytesMax];
  const int length = lws_hdr_copy(exchange.wsi, location, sizeof location, WSI_TOKEN_HTTP_LOCATION);
  if (length > 0) answer.location.assign(location, static_cast<std::size_t>(length));
  if (is_success(answer.status) || length > 0) {
    lws_sul_schedule(exchange.client->loop().context(), 0, &exchange.deadline.entry, expired,
                     kDrainTime.count() * LWS_US_PER_MS);
    tell(exchange, answer);
  }
  return has_no_body(exchange.wsi) ? -1 : 0;
}

int read_body(lws* wsi) {
  char room[LWS_PRE + kPieceBytes];
  char* begin = room + LWS_PRE;
  int length = kPieceBytes;
  return lws_http_client_read(wsi, &begin, &length) < 0 ? -1 : 0;
}

// A piece of the answer's body. -1: enough.
int take_piece(Exchange& exchange, const char* bytes, std::size_t length) {
  if (length > kPieceBytesMax) return -1;
  exchange.received += length;
  std::string& start = exchange.answer.body_start;
  if (exchange.done) start.append(bytes, std::min(length, kBodyStartBytes - start.size()));
  if (start.size() >= kBodyStartBytes) tell(exchange, exchange.answer);
  return exchange.received >= HttpClient::kReadMax ? -1 : 0;
}

void connection_failed(Exchange& exchange, std::string_view reason) {
  if (exchange.answer.status != 0) return over(exchange, exchange.answer);
  const ConnectFailure failure{reason, take_tls_failure(), base::format_rfc3339(base::wall_now())};
  exchange.failure = explain(failure, exchange.request.url);
  if (exchange.beginning) return;
  if (!exchange.addresses.empty() && is_unreached(reason)) {
    lws_set_opaque_user_data(exchange.wsi, nullptr);
    exchange.wsi = nullptr;
    return begin_soon(exchange);
  }
  over(exchange, std::string(exchange.failure));
}

// The connection is gone.
void connection_ended(Exchange& exchange) {
  if (exchange.beginning) return;
  if (exchange.answer.status != 0) return over(exchange, exchange.answer);
  over(exchange, place_of(exchange) + " closed the connection without an answer");
}

}  // namespace

void expired(lws_sorted_usec_list_t* entry) {
  expire(*reinterpret_cast<Exchange::Timer*>(entry)->exchange);
}

void begin_soon(Exchange& exchange) {
  const auto due = [](lws_sorted_usec_list_t* entry) {
    begin(*reinterpret_cast<Exchange::Timer*>(entry)->exchange);
  };
  lws_sul_schedule(exchange.client->loop().context(), 0, &exchange.begin_timer.entry, due, 1);
}

int http_callback(lws* wsi, lws_callback_reasons reason, void*, void* in, std::size_t length) {
  auto* exchange = static_cast<Exchange*>(lws_get_opaque_user_data(wsi));
  if (exchange == nullptr) return reason == LWS_CALLBACK_RECEIVE_CLIENT_HTTP ? -1 : 0;
  switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
      exchange->wsi = wsi;
      if (!add_headers(*exchange, static_cast<unsigned char**>(in), length)) return -1;
      if (!exchange->request.body.empty()) {
        lws_client_http_body_pending(wsi, 1);
        lws_callback_on_writable(wsi);
      }
      return 0;
    case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE: return send_body(*exchange);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP: return take_head(*exchange);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: return read_body(wsi);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
      return take_piece(*exchange, static_cast<const char*>(in), length);
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP: return -1;  // close it; the rest is in the next two
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      exchange->wsi = wsi;
      connection_failed(*exchange, in == nullptr
                                       ? std::string_view()
                                       : std::string_view(static_cast<const char*>(in), length));
      return 0;
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
    case LWS_CALLBACK_WSI_DESTROY: connection_ended(*exchange); return 0;
    default: return 0;
  }
}

}  // namespace beckon::platform
