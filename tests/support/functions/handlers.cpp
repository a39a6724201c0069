// SPDX-License-Identifier: Apache-2.0
#include "tests/support/functions/handlers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "common/json/json.h"
#include "common/json/writer.h"

namespace beckon::tests {
namespace {

[[noreturn]] void hang() {
  while (true) pause();
}

std::string environment() {
  json::Writer writer;
  writer.begin_object();
  for (char** line = environ; *line != nullptr; ++line) {
    const std::string_view text = *line;
    const std::size_t equals = text.find('=');
    writer.member(text.substr(0, equals), text.substr(equals + 1));
  }
  writer.key("cwd");
  char* directory = getcwd(nullptr, 0);
  writer.string(directory);
  std::free(directory);
  writer.end_object();
  return writer.take();
}

std::string proxy_echo(const std::string& event) {
  const auto document = json::parse(event, json::kDepthMaxHost);
  json::Writer writer;
  writer.begin_object().member("statusCode", 200);
  if (document) writer.member("body", (*document)["body"].string_or(""));
  writer.end_object();
  return writer.take();
}

void sleep_as_told(const std::string& event) {
  const auto document = json::parse(event, json::kDepthMaxHost);
  const auto ms = document ? (*document)["ms"].integer().value_or(0) : 0;
  usleep(static_cast<useconds_t>(ms * 1000));  // lint-allow(sleeping-tests): a slow function
}

// Says in the folder "dir" of the event that this process has come, waits there for the file
// "open", and tells the process's id.
std::string pass_gate(const std::string& event) {
  const auto document = json::parse(event, json::kDepthMaxHost);
  const std::string folder(document ? (*document)["dir"].string_or("") : "");
  const std::string pid = std::to_string(getpid());
  std::FILE* const mark = std::fopen((folder + "/came." + pid).c_str(), "w");
  if (mark != nullptr) std::fclose(mark);
  while (access((folder + "/open").c_str(), F_OK) != 0) {
    usleep(1000);  // lint-allow(sleeping-tests): a poll
  }
  return "{\"pid\":" + pid + "}";
}

sockaddr_in address_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(text.c_str() + colon + 1)));
  inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr);
  return address;
}

// Until one side ends.
void carry_both_ways(int one, int other) {
  std::array<pollfd, 2> ends{{{one, POLLIN, 0}, {other, POLLIN, 0}}};
  std::array<char, 65536> bytes;
  while (poll(ends.data(), ends.size(), -1) > 0) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (ends[i].revents == 0) continue;
      const ssize_t got = recv(ends[i].fd, bytes.data(), bytes.size(), 0);
      if (got <= 0) return;
      if (send(ends[1 - i].fd, bytes.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) {
        return;
      }
    }
  }
}

// Leaves the Runtime API to the test, which is not this process and so may not call it: each
// connection to a port of ours is carried there by a child. Writes into the file FILE where the API
// is, and in a second line where we are.
[[noreturn]] void hand_over_the_api() {
  const std::string api = std::getenv("AWS_LAMBDA_RUNTIME_API");
  sockaddr_in own = address_of("127.0.0.1:0");
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  socklen_t length = sizeof own;
  if (bind(listener, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
      listen(listener, 8) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&own), &length) != 0) {
    _exit(98);
  }
  const std::string name = std::getenv("FILE");
  const std::string unfinished = name + ".new";
  std::FILE* const file = std::fopen(unfinished.c_str(), "w");
  std::fprintf(file, "%s\n127.0.0.1:%d\n", api.c_str(), static_cast<int>(ntohs(own.sin_port)));
  std::fclose(file);
  std::rename(unfinished.c_str(), name.c_str());
  while (true) {
    const int client = accept(listener, nullptr, nullptr);
    if (client < 0 || fork() != 0) {
      close(client);
      continue;
    }
    const sockaddr_in there = address_of(api);
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(server, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) _exit(97);
    carry_both_ways(client, server);
    _exit(0);
  }
}

}  // namespace

void initialise(std::string_view handler, RuntimeClient& client) {
  if (handler == "init_error") {
    client.init_error(R"({"errorMessage":"no luck","errorType":"Test.Init"})");
    _exit(1);
  }
  if (handler == "init_crash") _exit(4);
  if (handler == "init_hang") hang();
  if (handler == "api_to_test") hand_over_the_api();
}

HandlerResult handle(std::string_view handler, const std::string& event) {
  if (handler == "body") return {false, proxy_echo(event)};
  if (handler == "pid") return {false, "{\"pid\":" + std::to_string(getpid()) + "}"};
  if (handler == "env") return {false, environment()};
  if (handler == "error") return {true, R"({"errorMessage":"as told","errorType":"Test.Error"})"};
  if (handler == "gate") return {false, pass_gate(event)};
  if (handler == "crash") {
    signal(SIGSEGV, SIG_DFL);  // a sanitizer would make an exit of it
    raise(SIGSEGV);
  }
  if (handler == "exit0") _exit(0);
  if (handler == "exit3") _exit(3);
  if (handler == "hang") hang();
  if (handler == "too_large") return {false, std::string(7U << 20, '1')};
  if (handler == "not_json") return {false, "this is not JSON"};
  if (handler == "fixed")
    return {false, std::getenv("RESULT") != nullptr ? std::getenv("RESULT") : ""};
  if (handler == "slow") sleep_as_told(event);
  if (handler == "log") {
    std::printf("to stdout\n");
    std::fflush(stdout);
    std::fprintf(stderr, "to stderr\n");
  }
  if (handler == "print") {  // its event, as a line of the log
    std::printf("%.*s\n", static_cast<int>(event.size()), event.data());
    std::fflush(stdout);
  }
  return {false, event};
}

}  // namespace beckon::tests
