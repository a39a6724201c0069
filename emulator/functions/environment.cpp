// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/environment.h"

#include <cstdlib>
#include <map>
#include <utility>

namespace beckon::emulator {
namespace {

// Lambda's search path, then the developer's, so that a bootstrap written as a script finds its
// interpreter.
std::string search_path() {
  std::string path = "/usr/local/bin:/usr/bin:/bin:/opt/bin";
  if (const char* own = std::getenv("PATH"); own != nullptr) path.append(":").append(own);
  return path;
}

}  // namespace

std::vector<std::string> function_environment(const FunctionModel& function,
                                              const FunctionsOptions& options,
                                              std::string_view runtime_api,
                                              std::string_view log_stream) {
  const std::string& code = function.code_dir;
  std::map<std::string, std::string> variables = {
      {"LANG", "en_US.UTF-8"},
      {"LD_LIBRARY_PATH", code + ":" + code + "/lib:/opt/lib"},
      {"PATH", search_path()},
      {"TZ", ":UTC"},
  };
  for (const auto& [name, value] : options.environment) variables[name] = value;
  for (const auto& [name, value] : function.environment) variables[name] = value;

  const std::pair<const char*, std::string> reserved[] = {
      {"AWS_DEFAULT_REGION", options.region},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function.memory_mb)},
      {"AWS_LAMBDA_FUNCTION_NAME", function.name},
      {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + function.name},
      {"AWS_LAMBDA_LOG_STREAM_NAME", std::string(log_stream)},
      {"AWS_LAMBDA_RUNTIME_API", std::string(runtime_api)},
      {"AWS_REGION", options.region},
      {"LAMBDA_RUNTIME_DIR", "/var/runtime"},
      {"LAMBDA_TASK_ROOT", code},
      {"_HANDLER", function.handler},
  };
  for (const auto& [name, value] : reserved) variables[name] = value;

  std::vector<std::string> lines;
  lines.reserve(variables.size());
  for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
  return lines;
}

}  // namespace beckon::emulator
