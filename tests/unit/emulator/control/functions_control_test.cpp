// SPDX-License-Identifier: Apache-2.0
// What the control API and fault injection do to real processes.
#include "emulator/control/functions_control.h"

#include <gmock/gmock.h>

#include "emulator/control/fault_injection.h"
#include "tests/unit/emulator/functions/functions_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;
using Outcome = InvokeResult::Outcome;

class FunctionsControl : public FunctionsFixture {
 protected:
  ~FunctionsControl() override {
    thread_.run([this] { injection_.reset(); });
  }
  HttpResponse signal(const std::string& function, std::string_view verb) {
    HttpResponse response;
    thread_.run([&] { response = signal_function(functions_.get(), function, verb); });
    return response;
  }
  std::string listed() {
    std::string list;
    thread_.run([&] { list = list_functions(functions_.get()).body; });
    return list;
  }
  void inject(const NextFault& next) {
    thread_.run([&] {
      if (injection_ == nullptr) {
        injection_ = std::make_unique<FaultInjection>(thread_.loop(), plan_, *functions_, nullptr);
      }
      plan_.add(next);
    });
  }

  FaultPlan plan_;
  std::unique_ptr<FaultInjection> injection_;
};

TEST_F(FunctionsControl, AKilledFunctionsInvocationFailsAndTheNextGetsAFreshProcess) {
  add("f", "pid");
  add("hanging", "hang");
  start();
  const pid_t before = pid_of(invoke("f", "{}"));
  const std::string entry = R"({"function":"f","pid":)" + std::to_string(before);
  EXPECT_THAT(listed(), HasSubstr(entry));
  EXPECT_EQ(signal("f", "kill").body, R"({"processes":1})");
  while (listed().find(entry) != std::string::npos) {
  }
  const pid_t after = pid_of(invoke("f", "{}"));
  EXPECT_GT(after, 0);
  EXPECT_NE(after, before);
  EXPECT_EQ(signal("g", "kill").status, 404);
  EXPECT_EQ(signal("f", "poke").status, 404);

  auto pending = invoke_async("hanging", "{}");
  while (signal("hanging", "kill").body != R"({"processes":1})" ||
         !pending.comes_within(base::Duration(5))) {
  }
  EXPECT_EQ(pending.get().outcome, Outcome::kFunctionError);
  EXPECT_THAT(pending.get().payload, HasSubstr("signal: killed"));
}

TEST_F(FunctionsControl, AFrozenFunctionAnswersOnceItIsThawed) {
  add("f", "pid");
  start();
  const pid_t pid = pid_of(invoke("f", "{}"));
  signal("f", "freeze");
  auto pending = invoke_async("f", "{}");
  EXPECT_FALSE(pending.comes_within(base::Duration(100)));
  signal("f", "thaw");
  ASSERT_TRUE(pending.comes_within(tests::kPatience));
  EXPECT_EQ(pid_of(pending.get()), pid);
}

TEST_F(FunctionsControl, InjectedFaultsHitTheInvocationThatTheyAreMeantFor) {
  add("f", "hang").timeout = base::Duration(300);
  add("other", "pid");
  start();
  inject({.kind = FaultKind::kFunctionKill, .count = 1, .only = "f", .delay = {}});
  EXPECT_GT(pid_of(invoke("other", "{}")), 0);
  EXPECT_THAT(invoke("f", "{}").payload, HasSubstr("signal: killed"));
  // In the middle of it.
  inject({.kind = FaultKind::kFunctionKill, .count = 1, .only = "f", .delay = base::Duration(50)});
  EXPECT_THAT(invoke("f", "{}").payload, HasSubstr("signal: killed"));
  // For ever: the timeout ends it.
  inject({.kind = FaultKind::kFunctionFreeze, .count = 1, .only = "f", .delay = {}});
  EXPECT_THAT(invoke("f", "{}").payload, HasSubstr("timed out"));
  // For a while.
  inject({.kind = FaultKind::kFunctionFreeze,
          .count = 1,
          .only = "other",
          .delay = base::Duration(50)});
  const InvokeResult late = invoke("other", "{}");
  EXPECT_EQ(late.outcome, Outcome::kSuccess);
  EXPECT_EQ(plan_.injected_count(FaultKind::kFunctionFreeze), 2U);
}

}  // namespace
}  // namespace beckon::emulator
