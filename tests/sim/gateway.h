// SPDX-License-Identifier: Apache-2.0
// API Gateway and the network before it: handshakes, frames, cuts, posts, limits of idleness and
// age. Frames of one link stay in order; functions run concurrently. Decides nothing about users or
// events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lambdas/aws/connections.h"
#include "tests/sim/context.h"
#include "tests/sim/functions.h"

namespace beckon::sim {

using LinkId = std::size_t;

// A device's network stack.
class LinkEnd {
 public:
  virtual void link_opened(LinkId link) = 0;
  virtual void link_refused(LinkId link, int http_status) = 0;
  virtual void link_closed(LinkId link, std::uint16_t code) = 0;
  virtual void link_message(LinkId link, std::string_view text) = 0;

 protected:
  ~LinkEnd() = default;
};

class Gateway final : public lambdas::Connections {
 public:
  Gateway(Context& context, Functions& functions) : context_(context), functions_(functions) {}

  // Called when somebody of this user connects.
  void set_meanwhile(std::function<void(const std::string& user)> meanwhile) {
    meanwhile_ = std::move(meanwhile);
  }

  // The device's side. Nothing is reported about a link after close() or abandon().
  LinkId connect(LinkEnd& end, const std::string& user, const std::string& device);
  void send(LinkId link, std::string_view text);
  void close(LinkId link, std::uint16_t code);
  // The device is gone without a word.
  void abandon(LinkId link);
  // Nothing comes through any more, in both directions; nobody is told.
  void deafen(LinkId link);

  struct Side {
    bool open = false;
    base::Instant opened_at{};
    base::Instant ended_at{};
  };
  // The gateway's view of a link.
  Side side(LinkId link) const {
    return {links_[link].open, links_[link].opened_at, links_[link].ended_at};
  }
  const std::string& connection_id(LinkId link) const { return links_[link].id; }
  // Every link of this device that the gateway holds open.
  std::vector<std::string> open_links_of(const std::string& device) const;
  // Of these, how many a function has answered on: those the backend must know.
  std::size_t served_links_of(const std::string& device) const;

  std::vector<lambdas::PostOutcome> post(std::span<const std::string> ids, std::string_view data,
                                         base::Duration budget) override;
  std::vector<lambdas::PostOutcome> close(std::span<const std::string> ids,
                                          base::Duration budget) override;

 private:
  struct Link {
    std::string id;
    std::string user;
    std::string device;
    std::int64_t connected_at_ms = 0;
    LinkEnd* end = nullptr;  // null: the device has given it up
    bool open = false;       // at the gateway
    bool served = false;     // a function has answered on it
    bool closing = false;    // the device's close came before the handshake's end
    bool deaf_up = false;
    bool deaf_down = false;
    base::Instant opened_at{};
    base::Instant ended_at{};
    base::Instant last_traffic{};
    base::Instant up_free_at{};  // frames stay in order
    base::Instant down_free_at{};
  };

  void handshake(LinkId link);
  void refuse(LinkId link, int http_status);
  void opened(LinkId link);
  void plan_troubles(LinkId link);
  void arrived(LinkId link, const std::string& text);
  void down(LinkId link, std::string text);
  void end(LinkId link, std::uint16_t code_to_device);
  void check_idle(LinkId link);
  void end_at_limit(LinkId link, const char* limit);
  void disconnected(LinkId link);
  base::Duration latency();
  Link* find(const std::string& id);

  Context& context_;
  Functions& functions_;
  std::function<void(const std::string& user)> meanwhile_;
  std::deque<Link> links_;
};

}  // namespace beckon::sim
