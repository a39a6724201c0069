// SPDX-License-Identifier: Apache-2.0
// @connections in memory: which sockets are open, and what each of them was sent.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lambdas/aws/connections.h"

namespace beckon::tests {

class FakeConnections final : public lambdas::Connections {
 public:
  void open(const std::string& id) { open_.insert(id); }
  void drop(const std::string& id) { open_.erase(id); }
  bool is_open(const std::string& id) const { return open_.contains(id); }

  // Connections that answer so instead of taking the data, until set to kAccepted again.
  void set_outcome(const std::string& id, lambdas::PostOutcome outcome) { forced_[id] = outcome; }
  // Called before each connection's post: what happens meanwhile.
  void set_before_post(std::function<void(const std::string& id)> hook) {
    before_post_ = std::move(hook);
  }

  // Frames in order of their arrival.
  const std::vector<std::string>& frames(const std::string& id) { return frames_[id]; }
  void forget_frames() { frames_.clear(); }
  int posts() const { return posts_; }
  const std::vector<std::string>& closed() const { return closed_; }

  std::vector<lambdas::PostOutcome> post(std::span<const std::string> ids, std::string_view data,
                                         base::Duration) override {
    std::vector<lambdas::PostOutcome> outcomes;
    for (const std::string& id : ids) {
      ++posts_;
      if (before_post_) before_post_(id);
      const auto forced = forced_.find(id);
      lambdas::PostOutcome outcome = lambdas::PostOutcome::kAccepted;
      if (forced != forced_.end()) {
        outcome = forced->second;
      } else if (!open_.contains(id)) {
        outcome = lambdas::PostOutcome::kGone;
      }
      if (outcome == lambdas::PostOutcome::kAccepted) frames_[id].emplace_back(data);
      outcomes.push_back(outcome);
    }
    return outcomes;
  }

  std::vector<lambdas::PostOutcome> close(std::span<const std::string> ids,
                                          base::Duration) override {
    std::vector<lambdas::PostOutcome> outcomes;
    for (const std::string& id : ids) {
      closed_.push_back(id);
      outcomes.push_back(open_.erase(id) != 0 ? lambdas::PostOutcome::kAccepted
                                              : lambdas::PostOutcome::kGone);
    }
    return outcomes;
  }

 private:
  std::set<std::string> open_;
  std::map<std::string, lambdas::PostOutcome> forced_;
  std::function<void(const std::string&)> before_post_;
  std::map<std::string, std::vector<std::string>> frames_;
  std::vector<std::string> closed_;
  int posts_ = 0;
};

}  // namespace beckon::tests
