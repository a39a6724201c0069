// SPDX-License-Identifier: Apache-2.0
// The action "http": sends the event to a URL that the rule names, on a host that the configuration
// allows ("http": {"allow": ["hooks.example"]}). Handled is what is answered with a status of 200
// to 299; anything else failed, redirects included: none is followed. What an event can say in a
// request is decided in http_template.h, where a request can go in http_allow.h.
#pragma once

#include <memory>
#include <string>

#include "agent/action.h"
#include "platform/linux/actions/http_allow.h"
#include "platform/lws/http_client.h"

namespace beckon::platform {

// The configuration's "http"; of all its actions of this type.
struct HttpSettings {
  HttpAllow allow;
  std::string ca_file;  // "": the system's
};

// {"type":"http", "url":"https://hooks.example/${name}", "method":"POST",
//  "headers":{"Authorization":"Bearer …"}, "body":{"text":"${data.title}"}, "timeout":"10s"}
class HttpActionType final : public agent::ActionType {
 public:
  // Before the first run of an action; checking a configuration does without.
  void set_client(HttpClient& client) { client_ = &client; }
  std::string_view name() const override { return "http"; }
  void read_settings(agent::ObjectReader& root) override;
  std::unique_ptr<agent::Action> make(agent::ObjectReader& config) override;

 private:
  HttpClient* client_ = nullptr;
  std::shared_ptr<const HttpSettings> settings_ = std::make_shared<HttpSettings>();
};

}  // namespace beckon::platform
