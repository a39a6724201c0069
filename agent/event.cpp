// SPDX-License-Identifier: Apache-2.0
#include "agent/event.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/json/writer.h"

namespace beckon::agent {
namespace {

constexpr std::string_view kDataPrefix = "data.";

json::View descend(json::View value, std::string_view path) {
  while (!path.empty() && value.exists()) {
    const std::size_t dot = path.find('.');
    const std::string_view step = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (value.is_array()) {
      const auto index = base::parse_uint64(step);
      value = index ? value.at(static_cast<std::size_t>(*index)) : json::View();
    } else {
      value = value[step];
    }
  }
  return value;
}

}  // namespace

json::View ReceivedEvent::data() const {
  if (!parsed_) {
    // The protocol's decoder has read this text before, so it parses.
    auto document = json::parse(event_.data, json::kDepthMaxDevice, arena_);
    parsed_ = document ? std::move(*document) : json::Document();
  }
  return parsed_->root();
}

json::View ReceivedEvent::data_field(std::string_view path) const {
  if (path == "data") return data();
  if (!path.starts_with(kDataPrefix)) return json::View();
  return descend(data(), path.substr(kDataPrefix.size()));
}

std::optional<std::string> ReceivedEvent::field(std::string_view path) const {
  if (path == "id") return event_.id;
  if (path == "name") return event_.name;
  if (path == "seq") return std::to_string(event_.seq);
  if (path == "time") return event_.time;
  if (path == "stream") return stream_;
  if (path == "received_at") return base::format_rfc3339(received_at_, true);
  if (path == "data") return event_.data;
  const json::View value = data_field(path);
  if (!value.exists()) return std::nullopt;
  if (const auto text = value.string()) return std::string(*text);
  return value.print();
}

std::string ReceivedEvent::line() const {
  json::Writer writer;
  writer.begin_object()
      .member("type", "event")
      .member("stream", stream_)
      .member("seq", static_cast<std::int64_t>(event_.seq))
      .member("id", event_.id)
      .member("name", event_.name)
      .member("time", event_.time)
      .key("data")
      .raw(event_.data)
      .member("received_at", base::format_rfc3339(received_at_, true))
      .end_object();
  return writer.take();
}

protocol::Event ReceivedEvent::release() && {
  parsed_.reset();
  return std::move(event_);
}

bool is_field_path(std::string_view text) {
  for (const std::string_view plain :
       {"id", "name", "seq", "time", "stream", "received_at", "data"}) {
    if (text == plain) return true;
  }
  return text.starts_with(kDataPrefix) && text.size() > kDataPrefix.size() && text.back() != '.' &&
         text.find("..") == std::string_view::npos;
}

}  // namespace beckon::agent
