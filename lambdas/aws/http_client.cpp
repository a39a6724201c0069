// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/http_client.h"

#include <curl/curl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <map>

#include "common/base/assert.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

// Where distributions keep their trusted roots: Debian and Ubuntu, Amazon Linux and Fedora, others.
constexpr std::array<const char*, 4> kCaFiles = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};

constexpr int kPollMilliseconds = 60'000;

// AWS_CA_BUNDLE is the variable that AWS's SDKs and CLI know.
const char* trusted_roots_file() {
  const char* named = std::getenv("AWS_CA_BUNDLE");
  if (named != nullptr && *named != '\0') return named;
  for (const char* file : kCaFiles) {
    if (access(file, R_OK) == 0) return file;
  }
  return kCaFiles[0];  // curl's error then names a file that one can put there
}

// The status line of a new header block: "HTTP/1.1 200".
bool is_status_line(std::string_view line) {
  return line.starts_with("HTTP/");
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

using CurlLong = long;  // NOLINT(google-runtime-int): libcurl's own type of numbers

// One request under way.
struct Transfer {
  CURL* easy = nullptr;
  curl_slist* header_list = nullptr;
  const HttpRequest* request = nullptr;
  std::size_t index = 0;
  std::size_t reply_bytes_max = 0;
  bool too_large = false;
  HttpReply reply;
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::string_view line(data, size * count);
  if (is_status_line(line)) {
    transfer.reply.headers.clear();  // what came before was an interim response
    return line.size();
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  transfer.reply.headers.emplace_back(trimmed(line.substr(0, colon)),
                                      trimmed(line.substr(colon + 1)));
  return line.size();
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::size_t bytes = size * count;
  if (transfer.reply.body.size() + bytes > transfer.reply_bytes_max) {
    transfer.too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  transfer.reply.body.append(data, bytes);
  return bytes;
}

// What went wrong, as one of the errors that http.h promises.
base::Error error_of(const Transfer& transfer, CURLcode code) {
  const std::string what = transfer.request->method + " " + transfer.request->url + ": ";
  if (transfer.too_large) {
    return {ErrorCode::kLimit,
            what + "the reply is larger than " + std::to_string(transfer.reply_bytes_max) + " B"};
  }
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT: return {ErrorCode::kInvalid, what + "not an http or https URL"};
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorCode::kInvalid, what +
                                       "the file of trusted root certificates cannot be read; "
                                       "install ca-certificates, or name one in AWS_CA_BUNDLE, or "
                                       "with --ca-bundle"};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {ErrorCode::kInvalid, what +
                                       "the server's certificate is not trusted; if this is the "
                                       "right server, name its authority's certificate in "
                                       "AWS_CA_BUNDLE, or with --ca-bundle"};
    default: break;
  }
  CurlLong request_bytes = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_REQUEST_SIZE, &request_bytes);
  if (request_bytes == 0) {
    return {ErrorCode::kUnavailable, what + "could not connect: " + curl_easy_strerror(code)};
  }
  return {ErrorCode::kTimeout, what + "no complete answer, so whether it took effect is unknown: " +
                                   curl_easy_strerror(code)};
}

CurlLong milliseconds(base::Duration duration) {
  return static_cast<CurlLong>(duration.count());
}

}  // namespace

// The multi handle with its pool of connections, and easy handles for reuse.
class HttpClient::Transfers {
 public:
  explicit Transfers(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  ~Transfers() {
    for (CURL* easy : idle_) curl_easy_cleanup(easy);
    if (multi_ != nullptr) curl_multi_cleanup(multi_);
  }

  std::vector<base::Result<HttpReply>> run(std::span<const HttpRequest> requests,
                                           const HttpLimits& limits) {
    start_curl();
    std::vector<base::Result<HttpReply>> replies(requests.size());
    std::size_t next = 0;
    while (next < requests.size() || !active_.empty()) {
      while (next < requests.size() && active_.size() < kHttpParallelMax) {
        begin(requests[next], next, limits);
        ++next;
      }
      int running = 0;
      BECKON_ASSERT(curl_multi_perform(multi_, &running) == CURLM_OK);
      const std::size_t active_before = active_.size();
      collect(replies);
      if (active_.size() == active_before) {
        // Limits are libcurl's own timers: this only bounds how long an idle function sleeps.
        BECKON_ASSERT(curl_multi_poll(multi_, nullptr, 0, kPollMilliseconds, nullptr) == CURLM_OK);
      }
    }
    return replies;
  }

 private:
  // Not before the first request: what is never called costs no start time.
  void start_curl() {
    if (multi_ != nullptr) return;
    static const CURLcode kInitialized = curl_global_init(CURL_GLOBAL_DEFAULT);
    BECKON_ASSERT(kInitialized == CURLE_OK);
    multi_ = curl_multi_init();
    BECKON_ASSERT(multi_ != nullptr);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<CurlLong>(kHttpParallelMax));
  }

  void begin(const HttpRequest& request, std::size_t index, const HttpLimits& limits) {
    auto transfer = std::make_unique<Transfer>();
    transfer->easy = take_easy();
    transfer->request = &request;
    transfer->index = index;
    transfer->reply_bytes_max = limits.reply_bytes_max;
    set_options(*transfer, limits);
    BECKON_ASSERT(curl_multi_add_handle(multi_, transfer->easy) == CURLM_OK);
    active_.emplace(transfer->easy, std::move(transfer));
  }

  CURL* take_easy() {
    if (idle_.empty()) {
      CURL* easy = curl_easy_init();
      BECKON_ASSERT(easy != nullptr);
      return easy;
    }
    CURL* easy = idle_.back();
    idle_.pop_back();
    curl_easy_reset(easy);
    return easy;
  }

  void set_options(Transfer& transfer, const HttpLimits& limits) {
    CURL* easy = transfer.easy;
    const HttpRequest& request = *transfer.request;
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);  // the signature is over the path as given
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<CurlLong>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(limits.connect));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(limits.total));
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, milliseconds(limits.idle_connection_max) / 1000);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    if (request.url.starts_with("https:")) {
      if (ca_file_.empty()) ca_file_ = trusted_roots_file();
      curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file_.c_str());
    }
    if (request.method == "POST" || !request.body.empty()) {
      curl_easy_setopt(easy, CURLOPT_POST, 1L);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                       request.body.data() == nullptr ? "" : request.body.data());
    }
    if (request.method != "POST" && request.method != "GET") {
      curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    add_headers(transfer);
  }

  static void add_headers(Transfer& transfer) {
    // A name with an empty value takes away what curl would add by itself.
    transfer.header_list = curl_slist_append(transfer.header_list, "Expect:");
    bool has_type = false;
    for (const auto& [name, value] : transfer.request->headers) {
      std::string line = name;
      line += value.empty() ? ";" : ": ";
      line += value;
      transfer.header_list = curl_slist_append(transfer.header_list, line.c_str());
      has_type = has_type || sigv4::lower_case(name) == "content-type";
    }
    if (!has_type) {
      transfer.header_list = curl_slist_append(transfer.header_list, "Content-Type:");
    }
    BECKON_ASSERT(transfer.header_list != nullptr);
    curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.header_list);
  }

  // Takes what has finished out of active_ and puts its outcome into replies.
  void collect(std::vector<base::Result<HttpReply>>& replies) {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto found = active_.find(message->easy_handle);
      BECKON_ASSERT(found != active_.end());
      Transfer& transfer = *found->second;
      const CURLcode code = message->data.result;
      if (code == CURLE_OK) {
        CurlLong status = 0;
        curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
        transfer.reply.status = static_cast<int>(status);
        replies[transfer.index] = std::move(transfer.reply);
      } else {
        replies[transfer.index] = std::unexpected(error_of(transfer, code));
      }
      curl_multi_remove_handle(multi_, transfer.easy);
      curl_slist_free_all(transfer.header_list);
      idle_.push_back(transfer.easy);
      active_.erase(found);
    }
  }

  std::string ca_file_;
  CURLM* multi_ = nullptr;
  std::vector<CURL*> idle_;
  std::map<CURL*, std::unique_ptr<Transfer>> active_;
};

HttpClient::HttpClient(std::string ca_file)
    : transfers_(std::make_unique<Transfers>(std::move(ca_file))) {}

HttpClient::~HttpClient() = default;

std::vector<base::Result<HttpReply>> HttpClient::exchange(std::span<const HttpRequest> requests,
                                                          const HttpLimits& limits) {
  return transfers_->run(requests, limits);
}

std::string_view header_of(const HttpReply& reply, std::string_view name) {
  const std::string* value = sigv4::find_header(reply.headers, name);
  return value == nullptr ? std::string_view() : std::string_view(*value);
}

}  // namespace beckon::lambdas
