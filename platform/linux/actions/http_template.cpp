// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/http_template.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/config.h"
#include "common/base/bytes.h"
#include "common/json/writer.h"

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;
using namespace std::chrono_literals;

// Of a request that nobody else may frame, or send elsewhere.
constexpr std::string_view kOwnHeaders[] = {
    "connection", "content-length",    "expect",  "host",    "keep-alive",
    "te",         "transfer-encoding", "trailer", "upgrade", "proxy-connection"};

std::string small(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return out;
}

// An empty value would make another path: "/users/" of "/users/${data.id}".
base::Status check_url_value(std::string_view value) {
  if (!value.empty()) return {};
  return fail(ErrorCode::kInvalid, "is empty, and cannot stand in a URL");
}

std::string encode_url_value(std::string_view value) {
  return base::percent_encode(value);
}

base::Status check_header_value(std::string_view value) {
  if (agent::is_header_value(value)) return {};
  return fail(ErrorCode::kInvalid,
              "cannot stand in a header: expected one line without control characters");
}

// A part of the path that a server takes for a step in its folders. Some decode the path before
// they look for such, and take a backslash for a slash.
bool has_dot_segment(std::string_view path) {
  const std::string decoded = base::percent_decode(path.substr(0, path.find('?')));
  std::string_view rest = decoded;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the slash
    const std::string_view segment = rest.substr(0, rest.find_first_of("/\\"));
    if (segment == "." || segment == "..") return true;
    rest.remove_prefix(segment.size());
  }
  return false;
}

}  // namespace

base::Result<UrlTemplate> UrlTemplate::parse(const agent::Template& text, const HttpAllow& allow) {
  constexpr const char* kFixed =
      "an event cannot choose scheme, host or port: expected them as fixed text, as in "
      "https://hooks.example/${name}";
  constexpr std::string_view kAfterScheme = "://";
  UrlTemplate out;
  const std::string_view start = text.literal_start();
  const std::size_t scheme_end = start.find(kAfterScheme);
  std::size_t path_at = std::string_view::npos;
  if (scheme_end != std::string_view::npos) {
    path_at = start.find_first_of("/?", scheme_end + kAfterScheme.size());
  }
  if (path_at == std::string_view::npos) {
    if (!text.is_constant()) return fail(ErrorCode::kInvalid, kFixed);
    path_at = start.size();
  }
  auto url = agent::parse_http_url(start);
  if (!url) return std::unexpected(url.error());
  if (text.has_after_field('#') || text.has_after_field(' ')) {
    return fail(ErrorCode::kInvalid, "expected a URL without # and spaces");
  }
  if (const auto allowed = allow.check(*url); !allowed) return std::unexpected(allowed.error());
  out.text_ = text;
  out.url_ = std::move(*url);
  out.path_at_ = path_at;
  return out;
}

base::Result<std::string> UrlTemplate::fill_path(const agent::ReceivedEvent& event) const {
  const auto filled = text_.fill(event, check_url_value, encode_url_value);
  if (!filled) return std::unexpected(filled.error());
  std::string path = filled->substr(path_at_);
  if (!path.starts_with('/')) path.insert(0, "/");
  if (path.size() > kHttpPathBytesMax) {
    return fail(ErrorCode::kLimit, "the URL's path and query have " + std::to_string(path.size()) +
                                       " bytes, more than " + std::to_string(kHttpPathBytesMax));
  }
  if (!text_.is_constant() && has_dot_segment(path)) {
    return fail(ErrorCode::kInvalid, "the event makes \".\" or \"..\" of a part of the URL's path");
  }
  const bool plain = std::ranges::all_of(
      path, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
  if (!plain) return fail(ErrorCode::kInvalid, "the URL holds a space or a control character");
  return path;
}

base::Result<JsonTemplate> JsonTemplate::parse(json::View value) {
  JsonTemplate out;
  out.parts_.emplace_back();
  if (const auto added = out.add(value); !added) return std::unexpected(added.error());
  return out;
}

base::Status JsonTemplate::add(json::View value) {
  if (const auto text = value.string()) {
    auto parsed = agent::Template::parse(*text);
    if (!parsed) return std::unexpected(parsed.error());
    if (parsed->is_constant()) {
      json::append_quoted(parts_.back().json, parsed->literal_start());
    } else {
      parts_.back().text = std::move(*parsed);
      parts_.emplace_back();
    }
    return {};
  }
  if (!value.is_object() && !value.is_array()) {
    parts_.back().json += value.print();
    return {};
  }
  const bool is_object = value.is_object();
  parts_.back().json += is_object ? '{' : '[';
  bool first = true;
  for (const json::View member : value) {
    if (!std::exchange(first, false)) parts_.back().json += ',';
    if (is_object) {
      json::append_quoted(parts_.back().json, member.key());
      parts_.back().json += ':';
    }
    if (const auto added = add(member); !added) return added;
  }
  parts_.back().json += is_object ? '}' : ']';
  return {};
}

base::Result<std::string> JsonTemplate::fill(const agent::ReceivedEvent& event) const {
  std::string out;
  for (const Part& part : parts_) {
    out += part.json;
    if (!part.text) continue;
    const auto text = part.text->fill(event);
    if (!text) return std::unexpected(text.error());
    json::append_quoted(out, *text);
  }
  return out;
}

bool HttpTemplate::has_header(std::string_view name) const {
  return std::ranges::any_of(headers_,
                             [&](const HeaderTemplate& one) { return small(one.name) == name; });
}

void HttpTemplate::read_headers(agent::ObjectReader& config, HttpTemplate& out) {
  for (const json::View member : config.object("headers")) {
    const std::string name(member.key());
    const std::string at = "headers." + name;
    const auto text = member.string();
    if (!agent::is_header_name(name)) {
      config.error(at, "expected a header's name (letters, digits, dashes)");
    } else if (std::ranges::find(kOwnHeaders, small(name)) != std::end(kOwnHeaders)) {
      config.error(at, "leave it out; the agent says it itself");
    } else if (out.has_header(small(name))) {
      config.error(at, "it is there twice");
    } else if (!text || !agent::is_header_value(*text)) {
      config.wrong(at, "one line of text", member);
    } else if (auto parsed = agent::Template::parse(*text); !parsed) {
      config.error(at, parsed.error().message);
    } else {
      out.headers_.push_back({name, std::move(*parsed)});
    }
  }
}

bool HttpTemplate::read_body(agent::ObjectReader& config, HttpTemplate& out) {
  const json::View body = config.any("body");
  if (!body.exists()) return true;
  if (out.method_ == "GET") {
    config.error("body", "leave it out; a GET request has none");
  } else if (const auto text = body.string()) {
    auto parsed = agent::Template::parse(*text);
    if (parsed)
      out.text_body_ = std::move(*parsed);
    else
      config.error("body", parsed.error().message);
  } else if (!body.is_object() && !body.is_array()) {
    config.wrong("body", "a text, or an object or array of JSON", body);
  } else {
    auto parsed = JsonTemplate::parse(body);
    if (parsed)
      out.json_body_ = std::move(*parsed);
    else
      config.error("body", parsed.error().message);
  }
  return !config.failed();
}

std::optional<HttpTemplate> HttpTemplate::read(agent::ObjectReader& config,
                                               const HttpAllow& allow) {
  HttpTemplate out;
  if (const auto method = config.choice("method", {"POST", "PUT", "GET"})) out.method_ = *method;
  const auto text = config.text_template("url");
  if (!text && !config.failed()) config.missing("url", "a URL like https://hooks.example/x");
  if (text) {
    auto url = UrlTemplate::parse(*text, allow);
    if (url)
      out.url_ = std::move(*url);
    else
      config.error("url", url.error().message);
  }
  read_headers(config, out);
  read_body(config, out);
  if (const auto timeout = config.duration("timeout", 100ms, kHttpTimeoutMax)) {
    out.timeout_ = *timeout;
  }
  if (config.failed()) return std::nullopt;
  return out;
}

base::Status HttpTemplate::fill_headers(const agent::ReceivedEvent& event,
                                        HttpRequest& request) const {
  if (!has_header("user-agent")) {
    request.headers.push_back({"User-Agent", "beckon-agent/" BECKON_VERSION});
  }
  if (method_ != "GET" && !has_header("content-type")) {
    request.headers.push_back(
        {"Content-Type", text_body_ ? "text/plain; charset=utf-8" : "application/json"});
  }
  std::size_t bytes = 0;
  for (const HeaderTemplate& header : headers_) {
    auto value = header.value.fill(event, check_header_value);
    if (!value) return std::unexpected(value.error());
    if (const auto whole = check_header_value(*value); !whole) {
      return fail(ErrorCode::kInvalid, "headers." + header.name + " " + whole.error().message);
    }
    request.headers.push_back({header.name, std::move(*value)});
  }
  for (const agent::Header& header : request.headers) {
    bytes += header.name.size() + header.value.size() + 4;  // ": " and the line's end
  }
  if (bytes <= kHttpHeaderBytesMax) return {};
  return fail(ErrorCode::kLimit, "the headers have " + std::to_string(bytes) +
                                     " bytes, more than " + std::to_string(kHttpHeaderBytesMax));
}

base::Result<std::string> HttpTemplate::fill_body(const agent::ReceivedEvent& event) const {
  if (method_ == "GET") return std::string();
  if (text_body_) return text_body_->fill(event);
  if (json_body_) return json_body_->fill(event);
  return event.line();
}

base::Result<HttpRequest> HttpTemplate::fill(const agent::ReceivedEvent& event) const {
  HttpRequest request;
  request.method = method_;
  request.url = url_.url();
  request.timeout = timeout_;
  auto path = url_.fill_path(event);
  if (!path) return std::unexpected(path.error());
  request.url.path = std::move(*path);
  if (const auto filled = fill_headers(event, request); !filled) {
    return std::unexpected(filled.error());
  }
  auto body = fill_body(event);
  if (!body) return std::unexpected(body.error());
  request.body = std::move(*body);
  return request;
}

}  // namespace beckon::platform
