// SPDX-License-Identifier: Apache-2.0
// What a rule says of an http request, and the request that it makes of an event. An event fills
// parts of the path, values of the query and of headers, and texts of the body; it never chooses
// scheme, host, port, method or a header's name, and never adds a part of any of them. Sends
// nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config_reader.h"
#include "agent/event.h"
#include "agent/templates.h"
#include "agent/url.h"
#include "common/base/error.h"
#include "platform/linux/actions/http_allow.h"
#include "platform/lws/http_client.h"

namespace beckon::platform {

// A URL whose path and query hold templates.
class UrlTemplate {
 public:
  // Errors: kInvalid (no URL, or a template outside of path and query), kDenied (not allowed).
  static base::Result<UrlTemplate> parse(const agent::Template& text, const HttpAllow& allow);
  const agent::Url& url() const { return url_; }  // path: with the templates' places left out
  // Each value percent-encoded. Errors: a template's; kInvalid (an empty value, or one that makes
  // "." or ".." of a part of the path), kLimit (kHttpPathBytesMax).
  base::Result<std::string> fill_path(const agent::ReceivedEvent& event) const;

 private:
  agent::Template text_;
  agent::Url url_;
  std::size_t path_at_ = 0;  // where the path begins
};

// A JSON value whose texts are templates. What an event says stays inside of its text.
class JsonTemplate {
 public:
  // Errors: kInvalid (a template's).
  static base::Result<JsonTemplate> parse(json::View value);
  base::Result<std::string> fill(const agent::ReceivedEvent& event) const;

 private:
  base::Status add(json::View value);
  struct Part {
    std::string json;  // as it is
    std::optional<agent::Template> text;
  };
  std::vector<Part> parts_;
};

class HttpTemplate {
 public:
  // Errors are with config.
  static std::optional<HttpTemplate> read(agent::ObjectReader& config, const HttpAllow& allow);
  // Method, URL, headers, body and time limit. Errors: those of the parts; kInvalid (a header's
  // value with a line break or another control character), kLimit (headers over
  // kHttpHeaderBytesMax).
  base::Result<HttpRequest> fill(const agent::ReceivedEvent& event) const;
  const agent::Url& url() const { return url_.url(); }

 private:
  struct HeaderTemplate {
    std::string name;
    agent::Template value;
  };
  static bool read_body(agent::ObjectReader& config, HttpTemplate& out);
  static void read_headers(agent::ObjectReader& config, HttpTemplate& out);
  base::Status fill_headers(const agent::ReceivedEvent& event, HttpRequest& request) const;
  base::Result<std::string> fill_body(const agent::ReceivedEvent& event) const;
  bool has_header(std::string_view name) const;

  std::string method_ = "POST";
  UrlTemplate url_;
  std::vector<HeaderTemplate> headers_;
  std::optional<agent::Template> text_body_;
  std::optional<JsonTemplate> json_body_;
  base::Duration timeout_{10'000};
};

}  // namespace beckon::platform
