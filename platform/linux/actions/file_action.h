// SPDX-License-Identifier: Apache-2.0
// The action "file": appends a line to a file, the event as JSON or a template's text. The file is
// opened for every line, so it can be rotated. A template in the path names a file, never a folder:
// no value can lead elsewhere. A symbolic link of that name is not followed.
#pragma once

#include "agent/action.h"

namespace beckon::platform {

// {"type":"file", "path":"/var/log/beckon/${name}.log", "text":"${time} ${data.title}"}
class FileActionType final : public agent::ActionType {
 public:
  std::string_view name() const override { return "file"; }
  std::unique_ptr<agent::Action> make(agent::ObjectReader& config) override;
};

}  // namespace beckon::platform
