// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/app.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "emulator/app/complain.h"
#include "emulator/app/parts.h"
#include "emulator/app/ready.h"
#include "emulator/app/tls.h"
#include "emulator/template/load.h"

namespace beckon::emulator {
namespace {

constexpr int kFailed = 1;
constexpr int kBadConfiguration = 2;
// How long clients may take to answer our close frames when the emulator ends.
constexpr base::Duration kFarewellMax{500};
constexpr base::Duration kExpirySweep{2000};

class App {
 public:
  App(const AppOptions& options, AppModel model)
      : options_(options), parts_(options, std::move(model)) {}
  ~App() {
    if (signal_fd_ >= 0) close(signal_fd_);
  }
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Builds everything and runs; the exit status.
  int run();

 private:
  void announce();
  void watch_signals();
  void stop();
  void sweep_expired();

  const AppOptions& options_;
  Parts parts_;
  int signal_fd_ = -1;
  bool stopping_ = false;
};

int App::run() {
  watch_signals();
  if (const auto built = parts_.build(); !built) return complain(kFailed, built.error().message);
  announce();
  if (options_.prewarm) parts_.loop().post([this] { parts_.functions().prewarm(); });
  parts_.events().resume();
  sweep_expired();
  parts_.loop().run();
  return 0;
}

void App::announce() {
  const AppModel& model = parts_.model();
  const base::Logger log(parts_.log(), "emulator");
  for (const std::string& note : model.notes) log.info("%s", note.c_str());
  const std::vector<FunctionProblem> missing = parts_.functions().check();
  for (const auto& [name, problem] : missing) {
    log.warning("function %s: %s", name.c_str(), problem.c_str());
  }
  if (auth_mode(model) == "open") {
    log.warning(
        "AuthMode is OPEN: whoever connects is who they say they are; for demos and local work "
        "only");
  }
  if (!is_loopback_address(options_.host)) {
    log.warning(
        "listening on %s: whoever reaches this machine can run its functions and read its "
        "tables with known credentials",
        options_.host.c_str());
  }
  const std::string text = options_.json
                               ? ready_json(options_, model, parts_.endpoints(), missing) + "\n"
                               : ready_text(options_, model, parts_.endpoints(), missing);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void App::watch_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file that may grow no more is an error of its write, not our end
  signal_fd_ = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
  parts_.loop().watch(signal_fd_, EPOLLIN, [this](std::uint32_t) {
    signalfd_siginfo info{};
    if (read(signal_fd_, &info, sizeof info) == sizeof info) stop();
  });
}

void App::stop() {
  EventLoop& loop = parts_.loop();
  Gateway* gateway = parts_.gateway();
  if (std::exchange(stopping_, true) || gateway == nullptr) {
    loop.stop();  // asked twice: at once
    return;
  }
  gateway->close_all();
  const base::Instant until = base::monotonic_now() + kFarewellMax;
  const auto wait = std::make_shared<std::function<void()>>();
  *wait = [&loop, gateway, until, weak = std::weak_ptr(wait)] {
    const auto again = weak.lock();
    if (gateway->links_count() == 0 || base::monotonic_now() >= until) {
      loop.stop();
    } else {
      loop.call_after(base::Duration(5), [again] { (*again)(); });
    }
  };
  (*wait)();
}

void App::sweep_expired() {
  parts_.dynamodb().sweep_expired();
  parts_.loop().call_after(kExpirySweep, [this] { sweep_expired(); });
}

// One connection needs one descriptor, and ten thousand of them are a normal thing to try.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int run_app(const AppOptions& options) {
  if (options.print_authority) return print_authority(options);
  raise_file_limit();
  TemplateOptions from;
  from.path = options.template_path;
  from.stack_name = options.stack_name;
  from.region = options.region;
  from.parameters = options.parameters;
  auto model = load_template(from);
  if (!model) return complain(kBadConfiguration, model.error().message);
  return App(options, std::move(*model)).run();
}

}  // namespace beckon::emulator
