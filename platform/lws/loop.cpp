// SPDX-License-Identifier: Apache-2.0
#include "platform/lws/loop.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <list>

#include "common/base/assert.h"
#include "platform/lws/http_client.h"
#include "platform/lws/protocols.h"

namespace beckon::platform {
namespace {

struct Watch {
  DescriptorWatcher* watcher = nullptr;  // null: unwatched, waiting to be closed
  lws* wsi = nullptr;
};

// libwebsockets' lines have no other way out than a function without a context, so the sink of the
// last loop that was made is kept here. Its texts are for developers: they are logged as debug.
base::LogSink* lws_log = nullptr;

constexpr lws_usec_t kBeforeWait_us = 100;

// Of the descriptors: for libwebsockets' own and for connections, however many others are watched.
constexpr std::size_t kReserved = 12;

void log_line(int, const char* line) {
  if (lws_log == nullptr || !lws_log->enabled(base::LogLevel::kDebug)) return;
  std::size_t length = std::strlen(line);
  while (length > 0 && line[length - 1] == '\n') --length;
  lws_log->write(base::LogLevel::kDebug, "lws", std::string_view(line, length));
}

const lws_protocols kProtocols[] = {
    {kTransportProtocol, transport_callback, 0, 4096, 0, nullptr, 0},
    {kHttpProtocol, http_callback, 0, 4096, 0, nullptr, 0},
    {kWatchProtocol, watch_callback, 0, 0, 0, nullptr, 0},
    LWS_PROTOCOL_LIST_TERM,
};

}  // namespace

struct Loop::Internal {
  std::list<Watch> watches;
  struct Timer {
    lws_sorted_usec_list_t entry;  // first: the callback finds the Timer by its address
    TimerWatcher* watcher = nullptr;
  };
  std::list<Timer> timers;
};

int watch_callback(lws* wsi, lws_callback_reasons reason, void*, void*, size_t) {
  auto* watch = static_cast<Watch*>(lws_get_opaque_user_data(wsi));
  if (watch == nullptr) return 0;
  if (reason == LWS_CALLBACK_RAW_RX_FILE) {
    if (watch->watcher == nullptr) return -1;
    if (watch->watcher->readable()) return 0;
    watch->watcher = nullptr;
    return -1;
  }
  if (reason == LWS_CALLBACK_RAW_CLOSE_FILE) {
    DescriptorWatcher* watcher = watch->watcher;
    watch->watcher = nullptr;
    watch->wsi = nullptr;
    lws_set_opaque_user_data(wsi, nullptr);
    if (watcher != nullptr) watcher->hung_up();
  }
  return 0;
}

Loop::Loop(base::LogSink& log) : log_(log), internal_(std::make_unique<Internal>()) {}

base::Result<std::unique_ptr<Loop>> Loop::create(const LoopOptions& options, base::LogSink& log) {
  std::unique_ptr<Loop> loop(new Loop(log));
  lws_log = &log;
  lws_set_log_level(LLL_ERR | LLL_WARN, log_line);
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = kProtocols;
  info.user = loop.get();
  info.gid = static_cast<gid_t>(-1);
  info.uid = static_cast<uid_t>(-1);
  info.fd_limit_per_thread = static_cast<unsigned>(options.descriptors_max);
  info.max_http_header_pool = 2 + 2 * HttpClient::kAtOnce;  // a connection, its renewal, requests
  info.timeout_secs = 60;                                   // the session's own timeouts come first
  loop->has_trust_ = !options.ca_file.empty() || !options.ca_text.empty();
  if (loop->has_trust_) info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  if (!options.ca_file.empty()) {
    info.client_ssl_ca_filepath = options.ca_file.c_str();
  } else if (!options.ca_text.empty()) {
    info.client_ssl_ca_mem = options.ca_text.data();
    info.client_ssl_ca_mem_len = static_cast<unsigned>(options.ca_text.size());
  }
  loop->watches_max_ = options.descriptors_max - std::min(options.descriptors_max, kReserved);
  loop->context_ = lws_create_context(&info);
  if (loop->context_ == nullptr) {
    return base::fail(
        base::ErrorCode::kIo,
        "the network library did not start" +
            (options.ca_file.empty() ? std::string()
                                     : "; is " + options.ca_file + " a file of PEM certificates?"));
  }
  return loop;
}

lws_vhost* Loop::add_vhost(const std::string& name, const std::string& ca_file) {
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = kProtocols;
  info.vhost_name = name.c_str();
  info.http_proxy_address = ":0";  // port 0: none
  if (!ca_file.empty()) {
    info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.client_ssl_ca_filepath = ca_file.c_str();
  }
  return lws_create_vhost(context_, &info);
}

Loop::~Loop() {
  for (Watch& watch : internal_->watches) watch.watcher = nullptr;
  for (Internal::Timer& timer : internal_->timers) lws_sul_cancel(&timer.entry);
  if (context_ != nullptr) lws_context_destroy(context_);
  lws_log = nullptr;
}

void Loop::run() {
  while (!stopped_) {
    if (lws_service(context_, 0) < 0) break;
    if (woke_) woke_();
    // A closed descriptor's entry stays until no callback of it can be on the stack.
    internal_->watches.remove_if([](const Watch& watch) { return watch.wsi == nullptr; });
  }
  stopped_ = false;
}

// A timer's callback runs just before the wait, so the wait must be told.
void Loop::stop() {
  stopped_ = true;
  lws_cancel_service(context_);
}

base::Status Loop::watch(int fd, DescriptorWatcher& watcher) {
  // Asked here: what libwebsockets refuses itself it neither gives back nor closes before its end.
  const auto taken = std::count_if(internal_->watches.begin(), internal_->watches.end(),
                                   [](const Watch& one) { return one.wsi != nullptr; });
  if (static_cast<std::size_t>(taken) >= watches_max_) {
    close(fd);
    return base::fail(base::ErrorCode::kLimit, "too many descriptors are watched");
  }
  Watch& watch = internal_->watches.emplace_back();
  lws_adopt_desc_t adoption{};
  adoption.vh = lws_get_vhost_by_name(context_, "default");
  adoption.type = LWS_ADOPT_RAW_FILE_DESC;
  adoption.fd.filefd = fd;
  adoption.vh_prot_name = kWatchProtocol;
  adoption.opaque = &watch;
  watch.wsi = lws_adopt_descriptor_vhost_via_info(&adoption);
  if (watch.wsi == nullptr) {
    internal_->watches.pop_back();
    close(fd);
    return base::fail(base::ErrorCode::kLimit, "no memory to watch a descriptor");
  }
  watch.watcher = &watcher;
  return {};
}

void Loop::unwatch(DescriptorWatcher& watcher) {
  for (Watch& watch : internal_->watches) {
    if (watch.watcher != &watcher) continue;
    watch.watcher = nullptr;
    lws_set_timeout(watch.wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
  }
}

void Loop::set_timer(std::optional<base::Instant> at, TimerWatcher& watcher) {
  std::list<Internal::Timer>& timers = internal_->timers;
  auto timer = std::find_if(timers.begin(), timers.end(),
                            [&](const auto& one) { return one.watcher == &watcher; });
  if (!at) {
    if (timer == timers.end()) return;
    lws_sul_cancel(&timer->entry);
    timers.erase(timer);
    return;
  }
  if (timer == timers.end()) {
    timer = timers.emplace(timers.end());
    timer->watcher = &watcher;
  }
  const auto fire = [](lws_sorted_usec_list_t* entry) {
    reinterpret_cast<Internal::Timer*>(entry)->watcher->timer_fired();
  };
  // libwebsockets cuts its wait to whole milliseconds and spins for the rest; the little more is
  // what passes until it waits, so that the rest is nothing.
  const std::int64_t wait_ms = std::max<std::int64_t>((*at - base::monotonic_now()).count(), 0);
  lws_sul_schedule(context_, 0, &timer->entry, fire, wait_ms * LWS_US_PER_MS + kBeforeWait_us);
}

}  // namespace beckon::platform
