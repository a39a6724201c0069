// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/http_action.h"

#include <utility>

#include "common/base/bytes.h"
#include "platform/linux/actions/http_template.h"
#include "platform/linux/actions/long_action.h"
#include "platform/linux/trust.h"

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

// What a server wrote, as a part of one line.
std::string quoted(std::string_view text) {
  return base::escape_control(text.substr(0, base::utf8_prefix_bytes(text)));
}

base::Status judge(const HttpAnswer& answer, const agent::Url& url) {
  if (answer.status >= 200 && answer.status < 300) return {};
  std::string text = url.host_header() + " answered " + std::to_string(answer.status);
  if (answer.status >= 300 && answer.status < 400 && !answer.location.empty()) {
    text += ", a redirect to " + quoted(answer.location) +
            ", which is not followed; if that is right, name it in the rule";
  } else if (!answer.body_start.empty()) {
    text += ": " + quoted(answer.body_start);
  }
  return fail(ErrorCode::kUnavailable, std::move(text));
}

class HttpAction final : public LongAction {
 public:
  // client: the type's, which is set before the first run.
  HttpAction(HttpClient* const& client, std::shared_ptr<const HttpSettings> settings,
             HttpTemplate request)
      : client_(client), settings_(std::move(settings)), request_(std::move(request)) {}

 private:
  base::Status begin(agent::Run run, const agent::ReceivedEvent& event,
                     agent::RunObserver& observer) override {
    auto request = request_.fill(event);
    if (!request) return std::unexpected(request.error());
    if (request->url.secure) {
      auto trust = find_trust(settings_->ca_file.empty() ? kSystemTrust : settings_->ca_file);
      if (!trust) return std::unexpected(trust.error());
      request->ca_file = std::move(trust->file);
    }
    request->check_address = [settings = settings_,
                              url = request->url](const std::string& address) {
      return settings->allow.check_address(url, address);
    };
    client_->start(std::move(*request), [run, &observer, url = request_.url()](
                                            const base::Result<HttpAnswer>& answer) {
      observer.run_finished(
          run, answer ? judge(*answer, url) : base::Status(std::unexpected(answer.error())));
    });
    return {};
  }

  HttpClient* const& client_;
  std::shared_ptr<const HttpSettings> settings_;
  HttpTemplate request_;
};

}  // namespace

void HttpActionType::read_settings(agent::ObjectReader& root) {
  auto settings = std::make_shared<HttpSettings>();
  settings_ = settings;
  const json::View object = root.object("http");
  if (!object.exists()) return;
  agent::ObjectReader reader(object, root.path_of("http"), root.errors());
  const json::View allow = reader.array("allow");
  std::size_t index = 0;
  for (const json::View entry : allow) {
    const std::string at = "allow[" + std::to_string(index++) + "]";
    const auto text = entry.string();
    if (!text) {
      reader.wrong(at, "a host like \"hooks.example\"", entry);
    } else if (const auto added = settings->allow.add(*text); !added) {
      reader.error(at, added.error().message);
    }
  }
  if (index == 0 && !reader.failed()) reader.missing("allow", "a list of at least one host");
  if (auto file = reader.nonempty_text("ca_file")) {
    if (const auto trusted = check_trust(*file); !trusted) {
      reader.error("ca_file", trusted.error().message);
    }
    settings->ca_file = std::move(*file);
  }
  reader.finish();
}

std::unique_ptr<agent::Action> HttpActionType::make(agent::ObjectReader& config) {
  auto request = HttpTemplate::read(config, settings_->allow);
  if (!request) return nullptr;
  return std::make_unique<HttpAction>(client_, settings_, std::move(*request));
}

}  // namespace beckon::platform
