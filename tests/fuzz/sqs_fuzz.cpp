// SPDX-License-Identifier: Apache-2.0
// Whatever SQS is asked, in either protocol, each call is answered once: by a result or by a
// client's error, in JSON or XML that a client can read. And what a queue took, every client gets
// back as its checksums say.
//
// Input: a line with a message's text, percent-encoded, which is sent first; then calls, a line
// each: "J Operation {…}", or a form, with a path and a space before it or without.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "emulator/events/md5.h"
#include "emulator/events/sqs.h"
#include "emulator/events/sqs_query.h"
#include "emulator/events/sqs_wire.h"
#include "tests/fuzz/xml.h"
#include "tests/unit/emulator/events/fakes.h"

namespace {

using namespace beckon;
using namespace std::chrono_literals;

constexpr std::string_view kQueue = R"({"QueueUrl":"http://h:1/000000000000/dead")";
constexpr std::string_view kQueueForm =
    "&QueueUrl=http%3A%2F%2Fh%3A1%2F000000000000%2Fdead&MaxNumberOfMessages=10"
    "&AttributeName.1=All&MessageAttributeName.1=All";
constexpr auto kVisibilityMax = 12h;

// One message as a client has read it.
struct Seen {
  std::string body;
  std::string body_md5;
  std::string attributes_md5;
  emulator::QueueAttributes attributes;

  void check() const {
    BECKON_ASSERT(emulator::md5_hex(body) == body_md5);
    BECKON_ASSERT(attributes.empty() == attributes_md5.empty());
    BECKON_ASSERT(attributes.empty() || emulator::md5_of_attributes(attributes) == attributes_md5);
  }
};

struct World {
  // What came at once; an answer that comes later is looked at and dropped.
  json::Document call(std::string_view operation, std::string_view input) {
    auto document = json::parse(input, json::kDepthMaxHost);
    if (!document) return {};
    const auto kept = std::make_shared<json::Document>(*std::move(document));
    const auto answer = std::make_shared<json::Document>();
    ++open;
    sqs.handle(operation, kept->root(), [this, kept, answer](const emulator::AwsReply& reply) {
      --open;
      BECKON_ASSERT(reply.status == 200 || reply.status == 400);
      auto read = json::parse(reply.body, json::kDepthMaxHost);
      BECKON_ASSERT(read && read->root().is_object());
      *answer = *std::move(read);
    });
    return std::move(*answer);
  }

  struct FormAnswer {
    int status = 0;
    tests::XmlReader::Leaves leaves;
  };
  FormAnswer form(std::string_view path, std::string_view text) {
    const auto answer = std::make_shared<FormAnswer>();
    ++open;
    query.handle_query(path, emulator::parse_query_form(text),
                       [this, answer](const emulator::HttpResponse& response) {
                         --open;
                         BECKON_ASSERT(response.status == 200 || response.status == 400);
                         auto read = tests::XmlReader::read(response.body);
                         BECKON_ASSERT(read.has_value());
                         *answer = {response.status, *std::move(read)};
                       });
    return std::move(*answer);
  }

  // Every message again, as if it had come back from those who took it.
  std::vector<Seen> receive_json() {
    scheduler.advance(kVisibilityMax + 1s);
    const auto answer =
        call("ReceiveMessage", std::string(kQueue) +
                                   R"(,"MaxNumberOfMessages":10,)"
                                   R"("AttributeNames":["All"],"MessageAttributeNames":["All"]})");
    std::vector<Seen> messages;
    for (const json::View message : answer["Messages"]) {
      auto attributes = emulator::read_attributes(message["MessageAttributes"]);
      BECKON_ASSERT(attributes.has_value());
      messages.push_back(
          {.body = std::string(message["Body"].string_or("")),
           .body_md5 = std::string(message["MD5OfBody"].string_or("")),
           .attributes_md5 = std::string(message["MD5OfMessageAttributes"].string_or("")),
           .attributes = *std::move(attributes)});
    }
    return messages;
  }

  std::vector<Seen> receive_xml() {
    scheduler.advance(kVisibilityMax + 1s);
    FormAnswer answer = form("/", std::string("Action=ReceiveMessage").append(kQueueForm));
    BECKON_ASSERT(answer.status == 200);
    std::vector<Seen> messages;
    std::string name;
    for (auto& [element, text] : answer.leaves) {
      if (element == "MessageId") messages.emplace_back();
      if (element == "Name") name = text;
      if (messages.empty()) continue;
      Seen& last = messages.back();
      if (element == "MD5OfBody")
        last.body_md5 = std::move(text);
      else if (element == "Body")
        last.body = std::move(text);
      else if (element == "MD5OfMessageAttributes")
        last.attributes_md5 = std::move(text);
      else if (element == "StringValue")
        last.attributes[name].value = std::move(text);
      else if (element == "DataType")
        last.attributes[name].type = std::move(text);
    }
    return messages;
  }

  const std::vector<emulator::QueueModel> models = {{"Dead", "dead", 30s, std::chrono::days(14)}};
  emulator::testing::FakeScheduler scheduler;
  emulator::NullStore store;
  emulator::Queues queues{models, store, scheduler, emulator::testing::counted_ids(),
                          base::null_log()};
  emulator::SqsService sqs{queues, scheduler, {"us-east-1", "000000000000", "http://h:1"}};
  emulator::SqsQuery query{sqs};
  int open = 0;  // calls without an answer
};

void run(World& world, std::string_view line) {
  if (line.starts_with("J ")) {
    line.remove_prefix(2);
    const std::size_t space = line.find(' ');
    // The name comes from a header: there is no U+0000 in it.
    if (space != std::string_view::npos && !line.substr(0, space).contains('\0')) {
      static_cast<void>(world.call(line.substr(0, space), line.substr(space + 1)));
    }
    return;
  }
  const std::size_t space = line.starts_with('/') ? line.find(' ') : std::string_view::npos;
  const bool has_path = space != std::string_view::npos;
  static_cast<void>(
      world.form(has_path ? line.substr(0, space) : "/", has_path ? line.substr(space + 1) : line));
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  World world;
  const std::string sent = base::percent_decode(take_line(rest));
  const auto answer =
      world.form("/", "Action=SendMessage&MessageBody=" + base::percent_encode(sent) +
                          std::string(kQueueForm));
  if (answer.status == 200 && base::is_utf8(sent)) {
    const auto seen = world.receive_json();
    BECKON_ASSERT(seen.size() == 1 && seen[0].body == sent);
  }
  while (!rest.empty()) run(world, take_line(rest));
  const auto in_json = world.receive_json();
  const auto in_xml = world.receive_xml();
  BECKON_ASSERT(std::ranges::equal(in_json, in_xml, {}, &Seen::body, &Seen::body));
  for (const auto* messages : {&in_json, &in_xml}) {
    for (const Seen& message : *messages) message.check();
  }
  BECKON_ASSERT(world.open == 0);
  return 0;
}
