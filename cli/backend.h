// SPDX-License-Identifier: Apache-2.0
// The running backend behind the commands: the AWS clients, made from what was resolved, and the
// names of bus and tables. Made once per run of the tool.
#pragma once

#include <optional>
#include <string>

#include "cli/answered_http.h"
#include "cli/commands.h"
#include "cli/dead_letter_queue.h"
#include "cli/settings.h"
#include "lambdas/aws/connections_client.h"
#include "lambdas/aws/dynamodb_client.h"
#include "lambdas/aws/environment.h"
#include "lambdas/aws/events_client.h"
#include "lambdas/aws/http_client.h"
#include "lambdas/aws/pace.h"
#include "lambdas/aws/ssm_client.h"
#include "lambdas/backend/device_registry.h"

namespace beckon::cli {

class Backend final : public Bus {
 public:
  // Asks SSM for the names that the flags lack. Throws Failure.
  Backend(const SettingsFlags& flags, const Environment& environment);

  const Access& access() const { return access_; }
  Reader& reader() { return reader_; }
  DeadLetters& dead_letters() { return dead_letters_; }

  // For changes of devices. Throws Failure if it is not known where @connections is.
  lambdas::Host& registry();

  base::Status check() override;
  base::Result<std::string> put(const std::string& name, const std::string& detail) override;

 private:
  Names find_names(const SettingsFlags& flags);

  Access access_;
  lambdas::HttpClient http_client_;
  AnsweredHttp http_;
  lambdas::SystemPace pace_;
  lambdas::GetVariable variables_;
  lambdas::DynamoDbClient database_;
  lambdas::EventsClient events_;
  Names names_;
  bool is_bus_typed_;
  Reader reader_;
  DeadLetterQueue dead_letters_;
  std::optional<lambdas::ConnectionsClient> connections_;  // made when they are needed
  std::optional<lambdas::Host> registry_;
};

}  // namespace beckon::cli
