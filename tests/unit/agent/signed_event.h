// SPDX-License-Identifier: Apache-2.0
// Signed events for tests of the agent.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/event.h"
#include "common/base/bytes.h"
#include "common/signature/event_signature.h"

namespace beckon::agent {

// 2096-10-02T07:06:40Z: a clock before the year of the build counts as not set.
inline constexpr std::int64_t kNow_s = 4'000'000'000;

struct EventToSign {
  std::string id = "event-1";       // EventBridge's
  std::string signature_id = "s1";  // any text, made into one
  std::string name = "backup";
  std::string data = R"({"volume":"home"})";
  std::vector<std::string> devices = {"laptop"};
  std::int64_t issued_at_s = kNow_s;
  std::int64_t ttl_s = 600;
  std::uint64_t seq = 1;
};

inline signature::EventSignature unsigned_signature(const EventToSign& what) {
  signature::EventSignature made;
  std::string bytes = what.signature_id;
  bytes.resize(signature::kIdBytes, '.');
  made.id = base::base64url(bytes);
  made.issued_at_s = what.issued_at_s;
  made.expires_at_s = what.issued_at_s + what.ttl_s;
  made.devices = what.devices;
  return made;
}

inline protocol::Event signed_event(const EventToSign& what, const crypto::PrivateKey& key) {
  signature::EventSignature made = unsigned_signature(what);
  signature::sign(made, what.name, json::parse(what.data)->root(), key);
  protocol::Event event;
  event.seq = what.seq;
  event.id = what.id;
  event.name = what.name;
  event.time = "2026-11-21T07:00:00Z";
  event.data = what.data;
  event.signature = signature::encode(made);
  return event;
}

}  // namespace beckon::agent
