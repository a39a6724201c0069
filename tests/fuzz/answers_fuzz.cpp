// SPDX-License-Identifier: Apache-2.0
// Whatever the backend answers, each command of `beckon` ends, with an exit code or a sentence, and
// writes nothing that a terminal would obey: lines of text, or one of JSON.
//
// Input: a line with the command, then one for each answer, in order: its status and its body, or
// "!" for none. After the last there is nobody any more.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/dead_letter_queue.h"
#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "lambdas/aws/dynamodb_client.h"
#include "lambdas/aws/events_client.h"
#include "lambdas/aws/ssm_client.h"
#include "tests/unit/lambdas/support/fakes.h"

namespace {

using namespace beckon;
using namespace beckon::cli;
using lambdas::HttpReply;

std::vector<base::Result<HttpReply>> read_answers(std::string_view text) {
  std::vector<base::Result<HttpReply>> answers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t space = std::min(line.find(' '), line.size());
    const auto status = base::parse_uint64(line.substr(0, space));
    if (status && *status >= 100 && *status <= 599 && space < line.size()) {
      answers.emplace_back(
          lambdas::testing::reply(static_cast<int>(*status), std::string(line.substr(space + 1))));
    } else {
      answers.emplace_back(base::fail(base::ErrorCode::kTimeout, "no answer"));
    }
  }
  return answers;
}

// What a command does, with everything new but the answers.
struct Backend final : Bus {
  explicit Backend(const std::vector<base::Result<HttpReply>>& given) : answers(given) {}

  template <class Client>
  static lambdas::JsonApiOptions options() {
    return Client::options({"http", "h", ""}, {"us-east-1", {"local", "local", ""}});
  }
  base::Status check() override { return events.find_bus("bus"); }
  base::Result<std::string> put(const std::string& name, const std::string& detail) override {
    const lambdas::EventEntry entries[] = {{"beckon", name, detail, "bus"}};
    auto ids = events.put(entries);
    BECKON_ASSERT(ids.size() == 1);
    return std::move(ids[0]);
  }

  const std::vector<base::Result<HttpReply>>& answers;
  std::size_t next = 0;
  lambdas::testing::FakeHttp http{[this](const auto&) -> base::Result<HttpReply> {
    if (next < answers.size()) return answers[next++];
    // An error that is not tried again.
    return base::fail(base::ErrorCode::kInvalid, "nobody is there");
  }};
  lambdas::testing::FakePace pace;
  lambdas::DynamoDbClient database{options<lambdas::DynamoDbClient>(), http, pace};
  lambdas::EventsClient events{options<lambdas::EventsClient>(), http, pace};
  lambdas::SsmClient ssm{options<lambdas::SsmClient>(), http, pace};
  DeadLetterQueue queue{options<DeadLetterQueue>(), http, pace, "http://h/queue"};
  const Names names{"bus", "connections", "streams", "devices"};
  Reader reader{database, database, names};
  const Access access;
};

// What a command writes, to both outputs.
class Written {
 public:
  Written() : stream_(open_memstream(&bytes_, &size_)), out_(stdout), error_(stderr) {
    stdout = stream_;
    stderr = stream_;
  }
  ~Written() { std::free(bytes_); }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  std::string take() {
    stdout = out_;
    stderr = error_;
    std::fclose(stream_);
    return {bytes_, size_};
  }

 private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;
  std::FILE* out_;
  std::FILE* error_;
};

void check_text(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  BECKON_ASSERT(!base::has_control(text));
}

void run(const std::vector<base::Result<HttpReply>>& answers, bool json,
         int (*command)(const Context&)) {
  Backend backend(answers);
  const Context context{.reader = backend.reader,
                        .bus = backend,
                        .dead_letters = backend.queue,
                        .access = backend.access,
                        .json = json,
                        .width_max = 80};
  std::string failed;
  Written written;
  try {
    static_cast<void>(command(context));
  } catch (const Failure& failure) {
    failed = failure.what();
    if (failed.empty()) failed = "\x01";
  }
  const std::string text = written.take();
  check_text(failed);
  if (json && failed.empty()) {
    const auto line = json::parse(text, json::kDepthMaxHost);
    BECKON_ASSERT(line.has_value() || text.contains("\\u0000"));
    BECKON_ASSERT(std::ranges::count(text, '\n') == 1);
  } else {
    check_text(text);
  }
  BECKON_ASSERT(static_cast<std::size_t>(backend.http.exchanges) < answers.size() + 64);
}

int run_device(const Context& context) {
  DeviceRow none;
  none.device = "laptop";
  return show_device(
      context, answer(context.reader.device("laptop"), context.access).value_or(std::move(none)));
}

int run_post(const Context& context) {
  PostOptions post;
  post.event.user = "Bob";
  post.event.name = "door.opened";
  post.event.data = "{}";
  return cli::run_post(context, post);
}

struct Command {
  std::string_view name;
  int (*run)(const Context&);
};
constexpr Command kCommands[] = {
    {"connections", [](const Context& context) { return run_connections(context, {"Bob"}); }},
    {"all connections", [](const Context& context) { return run_connections(context, {""}); }},
    {"devices", [](const Context& context) { return run_devices(context, {"Bob"}); }},
    {"all devices", [](const Context& context) { return run_devices(context, {""}); }},
    {"device", run_device},
    {"events", [](const Context& context) { return run_events(context, {"Bob", 20}); }},
    {"status", [](const Context& context) { return run_status(context, {"id"}); }},
    {"dead-letters", [](const Context& context) { return run_dead_letters(context, {100}); }},
    {"post", run_post}};

// What every command begins with, to learn the names of the tables.
void read_parameters(const std::vector<base::Result<HttpReply>>& answers) {
  Backend backend(answers);
  const auto parameters = backend.ssm.get_parameters_by_path("/beckon");
  if (parameters) {
    const auto names = resolve_names({}, "beckon", *parameters);
    BECKON_ASSERT(names ? !names->streams_table.empty() : !names.error().message.empty());
  } else {
    BECKON_ASSERT(!parameters.error().message.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const auto answers = read_answers(text.substr(std::min(line + 1, text.size())));
  const auto command = std::ranges::find(kCommands, text.substr(0, line), &Command::name);
  if (command == std::end(kCommands)) {
    read_parameters(answers);
    return 0;
  }
  run(answers, false, command->run);
  run(answers, true, command->run);
  return 0;
}
