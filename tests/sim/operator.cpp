// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/operator.h"

#include <cstdio>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "tests/support/backend/events.h"

namespace beckon::sim {
namespace {

constexpr int kRetries = 2;  // infrastructure/template.yaml: MaximumRetryAttempts

// Where devices come again and again: enough.
constexpr std::size_t kPostsMax = 200;

// What is to be stored of it.
std::string data_of(const Post& post, std::string_view padding) {
  json::Writer writer;
  writer.begin_object().member("n", static_cast<std::int64_t>(post.number));
  return writer.member("padding", padding).end_object().take();
}

std::string detail_of(const Post& post, std::string_view padding) {
  json::Writer writer;
  writer.begin_object().key("target").begin_object().member("user", post.user);
  if (!post.devices.empty()) {
    writer.key("devices").begin_array();
    for (const std::string& device : post.devices) writer.string(device);
    writer.end_array();
  }
  writer.end_object().member("ttl_s", post.ttl_s);
  if (!post.collapse.empty()) writer.member("collapse", post.collapse);
  writer.member("n", static_cast<std::int64_t>(post.number)).member("padding", padding);
  return writer.end_object().take();
}

}  // namespace

void Operator::plan(const std::string& user, const std::vector<std::string>& devices,
                    base::Duration stretch) {
  base::Duration at = 0ms;
  for (std::size_t i = 0; i < context_.profile.posts; ++i) {
    // Half of them come in bursts.
    at = context_.dice.one_in(2) ? at + context_.dice.between(0ms, 100ms)
                                 : context_.dice.between(0ms, stretch);
    context_.schedule.after(at, [this, user, devices] {
      if (context_.strikes(Trouble::kBadEvent)) return post_bad(user);
      if (context_.profile.may_be_sent_by_devices && context_.dice.one_in(3)) {
        return send_from(user, devices[context_.dice.index(devices.size())]);
      }
      post(user, devices);
    });
  }
}

void Operator::post_soon(const std::string& user, const std::vector<std::string>& devices) {
  if (ledger_.posts().size() >= kPostsMax) return;
  const std::uint64_t count = context_.dice.from(1, 4);
  for (std::uint64_t i = 0; i < count; ++i) {
    context_.schedule.after(context_.dice.between(0ms, 200ms),
                            [this, user, devices] { post(user, devices); });
  }
}

std::string Operator::padding() {
  constexpr std::uint64_t kSizes[] = {10, 300, 900, 3000, 20000, 27000};
  const bool large = context_.profile.may_be_large && context_.dice.one_in(4);
  const std::uint64_t most = large ? kSizes[context_.dice.index(std::size(kSizes))] : 60;
  return std::string(static_cast<std::size_t>(context_.dice.below(most)), 'x');
}

void Operator::post(const std::string& user, const std::vector<std::string>& devices) {
  constexpr std::int64_t kShort_s[] = {1, 20, 300, 1800, 7200};
  Post& post = ledger_.add_post();
  post.user = user;
  post.ttl_s = protocol::kEventTtlDefault_s;
  if (context_.profile.may_target && context_.dice.one_in(3)) {
    for (const std::string& device : devices) {
      if (context_.dice.one_in(2)) post.devices.push_back(device);
    }
  }
  if (context_.profile.may_expire && context_.dice.one_in(3)) {
    post.ttl_s = kShort_s[context_.dice.index(std::size(kShort_s))];
  }
  if (context_.profile.may_collapse && context_.dice.one_in(2)) {
    post.collapse = context_.dice.one_in(2) ? "battery" : "weather";
  }
  const std::string text = padding();
  post.data = data_of(post, text);
  put_on_bus(post, detail_of(post, text));
}

void Operator::post_plain(const std::string& user) {
  Post& post = ledger_.add_post();
  post.user = user;
  post.ttl_s = protocol::kEventTtlDefault_s;
  post.data = data_of(post, "");
  put_on_bus(post, detail_of(post, ""));
}

void Operator::post_bad(const std::string& user) {
  Post& post = ledger_.add_post();
  post.user = user;
  post.ttl_s = 60;
  std::string detail = detail_of(post, "");
  switch (context_.dice.below(5)) {
    case 0:
      post.must_fail = "TooLarge";
      detail = detail_of(post, std::string(29000, 'x'));
      break;
    case 1:
      post.must_fail = "BadTtl";
      post.ttl_s = 0;
      detail = detail_of(post, "");
      break;
    case 2:
      post.must_fail = "NotAnEvent";
      detail = "[1,2]";
      break;
    case 3:
      post.must_fail = "NoTargetUser";
      detail = R"({"target":{},"n":1})";
      break;
    default:
      post.must_fail = "BadTarget";
      detail = R"({"target":{"user":")" + user + R"(","device":"typo"}})";
      break;
  }
  put_on_bus(post, detail);
}

void Operator::put_on_bus(Post& post, const std::string& detail) {
  char id[24];
  std::snprintf(id, sizeof id, "bus-%06u", static_cast<unsigned>(post.number));
  post.id = id;
  post.name = context_.dice.one_in(4) ? "two.steps" : "one.step";
  const tests::Posted posted{post.id, post.name, detail};
  const std::string event = tests::bus_event(posted);
  base::Duration delay = context_.dice.between(1ms, 20ms);
  if (context_.strikes(Trouble::kDeliveredLate)) delay = context_.dice.between(100ms, 1min);
  deliver(post.number, event, 0, delay);
  if (!context_.strikes(Trouble::kDeliveredTwice)) return;
  const base::Duration later = context_.dice.one_in(2) ? base::Duration(1s) : 2h;
  deliver(post.number, event, 0, context_.dice.between(1ms, later));
}

void Operator::deliver(std::size_t number, const std::string& event, int attempt,
                       base::Duration delay) {
  context_.schedule.after(delay, [this, number, event, attempt] {
    const Outcome outcome = functions_.invoke(Function::kDeliver, event);
    if (outcome.ok) return;
    if (attempt < kRetries) {
      const base::Duration pause = std::chrono::minutes(attempt + 1);
      return deliver(number, event, attempt + 1, pause + context_.dice.between(0ms, 10s));
    }
    Post& post = ledger_.posts()[number];
    post.dead_letter = outcome.text.substr(0, outcome.text.find(':'));
    context_.trace.line(context_.now(), "dead letter", number, outcome.text);
  });
}

// P-18
void Operator::send_rubbish(const std::string& user, const std::string& device) {
  const tests::Caller caller{user, device, "sender=", context_.wall().unix_ms};
  const Outcome outcome = functions_.invoke(
      Function::kDefault, tests::message_event(caller, "$default", R"({"action":"dance"})"));
  if (!outcome.ok) return;
  const auto frame = json::parse(tests::body_of(outcome.text));
  if (frame && (*frame)["code"].string_or("") == "unknown_action") return;
  context_.broken("told-what-is-wrong", "expected unknown_action, got " + outcome.text);
}

void Operator::send_from(const std::string& user, const std::string& device) {
  if (context_.dice.one_in(10)) return send_rubbish(user, device);
  Post& post = ledger_.add_post();
  post.user = user;
  post.sender = device;
  post.in_doubt = true;
  protocol::SendRequest request;
  request.name = "one.sent";
  request.data = R"({"n":)" + std::to_string(post.number) + "}";
  if (context_.profile.may_collapse && context_.dice.one_in(3)) request.collapse = "battery";
  post.name = request.name;
  post.data = request.data;
  post.collapse = request.collapse;
  post.ttl_s = protocol::kEventTtlDefault_s;
  const tests::Caller caller{user, device, "sender=", context_.wall().unix_ms};
  const Outcome outcome = functions_.invoke(
      Function::kSend, tests::message_event(caller, "send", protocol::encode(request)));
  if (!outcome.ok) return;
  const auto frame = json::parse(tests::body_of(outcome.text));
  post.promised = frame && (*frame)["type"].string_or("") == "sent";
}

}  // namespace beckon::sim
