// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/gateway.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "common/protocol/limits.h"
#include "tests/support/backend/events.h"

namespace beckon::sim {
namespace {

using lambdas::PostOutcome;

constexpr std::uint16_t kSilent = 0;  // the device is not told
constexpr std::uint16_t kAbnormal = 1006;
constexpr std::uint16_t kGoingAway = 1001;

struct Break {
  Trouble trouble;
  const char* name;
};
constexpr Break kBreaks[] = {
    {Trouble::kLinkCut, "cut"},
    {Trouble::kLinkEndsPolitely, "ends politely"},
    {Trouble::kGatewaySideEnds, "gateway's side ends"},
    {Trouble::kDeviceSideEnds, "device's side ends"},
    {Trouble::kUpSwallowed, "swallowed upwards"},
    {Trouble::kDownSwallowed, "swallowed downwards"},
};

Function route(std::string_view text, std::string& key) {
  const auto body = json::parse(text);
  const std::string_view action = body ? (*body)["action"].string_or("") : "";
  key = action == "sync" || action == "send" ? std::string(action) : "$default";
  if (action == "sync") return Function::kSync;
  return action == "send" ? Function::kSend : Function::kDefault;
}

std::string own_frame(std::string_view message, const std::string& connection_id) {
  json::Writer writer;
  return writer.begin_object()
      .member("message", message)
      .member("connectionId", connection_id)
      .member("requestId", "Aa1bBc2dDe3fFg4=")
      .end_object()
      .take();
}

}  // namespace

LinkId Gateway::connect(LinkEnd& end, const std::string& user, const std::string& device) {
  const LinkId link = links_.size();
  char id[24];
  std::snprintf(id, sizeof id, "c%05u=", static_cast<unsigned>(link));
  links_.push_back({id, user, device, 0, &end});
  context_.schedule.after(latency(), [this, link] { handshake(link); });
  return link;
}

void Gateway::handshake(LinkId link) {
  if (context_.strikes(Trouble::kHandshakeUnanswered)) return;
  if (context_.strikes(Trouble::kHandshakeFails)) return refuse(link, 0);
  if (context_.strikes(Trouble::kHandshakeForbidden)) return refuse(link, 403);
  if (context_.strikes(Trouble::kHandshakeThrottled)) return refuse(link, 429);
  if (context_.strikes(Trouble::kHandshakeError)) return refuse(link, 500);
  Link& one = links_[link];
  one.connected_at_ms = context_.wall().unix_ms;
  if (context_.strikes(Trouble::kPostedMeanwhile)) meanwhile_(one.user);
  const tests::Caller caller{one.user, one.device, one.id, one.connected_at_ms};
  const Outcome outcome = functions_.invoke(Function::kConnect, tests::connect_event(caller));
  const auto answer = outcome.ok ? json::parse(outcome.text) : json::parse("{}");
  const auto status = (*answer)["statusCode"].integer().value_or(502);
  if (status != 200) return refuse(link, static_cast<int>(status));
  // The connection exists a moment after its function has said so.
  base::Duration late = context_.dice.between(1ms, 5ms);
  if (context_.strikes(Trouble::kOpensLate)) late = context_.dice.between(5ms, 300ms);
  context_.schedule.after(late, [this, link] { opened(link); });
}

void Gateway::refuse(LinkId link, int http_status) {
  context_.schedule.after(latency(), [this, link, http_status] {
    if (links_[link].end != nullptr) {
      std::exchange(links_[link].end, nullptr)->link_refused(link, http_status);
    }
  });
}

void Gateway::opened(LinkId link) {
  Link& one = links_[link];
  one.open = true;
  one.opened_at = one.last_traffic = context_.now();
  context_.trace.line(context_.now(), "open", one.id, one.device);
  context_.schedule.after(protocol::kGatewayIdleMax, [this, link] { check_idle(link); });
  context_.schedule.after(protocol::kGatewayLifetimeMax,
                          [this, link] { end_at_limit(link, "2 h"); });
  if (one.closing) return end(link, kSilent);
  if (context_.strikes(Trouble::kOpenedUnheard)) deafen(link);
  one.down_free_at = context_.now() + latency();
  context_.schedule.at(one.down_free_at, [this, link] {
    if (links_[link].end != nullptr && !links_[link].deaf_down) links_[link].end->link_opened(link);
  });
  plan_troubles(link);
}

void Gateway::plan_troubles(LinkId link) {
  for (const Break& one : kBreaks) {
    if (!context_.strikes(one.trouble)) continue;
    const base::Duration longest = context_.dice.one_in(2) ? base::Duration(10s) : 30min;
    context_.schedule.after(context_.dice.between(1ms, longest), [this, link, one] {
      Link& it = links_[link];
      if (context_.calm || !it.open) return;
      context_.trace.line(context_.now(), one.name, it.id);
      switch (one.trouble) {
        case Trouble::kLinkCut: return end(link, kAbnormal);
        case Trouble::kLinkEndsPolitely: return end(link, kGoingAway);
        case Trouble::kGatewaySideEnds: return end(link, kSilent);
        case Trouble::kDeviceSideEnds:
          it.deaf_up = true;
          if (it.end != nullptr) std::exchange(it.end, nullptr)->link_closed(link, kAbnormal);
          return;
        case Trouble::kUpSwallowed: it.deaf_up = true; return;
        default: it.deaf_down = true; return;
      }
    });
  }
}

void Gateway::send(LinkId link, std::string_view text) {
  Link& one = links_[link];
  context_.trace.line(context_.now(), "up", one.id, one.device, text);
  one.up_free_at = std::max(one.up_free_at, context_.now() + latency());
  context_.schedule.at(one.up_free_at, [this, link, copy = std::string(text)] {
    if (links_[link].open && !links_[link].deaf_up) arrived(link, copy);
  });
}

void Gateway::arrived(LinkId link, const std::string& text) {
  Link& one = links_[link];
  one.last_traffic = context_.now();
  std::string key;
  const Function function = route(text, key);
  const tests::Caller caller{one.user, one.device, one.id, one.connected_at_ms};
  const bool gives_up = context_.strikes(Trouble::kAnswerTooLate);
  if (gives_up) {
    context_.schedule.after(context_.dice.between(1ms, 1s), [this, link] {
      down(link, own_frame("Endpoint request timed out", links_[link].id));
    });
  }
  const Outcome outcome = functions_.invoke(function, tests::message_event(caller, key, text));
  links_[link].served = links_[link].served || outcome.ok;
  if (gives_up || context_.strikes(Trouble::kAnswerVanishes)) return;
  if (!outcome.ok) return down(link, own_frame("Internal server error", one.id));
  std::string body = tests::body_of(outcome.text);
  if (!body.empty()) down(link, std::move(body));
}

// To the device, if the link is there.
void Gateway::down(LinkId link, std::string text) {
  Link& one = links_[link];
  if (!one.open) return;
  one.last_traffic = context_.now();
  one.down_free_at = std::max(one.down_free_at, context_.now() + latency());
  context_.schedule.at(one.down_free_at, [this, link, copy = std::move(text)] {
    Link& it = links_[link];
    if (it.end == nullptr || it.deaf_down) return;
    context_.trace.line(context_.now(), "down", it.id, it.device, copy);
    it.end->link_message(link, copy);
  });
}

void Gateway::close(LinkId link, std::uint16_t code) {
  Link& one = links_[link];
  one.end = nullptr;
  context_.trace.line(context_.now(), "device closes", one.id, code);
  one.up_free_at = std::max(one.up_free_at, context_.now() + latency());
  context_.schedule.at(one.up_free_at, [this, link] {
    if (links_[link].deaf_up) return;
    links_[link].closing = true;
    end(link, kSilent);
  });
}

void Gateway::abandon(LinkId link) {
  links_[link].end = nullptr;
  deafen(link);
}

void Gateway::deafen(LinkId link) {
  links_[link].deaf_up = true;
  links_[link].deaf_down = true;
}

void Gateway::end(LinkId link, std::uint16_t code_to_device) {
  Link& one = links_[link];
  if (!one.open) return;
  one.open = false;
  one.ended_at = context_.now();
  context_.trace.line(context_.now(), "ended", one.id, code_to_device);
  base::Duration late = context_.dice.between(1ms, 50ms);
  if (context_.strikes(Trouble::kDisconnectLate)) late = context_.dice.between(1s, 30min);
  if (!context_.strikes(Trouble::kDisconnectMissing)) {
    context_.schedule.after(late, [this, link] { disconnected(link); });
  }
  if (code_to_device == kSilent) {
    one.deaf_down = true;
    return;
  }
  one.down_free_at = std::max(one.down_free_at, context_.now() + latency());
  context_.schedule.at(one.down_free_at, [this, link, code_to_device] {
    Link& it = links_[link];
    if (it.end == nullptr || it.deaf_down) return;
    std::exchange(it.end, nullptr)->link_closed(link, code_to_device);
  });
}

void Gateway::check_idle(LinkId link) {
  const Link& one = links_[link];
  if (!one.open) return;
  const base::Instant due = one.last_traffic + protocol::kGatewayIdleMax;
  if (due <= context_.now()) return end_at_limit(link, "10 min without traffic");
  context_.schedule.at(due, [this, link] { check_idle(link); });
}

// Where nothing fails, a device keeps its link alive and renews it in time.
void Gateway::end_at_limit(LinkId link, const char* limit) {
  const Link& one = links_[link];
  const bool heard = one.end != nullptr && !one.deaf_up && !one.deaf_down;
  if (one.open && heard && context_.calm && context_.now() - context_.calm_since > 5min) {
    return context_.broken(
        "keeps-its-link",
        one.device + ": expected it to be before the limit of " + limit + " on " + one.id);
  }
  end(link, kGoingAway);
}

void Gateway::disconnected(LinkId link) {
  const Link& one = links_[link];
  const tests::Caller caller{one.user, one.device, one.id, one.connected_at_ms};
  functions_.invoke(Function::kDisconnect, tests::disconnect_event(caller));
}

base::Duration Gateway::latency() {
  if (context_.strikes(Trouble::kFrameSlow)) return context_.dice.between(100ms, 40s);
  return context_.dice.between(1ms, 30ms);
}

Gateway::Link* Gateway::find(const std::string& id) {
  const auto found = std::ranges::find(links_, id, &Link::id);
  return found == links_.end() ? nullptr : &*found;
}

std::vector<std::string> Gateway::open_links_of(const std::string& device) const {
  std::vector<std::string> ids;
  for (const Link& link : links_) {
    if (link.open && link.device == device) ids.push_back(link.id);
  }
  return ids;
}

std::size_t Gateway::served_links_of(const std::string& device) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      links_, [&](const Link& link) { return link.open && link.served && link.device == device; }));
}

std::vector<PostOutcome> Gateway::post(std::span<const std::string> ids, std::string_view data,
                                       base::Duration) {
  std::vector<PostOutcome> outcomes;
  for (const std::string& id : ids) {
    context_.schedule.pass(context_.dice.between(1ms, 10ms));
    const Link* link = find(id);
    if (link == nullptr || !link->open) {
      outcomes.push_back(PostOutcome::kGone);
    } else if (context_.strikes(Trouble::kPostThrottled)) {
      outcomes.push_back(PostOutcome::kThrottled);
    } else if (context_.strikes(Trouble::kPostFails)) {
      outcomes.push_back(PostOutcome::kFailed);
    } else {
      outcomes.push_back(PostOutcome::kAccepted);
      if (!context_.strikes(Trouble::kPostVanishes)) {
        down(static_cast<LinkId>(std::ranges::find(links_, id, &Link::id) - links_.begin()),
             std::string(data));
      }
    }
    constexpr const char* kNames[] = {"accepted", "gone", "throttled", "failed"};
    context_.trace.line(context_.now(), "post", id,
                        kNames[static_cast<std::size_t>(outcomes.back())]);
  }
  return outcomes;
}

std::vector<PostOutcome> Gateway::close(std::span<const std::string> ids, base::Duration) {
  std::vector<PostOutcome> outcomes;
  for (const std::string& id : ids) {
    context_.schedule.pass(context_.dice.between(1ms, 10ms));
    const auto found = std::ranges::find(links_, id, &Link::id);
    if (context_.strikes(Trouble::kCloseFails)) {
      outcomes.push_back(PostOutcome::kFailed);
    } else if (found == links_.end() || !found->open) {
      outcomes.push_back(PostOutcome::kGone);
    } else {
      end(static_cast<LinkId>(found - links_.begin()), kGoingAway);
      outcomes.push_back(PostOutcome::kAccepted);
    }
  }
  return outcomes;
}

}  // namespace beckon::sim
