// SPDX-License-Identifier: Apache-2.0
// SSM's parameter store, as far as programs read their configuration from it: GetParameter,
// GetParameters, GetParametersByPath, PutParameter. In memory, from the template.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "emulator/aws/service.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

struct SsmOptions {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  std::vector<SsmParameterModel> parameters;
  std::function<base::WallTime()> clock = base::wall_now;
};

class SsmService final : public AwsService {
 public:
  explicit SsmService(SsmOptions options);

  std::string_view target_prefix() const override { return "AmazonSSM"; }
  std::string_view signing_name() const override { return "ssm"; }
  void handle(std::string_view operation, json::View input,
              std::function<void(AwsReply)> done) override;

  // Makes or replaces a parameter: for values known only after start, as endpoints with ports are.
  void set(const SsmParameterModel& parameter);

 private:
  struct Parameter {
    SsmParameterModel model;
    std::int64_t version = 1;
    std::int64_t modified_ms = 0;
  };

  AwsReply get_parameter(json::View input) const;
  AwsReply get_parameters(json::View input) const;
  AwsReply get_parameters_by_path(json::View input) const;
  AwsReply put_parameter(json::View input);
  std::string show(const Parameter& parameter) const;
  const Parameter* find(std::string_view name) const;

  SsmOptions options_;
  std::map<std::string, Parameter, std::less<>> parameters_;
};

}  // namespace beckon::emulator
