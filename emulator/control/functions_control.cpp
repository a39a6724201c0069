// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/functions_control.h"

#include <signal.h>

#include <utility>

#include "common/json/writer.h"
#include "emulator/control/replies.h"

namespace beckon::emulator {

HttpResponse list_functions(const Functions* functions) {
  json::Writer writer;
  writer.begin_object().key("processes").begin_array();
  if (functions != nullptr) {
    functions->for_each_process([&](const std::string& function, const FunctionProcess& process) {
      writer.begin_object().member("function", function);
      writer.member("pid", static_cast<std::int64_t>(process.pid()));
      writer.member("state", process.state_name()).end_object();
    });
  }
  writer.end_array().end_object();
  return control_reply(writer.take());
}

HttpResponse signal_function(const Functions* functions, const std::string& function,
                             std::string_view verb) {
  constexpr std::pair<std::string_view, int> kVerbs[] = {
      {"kill", SIGKILL}, {"freeze", SIGSTOP}, {"thaw", SIGCONT}};
  if (functions == nullptr || !functions->contains(function)) {
    return control_refusal(404, "the template has no function " + function);
  }
  for (const auto& [name, number] : kVerbs) {
    if (name != verb) continue;
    std::int64_t count = 0;
    functions->for_each_process([&](const std::string& owner, const FunctionProcess& process) {
      if (owner != function) return;
      process.send_signal(number);
      ++count;
    });
    json::Writer writer;
    writer.begin_object().member("processes", count).end_object();
    return control_reply(writer.take());
  }
  return control_refusal(404, "a function has kill, freeze and thaw, not " + std::string(verb));
}

bool signal_process(const Functions& functions, pid_t pid, int signal_number) {
  bool found = false;
  functions.for_each_process([&](const std::string&, const FunctionProcess& process) {
    if (process.pid() != pid) return;
    process.send_signal(signal_number);
    found = true;
  });
  return found;
}

}  // namespace beckon::emulator
