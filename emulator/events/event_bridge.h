// SPDX-License-Identifier: Apache-2.0
// EventBridge's API, as far as events are put and rules are looked at: PutEvents, ListEventBuses,
// DescribeEventBus, ListRules, DescribeRule, ListTargetsByRule, TestEventPattern. Buses and rules
// are the template's; calls that would change them are answered with an error that says so.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/log.h"
#include "emulator/aws/service.h"
#include "emulator/events/event_bus.h"
#include "emulator/events/put_events.h"
#include "emulator/events/rule_delivery.h"
#include "emulator/events/scheduler.h"

namespace beckon::emulator {

class EventBridgeService final : public AwsService {
 public:
  // All references must outlive this.
  EventBridgeService(const EventBuses& buses, RuleDelivery& delivery, Scheduler& scheduler,
                     EnvelopeContext context, std::function<std::string()> new_id,
                     base::LogSink& log);

  std::string_view target_prefix() const override { return "AWSEvents"; }
  std::string_view signing_name() const override { return "events"; }
  void handle(std::string_view operation, json::View input,
              std::function<void(AwsReply)> done) override;

 private:
  AwsReply reply_to(std::string_view operation, json::View input);
  AwsReply put_events(json::View input);
  AwsReply list_buses(json::View input) const;
  AwsReply describe_bus(json::View input) const;
  AwsReply list_rules(json::View input) const;
  AwsReply describe_rule(json::View input) const;
  AwsReply list_targets(json::View input) const;
  AwsReply test_pattern(json::View input) const;
  const RuleModel* find_rule(json::View input, std::string_view name_member, AwsReply& error) const;

  const EventBuses& buses_;
  RuleDelivery& delivery_;
  Scheduler& scheduler_;
  EnvelopeContext context_;
  std::function<std::string()> new_id_;
  base::Logger log_;
};

}  // namespace beckon::emulator
