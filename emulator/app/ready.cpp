// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/ready.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "common/json/writer.h"
#include "emulator/tls/authority.h"

namespace beckon::emulator {
namespace {

std::vector<std::string> table_names(const AppModel& model) {
  std::vector<std::string> names;
  for (const TableModel& table : model.tables) names.push_back(table.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> function_names(const AppModel& model) {
  std::vector<std::string> names;
  for (const auto& [name, function] : model.functions) names.push_back(name);
  return names;
}

std::vector<std::string> queue_names(const AppModel& model) {
  std::vector<std::string> names;
  for (const QueueModel& queue : model.queues) names.push_back(queue.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string first_bus(const AppModel& model) {
  return model.buses.empty() ? "default" : model.buses.front();
}

void write_list(json::Writer& writer, const char* name, const std::vector<std::string>& texts) {
  writer.key(name).begin_array();
  for (const std::string& text : texts) writer.string(text);
  writer.end_array();
}

std::string join(const std::vector<std::string>& texts) {
  return texts.empty() ? "none" : fmt::format("{}", fmt::join(texts, ", "));
}

// What to type now. authority: the file of the local authority; "" without TLS.
std::string first_steps(const std::string& mode, const Endpoints& endpoints,
                        const std::string& authority) {
  const auto trust = [&authority](const char* option) {
    return authority.empty() ? std::string() : std::string(option) + authority;
  };
  const std::string beckon = "  beckon --endpoint-url " + endpoints.base + trust(" --ca-bundle ");
  std::string text = "\n";
  if (mode == "device-key") {
    text += "  beckon-agent keygen --out laptop.key > laptop.pub\n" + beckon +
            " device add laptop --user Bob --key laptop.pub\n  beckon-agent --url " +
            endpoints.websocket + trust(" --cacert ") + " --device laptop --key laptop.key\n";
  } else {
    text +=
        "  wscat" + trust(" --ca ") + " -c '" + endpoints.websocket + "?user=Bob&device=Laptop'\n";
  }
  return text + beckon + " post Bob 'hey bob'\n";
}

}  // namespace

std::string auth_mode(const AppModel& model) {
  const auto found = model.parameters.find("AuthMode");
  return found == model.parameters.end() ? "none" : found->second;
}

std::string ready_json(const AppOptions& options, const AppModel& model, const Endpoints& endpoints,
                       const std::vector<FunctionProblem>& missing) {
  json::Writer writer;
  writer.begin_object().member("ready", true).member("pid", static_cast<std::int64_t>(getpid()));
  writer.member("version", BECKON_VERSION);
  writer.member("websocket_url", endpoints.websocket);
  writer.member("endpoint", endpoints.base);
  writer.member("connections_endpoint", endpoints.connections);
  writer.member("region", model.region);
  writer.member("access_key_id", options.access_key_id);
  writer.member("secret_access_key", options.secret_access_key);
  if (options.tls) writer.member("ca_file", authority_file(options.ca_dir));
  writer.member("template", options.template_path);
  writer.member("stack", model.stack_name);
  writer.member("event_bus", first_bus(model));
  writer.member("auth_mode", auth_mode(model));
  write_list(writer, "tables", table_names(model));
  write_list(writer, "functions", function_names(model));
  writer.key("missing_functions").begin_array();
  for (const auto& [name, problem] : missing) {
    writer.begin_object().member("function", name).member("problem", problem).end_object();
  }
  writer.end_array();
  write_list(writer, "dead_letter_queues", queue_names(model));
  writer.end_object();
  return writer.take();
}

std::string ready_text(const AppOptions& options, const AppModel& model, const Endpoints& endpoints,
                       const std::vector<FunctionProblem>& missing) {
  std::string text = fmt::format("beckon-emulator {} is ready\n\n", BECKON_VERSION);
  const auto line = [&](const char* name, const std::string& value) {
    text += fmt::format("  {:<14}{}\n", name, value);
  };
  if (!endpoints.websocket.empty()) line("WebSocket", endpoints.websocket);
  line("AWS endpoint", endpoints.base);
  // The AWS CLI and boto read AWS_DEFAULT_REGION, the other SDKs AWS_REGION.
  line("credentials", fmt::format("AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}",
                                  options.access_key_id, options.secret_access_key));
  line("", fmt::format("AWS_REGION={0} AWS_DEFAULT_REGION={0}", model.region));
  if (options.tls) {
    line("authority", fmt::format("AWS_CA_BUNDLE={}", authority_file(options.ca_dir)));
    line("", "made here and trusted nowhere else; beckon-agent takes it as --cacert FILE");
  }
  line("template", options.template_path);
  line("stack", model.stack_name);
  line("event bus", first_bus(model));
  line("tables", join(table_names(model)));
  line("functions", join(function_names(model)));
  for (const auto& [name, problem] : missing) {
    line("  MISSING", fmt::format("{}: {}", name, problem));
  }
  line("dead letters", join(queue_names(model)));
  line("data", options.data_dir.empty() ? "in memory, gone when this ends (--data DIR keeps it)"
                                        : options.data_dir);
  if (auth_mode(model) == "open") {
    line("auth mode", "OPEN: whoever connects is who they say they are; never deploy it so");
  } else if (auth_mode(model) == "device-key") {
    line("auth mode", "devices prove who they are with keys (--open: without)");
  }
  if (!endpoints.websocket.empty()) {
    text += first_steps(auth_mode(model), endpoints,
                        options.tls ? authority_file(options.ca_dir) : std::string());
  }
  return text + "\n";
}

}  // namespace beckon::emulator
