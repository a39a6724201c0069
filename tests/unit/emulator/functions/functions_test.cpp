// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/functions.h"

#include <gmock/gmock.h>
#include <signal.h>

#include "tests/unit/emulator/functions/functions_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using Outcome = InvokeResult::Outcome;

using FunctionsTest = FunctionsFixture;

TEST_F(FunctionsTest, AnInvocationReachesTheProcessAndItsAnswerComesBack) {
  add("echo", "echo");
  start();
  const auto result = invoke("echo", R"({"a":[1,2]})");
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_EQ(result.payload, R"({"a":[1,2]})");
  EXPECT_THAT(result.request_id,
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST_F(FunctionsTest, AGivenRequestIdIsKept) {
  add("echo", "echo");
  start();
  EXPECT_EQ(invoke("echo", "1", "11111111-2222-4333-8444-555555555555").request_id,
            "11111111-2222-4333-8444-555555555555");
}

TEST_F(FunctionsTest, TheFunctionSeesLambdasEnvironmentAndItsOwnVariables) {
  auto& model = add("see", "env");
  model.environment = {{"TABLE", "devices"}, {"AWS_REGION", "must not win"}, {"TZ", "wins"}};
  model.memory_mb = 256;
  FunctionsOptions options;
  options.region = "eu-west-1";
  options.environment = {{"AWS_ENDPOINT_URL", "http://127.0.0.1:1"}, {"TABLE", "loses"}};
  start(options);
  const auto document = json::parse(invoke("see", "{}").payload);
  ASSERT_TRUE(document);
  const auto value = [&](std::string_view name) {
    return std::string((*document)[name].string_or("(absent)"));
  };
  EXPECT_EQ(value("TABLE"), "devices");
  EXPECT_EQ(value("AWS_ENDPOINT_URL"), "http://127.0.0.1:1");
  EXPECT_EQ(value("AWS_REGION"), "eu-west-1");
  EXPECT_EQ(value("AWS_DEFAULT_REGION"), "eu-west-1");
  EXPECT_EQ(value("AWS_LAMBDA_FUNCTION_NAME"), "see");
  EXPECT_EQ(value("AWS_LAMBDA_FUNCTION_VERSION"), "$LATEST");
  EXPECT_EQ(value("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), "256");
  EXPECT_EQ(value("AWS_LAMBDA_LOG_GROUP_NAME"), "/aws/lambda/see");
  EXPECT_THAT(value("AWS_LAMBDA_LOG_STREAM_NAME"),
              MatchesRegex("[0-9]{4}/[0-9]{2}/[0-9]{2}/\\[\\$LATEST\\][0-9a-f]{32}"));
  EXPECT_EQ(value("AWS_LAMBDA_INITIALIZATION_TYPE"), "on-demand");
  EXPECT_THAT(value("AWS_LAMBDA_RUNTIME_API"), MatchesRegex("127\\.77\\.[0-9]+\\.[0-9]+:[0-9]+"));
  EXPECT_EQ(value("LAMBDA_TASK_ROOT"), TEST_FUNCTION_DIR);
  EXPECT_EQ(value("LAMBDA_RUNTIME_DIR"), "/var/runtime");
  EXPECT_EQ(value("_HANDLER"), "env");
  EXPECT_EQ(value("TZ"), "wins");
  EXPECT_EQ(value("LANG"), "en_US.UTF-8");
  EXPECT_EQ(value("cwd"), TEST_FUNCTION_DIR);
  EXPECT_EQ(value("_X_AMZN_TRACE_ID"), "(absent)");
  EXPECT_EQ(value("AWS_EXECUTION_ENV"), "(absent)");
}

TEST_F(FunctionsTest, AnErrorOfTheFunctionIsItsErrorPayload) {
  add("error", "error");
  start();
  const auto result = invoke("error", "{}");
  EXPECT_EQ(result.outcome, Outcome::kFunctionError);
  EXPECT_EQ(result.payload, R"({"errorMessage":"as told","errorType":"Test.Error"})");
}

TEST_F(FunctionsTest, ACrashIsReportedAsLambdaDoesAndTheNextInvocationWorks) {
  add("exit3", "exit3");
  add("exit0", "exit0");
  add("crash", "crash");
  start();
  const std::string id = "11111111-2222-4333-8444-555555555555";
  for (int round = 0; round < 2; ++round) {
    const auto three = invoke("exit3", "{}", id);
    EXPECT_EQ(three.outcome, Outcome::kFunctionError);
    EXPECT_EQ(three.payload, R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: )" +
                                 id + R"( Error: Runtime exited with error: exit status 3"})");
  }
  EXPECT_THAT(invoke("exit0", "{}", id).payload,
              HasSubstr("Error: Runtime exited without providing a reason"));
  EXPECT_THAT(invoke("crash", "{}", id).payload,
              HasSubstr("Runtime exited with error: signal: segmentation fault"));
}

TEST_F(FunctionsTest, ATimeoutKillsTheProcessAndSaysSo) {
  auto& model = add("hang", "hang");
  model.timeout = base::Duration(100);
  start();
  const std::string id = "11111111-2222-4333-8444-555555555555";
  const auto result = invoke("hang", "{}", id);
  EXPECT_EQ(result.outcome, Outcome::kFunctionError);
  EXPECT_EQ(result.payload, R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: )" + id +
                                R"( Error: Task timed out after 0.10 seconds"})");
  EXPECT_GE(result.duration, base::Duration(100));
  EXPECT_THAT(invoke("hang", "{}").payload, HasSubstr("Sandbox.Timedout"));
}

TEST_F(FunctionsTest, TooLargeAnAnswerIsAnErrorAndTheProcessStaysInUse) {
  add("too_large", "too_large");
  start();
  const auto result = invoke("too_large", "{}");
  EXPECT_EQ(result.outcome, Outcome::kFunctionError);
  EXPECT_THAT(result.payload,
              AllOf(HasSubstr("Function.ResponseSizeTooLarge"), HasSubstr("6291556")));
  EXPECT_EQ(invoke("too_large", "{}").outcome, Outcome::kFunctionError);
}

TEST_F(FunctionsTest, AnUnknownFunctionAndAMissingBinaryAreNamed) {
  auto& model = add("gone", "echo");
  model.code_dir = "/nowhere/at/all";
  start();
  const auto unknown = invoke("other", "{}");
  EXPECT_EQ(unknown.outcome, Outcome::kUnavailable);
  EXPECT_THAT(unknown.payload, HasSubstr("'other'"));
  const auto gone = invoke("gone", "{}");
  EXPECT_EQ(gone.outcome, Outcome::kUnavailable);
  EXPECT_THAT(gone.payload, HasSubstr("/nowhere/at/all/bootstrap is not there"));
  const auto problems = functions_->check();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].function, "gone");
  EXPECT_THAT(problems[0].message, HasSubstr("not there"));
}

// A line keeps the level that the function gave it; what has none is plain output.
TEST_F(FunctionsTest, ALogLineKeepsTheLevelThatTheFunctionGaveIt) {
  add("talker", "print");
  start();
  const std::pair<const char*, const char*> cases[] = {
      {R"({"level":"ERROR","message":"bad"})", "error"},
      {R"({"level":"warn","message":"hm"})", "warning"},
      {R"({"level":"DEBUG","message":"so"})", "debug"},
      {R"({"level":"INFO","message":"ok"})", "info"},
      {R"({"level":7})", "info"},
      {R"({"level":"ERROR")", "info"},
      {"ERROR in plain words", "info"},
  };
  const std::string id = "11111111-2222-4333-8444-555555555555";
  for (const auto& [line, level] : cases) {
    EXPECT_THAT(invoke("talker", line, id).log_tail, StartsWith(line));
    EXPECT_THAT(log_.lines_with_levels(),
                Contains(std::string(level) + " talker: " + id + " " + line));
  }
}

TEST_F(FunctionsTest, OutputIsLoggedPerLineWithFunctionAndRequestAndKeptAsTail) {
  add("talker", "log");
  start();
  const std::string id = "11111111-2222-4333-8444-555555555555";
  const auto result = invoke("talker", "{}", id);
  EXPECT_THAT(result.log_tail, StartsWith("to stdout\nto stderr\n"));
  EXPECT_THAT(log_.lines(), Contains("talker: " + id + " to stdout"));
  EXPECT_THAT(log_.lines(), Contains("talker: " + id + " to stderr"));
  EXPECT_THAT(
      log_.lines(),
      Contains(MatchesRegex("talker: " + id +
                            " REPORT Duration: .* ms Memory Size: 128 MB Max Memory Used: .* MB")));
}

TEST_F(FunctionsTest, AFailedInitialisationIsTheAnswer) {
  add("init_error", "init_error");
  add("init_crash", "init_crash");
  start();
  const auto told = invoke("init_error", "{}");
  EXPECT_EQ(told.outcome, Outcome::kFunctionError);
  EXPECT_THAT(told.payload, HasSubstr("Test.Init"));
  EXPECT_THAT(invoke("init_crash", "{}").payload, HasSubstr("exit status 4"));
}

TEST_F(FunctionsTest, AnInitialisationThatTakesTooLongRunsOnceMoreWithinTheTimeout) {
  auto& model = add("init_hang", "init_hang");
  model.timeout = base::Duration(150);
  FunctionsOptions options;
  options.init_max = base::Duration(100);
  start(options);
  const auto begin = base::monotonic_now();
  const auto result = invoke("init_hang", "{}");
  EXPECT_THAT(result.payload, HasSubstr("Task timed out after 0.15 seconds"));
  EXPECT_GE(base::monotonic_now() - begin, base::Duration(250));
}

TEST_F(FunctionsTest, EndingTheFunctionsKillsTheirProcesses) {
  add("pid", "pid");
  start();
  const pid_t pid = pid_of(invoke("pid", "{}"));
  ASSERT_EQ(kill(pid, 0), 0);
  thread_.run([this] { functions_.reset(); });
  EXPECT_NE(kill(pid, 0), 0);
}

}  // namespace
}  // namespace beckon::emulator
