// SPDX-License-Identifier: Apache-2.0
// What single options of the command line may be. Each check gives "" or a sentence that says what
// was expected and what came, as CLI11's validators do; CLI11 puts the option's name before it.
#pragma once

#include <string>

namespace beckon::emulator {

// CloudFormation's rule: letters, digits and hyphens, a letter first, at most 128.
std::string check_stack_name(const std::string& text);
std::string check_region(const std::string& text);
std::string check_access_key_id(const std::string& text);
std::string check_host_name(const std::string& text);  // without port
std::string check_rate(const std::string& text);
std::string check_probability(const std::string& text);
// For paths and secrets: anything but nothing. An empty one mostly is a variable that was not set.
std::string check_not_empty(const std::string& text);

}  // namespace beckon::emulator
