// SPDX-License-Identifier: Apache-2.0
// What one end of the wire encodes the other decodes, to the field, in both directions; and no
// frame exceeds its limit. First the codecs alone, then through the functions: a device sends,
// another one hears it live and syncs it.
//
// Input: what Dice makes messages from.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/protocol/messages.h"
#include "lambdas/connect/handler.h"
#include "lambdas/send/handler.h"
#include "lambdas/sync/handler.h"
#include "tests/fuzz/dice.h"
#include "tests/support/backend/events.h"
#include "tests/support/backend/fake_connections.h"
#include "tests/support/backend/fake_pace.h"
#include "tests/support/backend/memory_database.h"

namespace {

using namespace beckon;
using tests::Dice;

constexpr std::size_t kIdBytesMax = 128;
constexpr std::size_t kErrorTextBytesMax = 1024;
// Of data: three levels of `synced` are around it.
constexpr int kDataLevelsMax = json::kDepthMaxDevice - 3;

bool is_clean(std::string_view text) {
  return !base::has_control(text);
}

// As an encoder cuts it: at the last whole character.
std::string first_bytes(const std::string& text, std::size_t bytes_max) {
  std::string out = text.substr(0, bytes_max);
  out.resize(base::utf8_prefix_bytes(out));
  return out;
}

std::string epoch(Dice& dice) {
  std::string out;
  for (auto i = dice.number(1, protocol::kEpochBytesMax); i > 0; --i) {
    out += "k3f90z"[dice.byte() % 6];
  }
  return out;
}

protocol::Cursor cursor(Dice& dice) {
  return {epoch(dice), dice.number(0, protocol::kSeqMax)};
}

protocol::Event event(Dice& dice) {
  protocol::Event out;
  out.seq = dice.number(1, protocol::kSeqMax);
  out.id = dice.text(1, kIdBytesMax);
  out.name = dice.text(1, protocol::kEventNameBytesMax);
  out.time = dice.text(1, 40);
  out.data = dice.object(kDataLevelsMax);
  return out;
}

void expect_equal(const protocol::Event& got, const protocol::Event& made) {
  BECKON_ASSERT(got.seq == made.seq && got.id == made.id && got.name == made.name &&
                got.time == made.time && got.data == made.data);
}

// --- the device's words, as a function reads them ---------------------------------------------

protocol::SyncRequest sync_request(Dice& dice) {
  protocol::SyncRequest made;
  if (dice.flip()) made.cursor = cursor(dice);
  made.after = dice.number(0, protocol::kSeqMax);
  made.start_oldest = dice.flip();
  made.max_bytes = static_cast<std::size_t>(dice.number(0, protocol::kSeqMax));
  for (auto i = dice.number(0, protocol::kFailedReportsMax); i > 0; --i) {
    made.failed.push_back({dice.number(0, protocol::kSeqMax),
                           dice.text(1, protocol::kFailedTextBytesMax + 20),
                           dice.text(1, protocol::kFailedTextBytesMax + 20)});
  }
  return made;
}

void check_sync(Dice& dice) {
  const protocol::SyncRequest made = sync_request(dice);
  const std::string frame = protocol::encode(made);
  const auto body = json::parse(frame);
  BECKON_ASSERT(body && (*body)["action"].string_or("") == "sync");
  const auto got = protocol::decode_sync(body->root());
  BECKON_ASSERT(got);
  BECKON_ASSERT(got->cursor == made.cursor);
  const bool goes_on = made.cursor && made.after > made.cursor->seq;
  BECKON_ASSERT(got->after == (goes_on ? made.after : 0));
  BECKON_ASSERT(got->start_oldest == (!made.cursor && made.start_oldest));
  BECKON_ASSERT(got->max_bytes ==
                std::clamp(made.max_bytes, protocol::kSyncedBytesMin, protocol::kSyncedBytesMax));
  BECKON_ASSERT(got->failed_refused.empty() && got->failed.size() == made.failed.size());
  bool clean = true;
  for (std::size_t i = 0; i < made.failed.size(); ++i) {
    const protocol::FailedReport& one = made.failed[i];
    BECKON_ASSERT(got->failed[i].seq == one.seq);
    BECKON_ASSERT(got->failed[i].action == first_bytes(one.action, protocol::kFailedTextBytesMax));
    BECKON_ASSERT(got->failed[i].error == first_bytes(one.error, protocol::kFailedTextBytesMax));
    clean = clean && is_clean(one.action) && is_clean(one.error);
  }
  // The agent reports no control characters, of which each would be six bytes.
  BECKON_ASSERT(!clean || frame.size() <= protocol::kFrameBytesMax);
}

protocol::SendRequest send_request(Dice& dice) {
  protocol::SendRequest made;
  made.name = dice.text(1, protocol::kEventNameBytesMax);
  made.data = dice.object(json::kDepthMaxDevice - 1);
  made.to_everyone = dice.flip();
  const auto devices = dice.number(0, protocol::kTargetDevicesMax);
  const std::string device = dice.text(1, protocol::kDeviceIdBytesMax);
  for (std::uint64_t i = 0; i < devices; ++i) made.devices.push_back(device);
  if (dice.flip()) {
    made.ttl_s = static_cast<std::int64_t>(
        dice.number(1, static_cast<std::uint64_t>(protocol::kEventTtlMax_s)));
  }
  made.collapse = dice.text(0, protocol::kCollapseKeyBytesMax);
  return made;
}

void check_send(Dice& dice) {
  const protocol::SendRequest made = send_request(dice);
  const auto body = json::parse(protocol::encode(made));
  BECKON_ASSERT(body && (*body)["action"].string_or("") == "send");
  const auto got = protocol::decode_send(body->root());
  BECKON_ASSERT(got);
  BECKON_ASSERT(got->name == made.name && got->data == made.data);
  BECKON_ASSERT(got->to_everyone == made.to_everyone && got->devices == made.devices);
  BECKON_ASSERT(got->ttl_s == made.ttl_s && got->collapse == made.collapse);
}

// --- the backend's words, as the agent reads them ---------------------------------------------

void check_synced(Dice& dice) {
  protocol::Synced made;
  made.head = cursor(dice);
  made.cursor = {made.head.epoch, dice.number(0, made.head.seq)};
  made.more = dice.flip();
  made.lost = dice.number(0, made.cursor.seq);
  made.reset = dice.flip();
  std::size_t entries_bytes = 0;
  std::uint64_t last = 0;
  for (int i = dice.byte() % 4; i > 0 && last < made.cursor.seq; --i) {
    protocol::SyncedEntry entry{event(dice), 0};
    if (dice.flip()) entry = {{}, static_cast<std::size_t>(dice.number(1, protocol::kSeqMax))};
    entry.event.seq = last = dice.number(last + 1, made.cursor.seq);
    entries_bytes += protocol::encode(entry).size() + (made.events.empty() ? 0 : 1);
    made.events.push_back(std::move(entry));
  }
  const std::string frame = protocol::encode(made);
  protocol::Synced without = made;
  without.events.clear();
  BECKON_ASSERT(frame.size() == protocol::encode(without).size() + entries_bytes);
  const auto message = protocol::decode_server_message(frame);
  BECKON_ASSERT(message && std::holds_alternative<protocol::Synced>(*message));
  const auto& got = std::get<protocol::Synced>(*message);
  BECKON_ASSERT(got.cursor == made.cursor && got.head == made.head && got.more == made.more &&
                got.lost == made.lost && got.reset == made.reset &&
                got.events.size() == made.events.size());
  for (std::size_t i = 0; i < made.events.size(); ++i) {
    BECKON_ASSERT(got.events[i].too_large_bytes == made.events[i].too_large_bytes);
    if (made.events[i].too_large_bytes == 0) {
      expect_equal(got.events[i].event, made.events[i].event);
    } else {
      BECKON_ASSERT(got.events[i].event.seq == made.events[i].event.seq);
    }
  }
}

void check_live(Dice& dice) {
  const protocol::LiveEvent made{epoch(dice), event(dice)};
  const auto message = protocol::decode_server_message(protocol::encode(made));
  BECKON_ASSERT(message && std::holds_alternative<protocol::LiveEvent>(*message));
  const auto& got = std::get<protocol::LiveEvent>(*message);
  BECKON_ASSERT(got.epoch == made.epoch);
  expect_equal(got.event, made.event);
}

void check_error(Dice& dice) {
  const protocol::ErrorMessage made{dice.text(1, kIdBytesMax), dice.text(1, kErrorTextBytesMax)};
  const auto message = protocol::decode_server_message(protocol::encode(made));
  BECKON_ASSERT(message && std::holds_alternative<protocol::ErrorMessage>(*message));
  const auto& got = std::get<protocol::ErrorMessage>(*message);
  BECKON_ASSERT(got.code == made.code && got.message == made.message);
}

// An agent knows neither and ignores both; other clients read them as JSON.
void check_sent_and_broadcast(Dice& dice) {
  const protocol::Sent sent{dice.text(1, kIdBytesMax)};
  const protocol::Broadcast broadcast{dice.text(1, protocol::kUserIdBytesMax),
                                      dice.text(1, protocol::kDeviceIdBytesMax), event(dice)};
  for (const std::string& frame : {protocol::encode(sent), protocol::encode(broadcast)}) {
    const auto message = protocol::decode_server_message(frame);
    BECKON_ASSERT(!message && message.error().code == base::ErrorCode::kNotFound);
  }
  const auto told = json::parse(protocol::encode(sent));
  BECKON_ASSERT(told && (*told)["id"].string_or("") == sent.id);
  const auto heard = json::parse(protocol::encode(broadcast));
  BECKON_ASSERT(heard && (*heard)["from"]["user"].string_or("") == broadcast.user &&
                (*heard)["from"]["device"].string_or("") == broadcast.device &&
                (*heard)["id"].string_or("") == broadcast.event.id &&
                (*heard)["name"].string_or("") == broadcast.event.name &&
                (*heard)["time"].string_or("") == broadcast.event.time &&
                (*heard)["data"].print() == broadcast.event.data);
}

// --- both, through the functions --------------------------------------------------------------

// Bob has a laptop that sends and a phone that listens.
class Backend {
 public:
  Backend() {
    for (const tests::Caller& caller : {laptop_, phone_}) {
      const auto answered =
          lambdas::handle_connect(host_, lambdas::AuthMode::kOpen, tests::connect_event(caller));
      BECKON_ASSERT(answered == R"({"statusCode":200})");
      connections_.open(caller.connection);
    }
    position_ = synced({}).cursor;
  }

  void send(Dice& dice) {
    protocol::SendRequest made = send_request(dice);
    made.name = dice.text(1, protocol::kEventNameBytesMax, true);
    made.data = dice.object(kDataLevelsMax);
    if (dice.flip()) {
      made.data = R"({"pad":")" + dice.text(1, protocol::kEventFrameBytesMax, true) + "\"}";
      const auto document = json::parse(made.data);
      made.data = document ? document->root().print() : "{}";
    }
    made.to_everyone = false;
    made.collapse.clear();
    made.ttl_s = 3600;
    made.devices.clear();
    const bool is_for_phone = !dice.flip();
    if (!is_for_phone) made.devices = {"Tablet"};
    const std::size_t heard = connections_.frames(phone_.connection).size();
    const auto answered = lambdas::handle_send(
        host_, {}, tests::message_event(laptop_, "send", protocol::encode(made)), deadline());
    BECKON_ASSERT(answered);
    const auto frame = json::parse(tests::body_of(*answered));
    BECKON_ASSERT(frame);
    protocol::Event expected{protocol::kSeqMax, std::string(36, 'x'),
                             made.name,         base::format_rfc3339(pace_.wall_now()),
                             made.data,         {}};
    const protocol::LiveEvent longest{std::string(protocol::kEpochBytesMax, 'z'), expected};
    const bool fits = protocol::encode(longest).size() <= protocol::kEventFrameBytesMax;
    BECKON_ASSERT((*frame)["type"].string_or("") == (fits ? "sent" : "error"));
    if (!fits) BECKON_ASSERT((*frame)["code"].string_or("") == "too_large");
    BECKON_ASSERT(connections_.frames(phone_.connection).size() ==
                  heard + (fits && is_for_phone ? 1 : 0));
    if (!fits) return;
    ++last_seq_;
    if (!is_for_phone) return;
    expected.seq = last_seq_;
    expected.id = (*frame)["id"].string_or("");
    expected_.push_back(expected);
    check_live_frame(connections_.frames(phone_.connection).back(), expected);
  }

  // The phone, which has handled nothing yet, asks until there is no more.
  void sync_all(Dice& dice) {
    std::size_t next = 0;
    protocol::SyncRequest request;
    request.cursor = position_;
    request.max_bytes = static_cast<std::size_t>(dice.number(0, 40'000));
    bool more = true;
    while (more) {
      const protocol::Synced answer = synced(request);
      for (const protocol::SyncedEntry& entry : answer.events) {
        BECKON_ASSERT(next < expected_.size());
        const protocol::Event& expected = expected_[next++];
        if (entry.too_large_bytes == 0) {
          expect_equal(entry.event, expected);
        } else {
          BECKON_ASSERT(entry.event.seq == expected.seq);
          BECKON_ASSERT(entry.too_large_bytes == protocol::encode({expected, 0}).size());
        }
      }
      BECKON_ASSERT(answer.lost == 0 && !answer.reset);
      more = answer.more;
      BECKON_ASSERT(!more || answer.cursor.seq > request.cursor->seq);
      request.cursor = answer.cursor;
    }
    BECKON_ASSERT(next == expected_.size());
    BECKON_ASSERT(request.cursor->seq == position_.seq + last_seq_);
  }

 private:
  base::Instant deadline() { return pace_.now() + std::chrono::seconds(10); }

  void check_live_frame(const std::string& frame, const protocol::Event& expected) {
    BECKON_ASSERT(frame.size() <= protocol::kEventFrameBytesMax);
    const auto message = protocol::decode_server_message(frame);
    BECKON_ASSERT(message && std::holds_alternative<protocol::LiveEvent>(*message));
    BECKON_ASSERT(std::get<protocol::LiveEvent>(*message).epoch == position_.epoch);
    expect_equal(std::get<protocol::LiveEvent>(*message).event, expected);
  }

  protocol::Synced synced(const protocol::SyncRequest& request) {
    const auto answered = lambdas::handle_sync(
        host_, tests::message_event(phone_, "sync", protocol::encode(request)), deadline());
    BECKON_ASSERT(answered);
    const std::string frame = tests::body_of(*answered);
    BECKON_ASSERT(frame.size() <= std::clamp(request.max_bytes, protocol::kSyncedBytesMin,
                                             protocol::kSyncedBytesMax));
    const auto message = protocol::decode_server_message(frame);
    BECKON_ASSERT(message && std::holds_alternative<protocol::Synced>(*message));
    return std::get<protocol::Synced>(*message);
  }

  tests::Caller laptop_{"Bob", "Laptop", "conn-1"};
  tests::Caller phone_{"Bob", "Phone", "conn-2"};
  tests::MemoryDatabase database_;
  tests::FakeConnections connections_;
  tests::FakePace pace_{1};
  lambdas::Host host_{
      database_, connections_, pace_, base::null_log(), {"connections", "streams", "devices"}};
  protocol::Cursor position_;
  std::uint64_t last_seq_ = 0;
  std::vector<protocol::Event> expected_;
};

void check_backend(Dice& dice) {
  Backend backend;
  for (int i = dice.byte() % 6; i >= 0; --i) backend.send(dice);
  backend.sync_all(dice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Dice dice({reinterpret_cast<const char*>(data), size});
  using Check = void (*)(Dice&);
  static constexpr Check kChecks[] = {check_sync,   check_send,  check_synced,
                                      check_live,   check_error, check_sent_and_broadcast,
                                      check_backend};
  do {
    kChecks[dice.byte() % std::size(kChecks)](dice);
  } while (!dice.is_used_up());
  return 0;
}
