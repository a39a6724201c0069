// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/http_client.h"

#include <algorithm>
#include <utility>

#include "platform/lws/http_exchange.h"

namespace beckon::platform {

HttpClient::HttpClient(Loop& loop, NameResolver& resolver) : loop_(loop), resolver_(resolver) {}

HttpClient::~HttpClient() {
  for (auto& [key, exchange] : exchanges_) {
    close_connection(*exchange);
    resolver_.forget(key);
    lws_sul_cancel(&exchange->begin_timer.entry);
    lws_sul_cancel(&exchange->deadline.entry);
  }
}

void HttpClient::start(HttpRequest request, Done done) {
  auto owned = std::make_unique<Exchange>();
  Exchange& exchange = *owned;
  exchange.client = this;
  exchange.request = std::move(request);
  exchange.done = std::move(done);
  exchange.begin_timer.exchange = &exchange;
  exchange.deadline.exchange = &exchange;
  const bool full = waiting_.size() >= kWaitingMax;
  exchanges_.emplace(&exchange, std::move(owned));
  const auto refused = [](lws_sorted_usec_list_t* entry) {
    over(*reinterpret_cast<Exchange::Timer*>(entry)->exchange,
         base::fail(base::ErrorCode::kLimit,
                    std::to_string(kWaitingMax) + " requests wait already; this one was not sent"));
  };
  if (full) {
    lws_sul_schedule(loop_.context(), 0, &exchange.begin_timer.entry, refused, 1);
    return;
  }
  lws_sul_schedule(loop_.context(), 0, &exchange.deadline.entry, expired,
                   exchange.request.timeout.count() * LWS_US_PER_MS);
  waiting_.push_back(&exchange);
  begin_next();
}

void HttpClient::begin_next() {
  const auto under_way = static_cast<std::size_t>(
      std::ranges::count_if(exchanges_, [](const auto& one) { return one.second->begun; }));
  if (waiting_.empty() || under_way >= kAtOnce) return;
  Exchange& next = *waiting_.front();
  waiting_.pop_front();
  next.begun = true;
  begin_soon(next);
}

void HttpClient::forget(Exchange& exchange) {
  resolver_.forget(&exchange);
  lws_sul_cancel(&exchange.begin_timer.entry);
  lws_sul_cancel(&exchange.deadline.entry);
  std::erase(waiting_, &exchange);
  exchanges_.erase(&exchange);
  begin_next();
}

lws_vhost* HttpClient::vhost_for(const HttpRequest& request) {
  const std::string trust = request.url.secure ? request.ca_file : std::string();
  lws_vhost*& vhost = vhosts_[trust];
  if (vhost == nullptr) vhost = loop_.add_vhost("http-" + std::to_string(vhosts_.size()), trust);
  return vhost;
}

}  // namespace beckon::platform
