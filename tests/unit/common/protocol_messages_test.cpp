// SPDX-License-Identifier: Apache-2.0
#include "common/protocol/messages.h"

#include <gtest/gtest.h>

namespace beckon::protocol {
namespace {

template <class T>
T must(base::Result<T> result) {
  if (!result) ADD_FAILURE() << result.error().message;
  return result ? std::move(*result) : T();
}

Event door(std::uint64_t seq) {
  return {.seq = seq,
          .id = "e-1",
          .name = "door.opened",
          .time = "2026-11-21T07:00:00Z",
          .data = R"({"door":"front"})",
          .devices = {}};
}

json::Document doc(std::string_view text) {
  return must(json::parse(text));
}

// P-11
TEST(Messages, ASyncIsReadAsItWasWritten) {
  SyncRequest request;
  request.cursor = Cursor{"k3f9", 41};
  request.max_bytes = 4096;
  request.failed = {{43, "exec", "timeout after 5 s"}};
  const std::string text = encode(request);
  EXPECT_EQ(text, R"({"action":"sync","cursor":"k3f9:41","max_bytes":4096,)"
                  R"("failed":[{"seq":43,"action":"exec","error":"timeout after 5 s"}]})");
  const SyncRequest read = must(decode_sync(doc(text).root()));
  EXPECT_EQ(read.cursor, request.cursor);
  EXPECT_EQ(read.max_bytes, 4096u);
  ASSERT_EQ(read.failed.size(), 1u);
  EXPECT_EQ(read.failed[0].seq, 43u);
  EXPECT_EQ(read.failed[0].error, "timeout after 5 s");
}

// P-11
TEST(Messages, ASyncWithoutCursorSaysWhereToStart) {
  SyncRequest request;
  request.start_oldest = true;
  const SyncRequest read = must(decode_sync(doc(encode(request)).root()));
  EXPECT_FALSE(read.cursor);
  EXPECT_TRUE(read.start_oldest);
  EXPECT_FALSE(must(decode_sync(doc(R"({"action":"sync"})").root())).start_oldest);
}

TEST(Messages, ASyncSaysWhatWasTakenInBeyondTheCursor) {
  SyncRequest request;
  request.cursor = Cursor{"k3f9", 41};
  request.after = 44;
  EXPECT_EQ(encode(request),
            R"({"action":"sync","cursor":"k3f9:41","after":44,"max_bytes":16384})");
  EXPECT_EQ(must(decode_sync(doc(encode(request)).root())).after, 44u);
  request.after = 41;
  EXPECT_EQ(encode(request), R"({"action":"sync","cursor":"k3f9:41","max_bytes":16384})");
}

// P-11
TEST(Messages, MaxBytesIsClampedToTheLimits) {
  EXPECT_EQ(must(decode_sync(doc(R"({"max_bytes":1})").root())).max_bytes, kSyncedBytesMin);
  EXPECT_EQ(must(decode_sync(doc(R"({"max_bytes":9999999})").root())).max_bytes, kSyncedBytesMax);
  EXPECT_EQ(must(decode_sync(doc("{}").root())).max_bytes, kSyncedBytesDefault);
}

// P-11
TEST(Messages, LongFailureTextsAreCutAtACharacter) {
  SyncRequest request;
  request.failed = {{1, "exec", std::string(kFailedTextBytesMax - 1, 'x') + "\xc3\xa9"}};
  const SyncRequest read = must(decode_sync(doc(encode(request)).root()));
  EXPECT_EQ(read.failed[0].error, std::string(kFailedTextBytesMax - 1, 'x'));
}

// P-3, P-11
TEST(Messages, AWrongMemberOfASyncIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"cursor":41})", "sync.cursor: expected a cursor like \"k3f9:41\", got 41"},
      {R"({"cursor":"K:1"})", "sync.cursor: expected a cursor like \"k3f9:41\", got \"K:1\""},
      {R"({"max_bytes":"x"})",
       "sync.max_bytes: expected a whole number from 0 to 2^53-1, got \"x\""},
      {R"({"after":3})", "sync.after: expected a number not below the cursor's, got 3"},
      {R"({"cursor":"k3f9:41","after":40})",
       "sync.after: expected a number not below the cursor's, got 40"},
      {R"({"cursor":"k3f9:41","after":"x"})",
       "sync.after: expected a whole number from 0 to 2^53-1, got \"x\""},
      {R"({"start":"middle"})", "sync.start: expected \"oldest\" or \"head\", got \"middle\""},
      {R"({"failed":{}})", "sync.failed: expected an array of at most 32 entries"},
      {"[]", "sync: expected an object, got an array"}};
  for (const auto& [text, expected] : cases) {
    const auto read = decode_sync(doc(text).root());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().message, expected);
  }
}

// P-11
TEST(Messages, AWrongEntryOfFailedIsLeftOutAndNamedAndTheRestIsTaken) {
  const SyncRequest read = must(decode_sync(
      doc(R"({"cursor":"k3f9:41","failed":[{"seq":-1,"action":"a","error":"e"},)"
          R"({"seq":40,"action":"exec","error":"timeout"},{"seq":41,"action":"","error":"e"},7]})")
          .root()));
  EXPECT_EQ(read.cursor, (Cursor{"k3f9", 41}));
  ASSERT_EQ(read.failed.size(), 1u);
  EXPECT_EQ(read.failed[0].seq, 40u);
  EXPECT_EQ(read.failed_refused,
            (std::vector<std::string>{
                "sync.failed[0].seq: expected a whole number from 0 to 2^53-1, got -1",
                "sync.failed[2].action: expected a string of 1 to 200 bytes, got \"\"",
                "sync.failed[3]: expected an object, got 7"}));
}

// P-17
TEST(Messages, ASendIsReadAsItWasWritten) {
  SendRequest request;
  request.name = "lamp.on";
  request.data = R"({"level":3})";
  request.devices = {"iPad"};
  request.ttl_s = 60;
  request.collapse = "lamp";
  const SendRequest read = must(decode_send(doc(encode(request)).root()));
  EXPECT_EQ(read.name, "lamp.on");
  EXPECT_EQ(read.data, R"({"level":3})");
  EXPECT_EQ(read.devices, request.devices);
  EXPECT_EQ(read.ttl_s, 60);
  EXPECT_EQ(read.collapse, "lamp");
  EXPECT_FALSE(read.to_everyone);
}

TEST(Messages, AWrongSendIsRefused) {
  for (const char* text : {R"({})", R"({"name":""})", R"({"name":"n","data":[]})",
                           R"({"name":"n","to":"bob"})", R"({"name":"n","ttl_s":0})",
                           R"({"name":"n","devices":[]})", R"({"name":"n","devices":[1]})"}) {
    EXPECT_FALSE(decode_send(doc(text).root())) << text;
  }
}

// P-20, P-21, P-22, P-23
TEST(Messages, SyncedIsReadAsItWasWritten) {
  Synced message;
  message.cursor = {"k3f9", 43};
  message.head = {"k3f9", 50};
  message.events = {
      {door(42), 0},
      {{.seq = 43, .id = {}, .name = {}, .time = {}, .data = {}, .devices = {}}, 9120}};
  message.more = true;
  message.lost = 2;
  message.reset = true;
  const std::string text = encode(message);
  EXPECT_EQ(
      text,
      R"({"type":"synced","cursor":"k3f9:43","head":"k3f9:50","events":[)"
      R"({"seq":42,"id":"e-1","name":"door.opened","time":"2026-11-21T07:00:00Z","data":{"door":"front"}},)"
      R"({"seq":43,"too_large":9120}],"more":true,"lost":2,"reset":true})");
  const ServerMessage read = must(decode_server_message(text));
  const auto& synced = std::get<Synced>(read);
  EXPECT_EQ(synced.cursor, message.cursor);
  EXPECT_EQ(synced.head, message.head);
  ASSERT_EQ(synced.events.size(), 2u);
  EXPECT_EQ(synced.events[0].event.data, R"({"door":"front"})");
  EXPECT_EQ(synced.events[1].too_large_bytes, 9120u);
  EXPECT_EQ(synced.events[1].event.seq, 43u);
  EXPECT_TRUE(synced.more && synced.reset);
  EXPECT_EQ(synced.lost, 2u);
}

TEST(Messages, AnEntryWeighsInTheAnswerWhatItWeighsAlone) {
  Synced message;
  message.cursor = message.head = {"a", 2};
  const std::size_t empty = encode(message).size();
  message.events = {{door(1), 0}};
  EXPECT_EQ(encode(message).size(), empty + encode(message.events[0]).size());
}

// P-24
// P-70
TEST(Messages, ASignatureGoesAlongWithItsEvent) {
  Event event = door(44);
  EXPECT_EQ(encode(LiveEvent{"k3f9", event}).find("signature"), std::string::npos);
  event.signature = R"({"key":"x","devices":["a"]})";
  const ServerMessage live = must(decode_server_message(encode(LiveEvent{"k3f9", event})));
  EXPECT_EQ(std::get<LiveEvent>(live).event.signature, event.signature);
  Synced answer{{"k3f9", 44}, {"k3f9", 44}, {}};
  answer.events.push_back({event, 0});
  const ServerMessage synced = must(decode_server_message(encode(answer)));
  EXPECT_EQ(std::get<Synced>(synced).events.at(0).event.signature, event.signature);
  EXPECT_EQ(encode(Broadcast{"Bob", "Laptop", event}).find("signature"), std::string::npos);
  event.signature = "7";
  const auto wrong = decode_server_message(encode(LiveEvent{"k3f9", event}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "event.signature: expected an object, got 7");
}

TEST(Messages, ALiveEventIsReadAsItWasWritten) {
  const ServerMessage read = must(decode_server_message(encode(LiveEvent{"k3f9", door(44)})));
  const auto& live = std::get<LiveEvent>(read);
  EXPECT_EQ(live.epoch, "k3f9");
  EXPECT_EQ(live.event.seq, 44u);
  EXPECT_EQ(live.event.id, "e-1");
  EXPECT_EQ(live.event.name, "door.opened");
}

// P-26
TEST(Messages, TheGatewaysOwnFramesAreToldApart) {
  const std::pair<const char*, GatewayFrame::Kind> cases[] = {
      {"Forbidden", GatewayFrame::Kind::kForbidden},
      {"Internal server error", GatewayFrame::Kind::kInternalError},
      {"Endpoint request timed out", GatewayFrame::Kind::kTimeout},
      {"Too Many Requests", GatewayFrame::Kind::kThrottled},
      {"anything new", GatewayFrame::Kind::kOther}};
  for (const auto& [text, kind] : cases) {
    const std::string frame = "{\"message\": \"" + std::string(text) +
                              "\", \"connectionId\":\"c=\", \"requestId\":\"r=\"}";
    const ServerMessage read = must(decode_server_message(frame));
    EXPECT_EQ(std::get<GatewayFrame>(read).kind, kind) << text;
  }
}

// P-3
TEST(Messages, UnknownMembersAreIgnored) {
  const auto sync = decode_sync(
      doc(R"({"action":"sync","future":[],"cursor":"a:1","failed":[{"seq":1,"action":"a",)"
          R"("error":"e","future":1}]})")
          .root());
  ASSERT_TRUE(sync) << sync.error().message;
  EXPECT_EQ(sync->failed.size(), 1u);
  EXPECT_TRUE(decode_send(doc(R"({"action":"send","name":"n","future":{}})").root()));
  for (const char* text :
       {R"({"type":"synced","cursor":"a:1","head":"a:1","future":1,"events":[)"
        R"({"seq":1,"id":"i","name":"n","time":"t","data":{},"future":1}]})",
        R"({"type":"event","stream":"a","seq":1,"id":"i","name":"n","time":"t","future":{}})",
        R"({"type":"error","code":"invalid","message":"m","future":null})"}) {
    EXPECT_TRUE(decode_server_message(text)) << text;
  }
}

// P-3
TEST(Messages, UnknownTypesAndBrokenMessagesAreDifferentErrors) {
  EXPECT_EQ(decode_server_message(R"({"type":"future"})").error().code, base::ErrorCode::kNotFound);
  for (const char* text :
       {"", "[]", "{}", "3", R"({"message":"x"})", R"({"type":"synced"})",
        R"({"type":"synced","cursor":"a:1","head":"b:1"})",
        R"({"type":"synced","cursor":"a:1","head":"a:1","events":[{"seq":1}]})",
        R"({"type":"synced","cursor":"a:1","head":"a:1","events":[{"seq":1,"too_large":0}]})",
        R"({"type":"event","stream":"A","seq":1,"id":"i","name":"n","time":"t"})",
        R"({"type":"event","stream":"a","seq":1.5,"id":"i","name":"n","time":"t"})",
        R"({"type":"error"})"}) {
    const auto read = decode_server_message(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, base::ErrorCode::kInvalid) << text;
  }
}

// An answer whose numbers contradict each other takes a device nowhere, and says what is wrong.
TEST(Messages, ASyncedThatContradictsItselfIsRefused) {
  const auto entry = [](const char* seq) {
    return R"({"seq":)" + std::string(seq) + R"(,"id":"i","name":"n","time":"t"})";
  };
  const auto synced = [](const std::string& rest) {
    return R"({"type":"synced","cursor":"a:5",)" + rest + "}";
  };
  const std::pair<std::string, std::string> cases[] = {
      {synced(R"("head":"a:4")"), "synced.cursor: expected a seq up to the head's, 4, got"},
      {synced(R"("head":"a:5","lost":6)"), "synced.lost: expected at most the cursor's seq, 5"},
      {synced(R"("head":"a:9","events":[)" + entry("6") + "]"),
       "synced.events.seq: expected a number above 0, up to the cursor's 5, got 6"},
      {synced(R"("head":"a:5","events":[)" + entry("4") + "," + entry("4") + "]"),
       "synced.events.seq: expected a number above 4, up to the cursor's 5, got 4"},
      {synced(R"("head":"a:5","events":[)" + entry("0") + "]"), "from 1 to 2^53-1, got 0"},
      {synced(R"("head":"a:5","events":[{"seq":9,"too_large":99}])"),
       "up to the cursor's 5, got 9"},
      {R"({"type":"event","stream":"a","seq":0,"id":"i","name":"n","time":"t"})",
       "event.seq: expected a whole number from 1 to 2^53-1, got 0"},
  };
  for (const auto& [text, why] : cases) {
    const auto read = decode_server_message(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find(why), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace beckon::protocol
