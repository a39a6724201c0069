// SPDX-License-Identifier: Apache-2.0
// What the device core needs from a platform, and nothing else: a connection, a place for a few
// small values, entropy, the event loop's clock. All calls come from one task; an implementation
// reports back only from its event loop, never from inside one of these calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"

namespace beckon::agent {

// Numbers one attempt to connect. Never used twice in the life of a process; 0 is none. Whatever is
// reported about an attempt carries its number, so a late report about an old connection cannot
// touch the new one.
using Attempt = std::uint64_t;

struct Header {
  std::string name;
  std::string value;
};

struct Endpoint {
  std::string url;              // ws:// or wss://, checked by the configuration
  std::vector<Header> headers;  // made anew for every attempt
};

class Transport {
 public:
  // Begins to connect. Answered by exactly one of opened or failed, unless close() comes first.
  virtual void connect(Attempt attempt, const Endpoint& endpoint) = 0;
  // Sends one text message on an open connection. A connection that is gone drops it: the report
  // that it closed is on its way or was given.
  virtual void send(Attempt attempt, std::string_view text) = 0;
  // Ends a connection or an attempt, with a WebSocket close code where there is a connection.
  // Nothing is reported about this attempt any more. Unknown numbers are ignored.
  virtual void close(Attempt attempt, std::uint16_t code) = 0;

 protected:
  ~Transport() = default;
};

// Who hears what happens to connections; called from the event loop only.
class TransportObserver {
 public:
  virtual void opened(Attempt attempt) = 0;
  // http_status: 0 if no HTTP answer came. reason: one sentence, valid during the call.
  virtual void failed(Attempt attempt, int http_status, std::string_view reason) = 0;
  // code: 1006 if no close frame came, 1005 if it had no code.
  virtual void closed(Attempt attempt, std::uint16_t code, std::string_view reason) = 0;
  virtual void message(Attempt attempt, std::string_view text) = 0;
  // A message was larger than the limit, or not text, and was dropped.
  virtual void oversized(Attempt attempt) = 0;

 protected:
  ~TransportObserver() = default;
};

// The largest value that a storage must take: what one text in an ESP32's NVS can hold.
inline constexpr std::size_t kStoredValueBytesMax = 4000;

class Storage {
 public:
  // The value stored under key; nothing if there is none. kInvalid: there is one and it is damaged.
  // kIo: it cannot be read. kDenied: others than this agent could have written it.
  virtual base::Result<std::optional<std::string>> get(std::string_view key) = 0;
  // Replaces the value. After success it survives a power cut; after an error, or a power cut
  // during the call, the old or the new value is there, whole. Values of two keys are
  // independent: what must be there first is put first. value: one line of text, at most
  // kStoredValueBytesMax.
  virtual base::Status put(std::string_view key, std::string_view value) = 0;

 protected:
  ~Storage() = default;
};

class Entropy {
 public:
  virtual void fill(std::span<std::uint8_t> out) = 0;

 protected:
  ~Entropy() = default;
};

class Clock {
 public:
  virtual base::Instant now() = 0;  // never goes backwards
  virtual base::WallTime wall() = 0;
  // Have Agent::alarm called at this time, instead of any asked for before. Nothing: not at all.
  virtual void set_alarm(std::optional<base::Instant> at) = 0;

 protected:
  ~Clock() = default;
};

// Where to connect, and as whom; asked before every attempt, so that a token is fresh.
class EndpointSource {
 public:
  virtual Endpoint endpoint() = 0;

 protected:
  ~EndpointSource() = default;
};

}  // namespace beckon::agent
