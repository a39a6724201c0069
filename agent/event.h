// SPDX-License-Identifier: Apache-2.0
// One event on its way through the dispatcher: what rules look at, what templates fill in and what
// actions get.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "common/json/json.h"
#include "common/protocol/messages.h"

namespace beckon::agent {

class ReceivedEvent {
 public:
  // arena: where data is taken apart, if nothing else is; must outlive the event.
  ReceivedEvent(std::string stream, protocol::Event event, base::WallTime received_at,
                json::Arena* arena = nullptr)
      : stream_(std::move(stream)),
        event_(std::move(event)),
        received_at_(received_at),
        arena_(arena) {}

  const std::string& stream() const { return stream_; }
  const protocol::Event& event() const { return event_; }
  base::WallTime received_at() const { return received_at_; }

  // `data`, parsed at first use. The view lives until drop_data(), at most as long as the event: an
  // action uses it within start() only.
  json::View data() const;
  void drop_data() { parsed_.reset(); }

  // The field at a path: "id", "name", "seq", "time", "stream", "received_at", "data" or
  // "data.a.b" (members by name, array elements by number). Texts as they are, everything else as
  // JSON text; nothing if it is not there.
  std::optional<std::string> field(std::string_view path) const;
  // The same for paths into data, as a value; a null view if it is not there.
  json::View data_field(std::string_view path) const;

  // The line of ad hoc mode and the standard input of commands:
  // {"type":"event","stream":…,"seq":…,"id":…,"name":…,"time":…,"data":{…},"received_at":…}
  std::string line() const;

  // Gives up the event, whose memory may be used again.
  protocol::Event release() &&;

 private:
  std::string stream_;
  protocol::Event event_;
  base::WallTime received_at_;
  json::Arena* arena_;
  mutable std::optional<json::Document> parsed_;
};

// True if text can be a path for field(); why not otherwise goes into what the caller says.
bool is_field_path(std::string_view text);

}  // namespace beckon::agent
