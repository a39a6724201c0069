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

#include "emulator/app/data_folder.h"
#include "emulator/app/endpoints.h"
#include "emulator/app/events_part.h"
#include "emulator/app/front_door.h"
#include "emulator/app/lambda_api.h"
#include "emulator/app/ready.h"
#include "emulator/app/signatures.h"
#include "emulator/app/tls.h"
#include "emulator/aws/dispatcher.h"
#include "emulator/aws/ssm.h"
#include "emulator/control/control_api.h"
#include "emulator/control/dynamodb_faults.h"
#include "emulator/control/fault_injection.h"
#include "emulator/dynamodb/service.h"
#include "emulator/functions/functions.h"
#include "emulator/gateway/gateway.h"
#include "emulator/gateway/management.h"
#include "emulator/template/load.h"

namespace beckon::emulator {
namespace {

constexpr int kFailed = 1;
constexpr int kBadConfiguration = 2;
// How long clients may take to answer our close frames when the emulator ends.
constexpr base::Duration kFarewellMax{500};
constexpr base::Duration kExpirySweep{2000};

int complain(int status, const std::string& message) {
  std::fprintf(stderr, "beckon-emulator: %s\n", message.c_str());
  return status;
}

class App {
 public:
  App(const AppOptions& options, AppModel model)
      : options_(options),
        model_(std::move(model)),
        log_(options.log_level),
        server_(loop_, log_) {}
  ~App() {
    if (signal_fd_ >= 0) close(signal_fd_);
  }
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Builds everything and runs; the exit status.
  int run();

 private:
  HttpListener make_listener();
  base::Status listen();
  base::Status build();
  base::Status build_gateway();
  void build_functions();
  void build_door();
  void announce();
  void watch_signals();
  void stop();
  void sweep_expired();

  const AppOptions& options_;
  AppModel model_;
  base::StderrLog log_;
  EventLoop loop_;
  IdSource ids_;
  HttpServer server_;
  Endpoints endpoints_;
  Endpoints function_endpoints_;  // the same, unless they would be under TLS
  SignatureRules signatures_;
  int port_ = 0;
  int signal_fd_ = -1;
  bool stopping_ = false;
  FaultPlan faults_;
  // In the order in which they need each other.
  std::unique_ptr<Functions> functions_;
  std::unique_ptr<dynamodb::DynamoDbService> dynamodb_;
  std::unique_ptr<FaultyDynamoDb> faulty_dynamodb_;
  std::unique_ptr<SsmService> ssm_;
  std::unique_ptr<EventsPart> events_;
  std::unique_ptr<AwsDispatcher> dispatcher_;
  std::unique_ptr<Gateway> gateway_;  // nullptr if the template has no WebSocket API
  std::unique_ptr<ConnectionsApi> connections_;
  std::unique_ptr<LambdaApi> lambda_;
  std::unique_ptr<FaultInjection> injection_;
  std::unique_ptr<ControlApi> control_;
  std::unique_ptr<FrontDoor> door_;
};

int App::run() {
  watch_signals();
  if (const auto listening = listen(); !listening) {
    return complain(kFailed, listening.error().message);
  }
  if (const auto built = build(); !built) return complain(kFailed, built.error().message);
  announce();
  if (options_.prewarm) loop_.post([this] { functions_->prewarm(); });
  events_->resume();
  sweep_expired();
  loop_.run();
  return 0;
}

HttpListener App::make_listener() {
  HttpListener listener;
  listener.on_request = [this](HttpRequest& request, HttpDone done) {
    door_->on_request(request, std::move(done));
  };
  listener.on_upgrade = [this](HttpRequest& request, std::unique_ptr<HttpUpgrade> upgrade) {
    door_->on_upgrade(request, std::move(upgrade));
  };
  return listener;
}

base::Status App::listen() {
  HttpListener listener = make_listener();
  if (options_.tls) {
    auto context = make_tls_context(options_);
    if (!context) return std::unexpected(context.error());
    listener.tls = std::move(*context);
  }
  const auto id = server_.listen(options_.host, options_.port, std::move(listener));
  if (!id) {
    base::Error error = id.error();
    if (error.code == base::ErrorCode::kAlreadyExists) {
      error.message += "; end it or choose another one with --port (0 takes any free one)";
    }
    return std::unexpected(std::move(error));
  }
  port_ = server_.port(*id);
  endpoints_ = make_endpoints(model_, options_.host, port_, options_.tls);
  function_endpoints_ = endpoints_;
  if (options_.tls) {
    // Functions call from this machine, in many languages that each trust in their own way, and a
    // handshake would be most of their cold start: they get a plain port of their own.
    const auto inside = server_.listen("127.0.0.1", 0, make_listener());
    if (!inside) return std::unexpected(inside.error());
    function_endpoints_ = make_endpoints(model_, "127.0.0.1", server_.port(*inside));
  }
  localize_model(model_, endpoints_, function_endpoints_);
  return {};
}

void App::build_functions() {
  FunctionsOptions functions;
  functions.region = model_.region;
  functions.account = model_.account;
  // Listening on all addresses takes the port on the functions' own addresses too.
  const bool everywhere = options_.host == "0.0.0.0" || options_.host == "::";
  functions.runtime_api_port = everywhere ? 0 : port_;
  functions.concurrency_max = options_.function_concurrency;
  functions.environment = {{"AWS_ACCESS_KEY_ID", options_.access_key_id},
                           {"AWS_SECRET_ACCESS_KEY", options_.secret_access_key},
                           {"AWS_SESSION_TOKEN", "local"},
                           {"AWS_ENDPOINT_URL", function_endpoints_.base}};
  if (!function_endpoints_.connections.empty()) {
    functions.environment["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] =
        function_endpoints_.connections;
  }
  functions_ = std::make_unique<Functions>(loop_, server_, ids_, log_, std::move(functions),
                                           model_.functions);
}

base::Status App::build() {
  signatures_ = {model_.region, options_.access_key_id, options_.secret_access_key};
  if (!options_.data_dir.empty()) {
    if (const auto made = make_data_folder(options_.data_dir); !made) return made;
  }
  build_functions();
  auto opened = dynamodb::DynamoDbService::open({.data_dir = options_.data_dir,
                                                 .region = model_.region,
                                                 .account = model_.account,
                                                 .tables = model_.tables},
                                                log_);
  if (!opened) return std::unexpected(opened.error());
  dynamodb_ = std::move(*opened);
  faulty_dynamodb_ = std::make_unique<FaultyDynamoDb>(*dynamodb_, faults_, loop_);
  ssm_ = std::make_unique<SsmService>(SsmOptions{
      .region = model_.region, .account = model_.account, .parameters = model_.ssm_parameters});
  auto events = EventsPart::make(loop_, model_, *functions_, ids_,
                                 {.endpoint = endpoints_.base,
                                  .data_dir = options_.data_dir,
                                  .retry_delays = options_.async_retry_delays,
                                  .duplicate_probability = options_.event_duplicates},
                                 log_);
  if (!events) return std::unexpected(events.error());
  events_ = std::move(*events);
  dispatcher_ = std::make_unique<AwsDispatcher>(
      AwsDispatcherOptions{.region = model_.region, .find_key = signatures_.find_key()}, log_);
  dispatcher_->add(*faulty_dynamodb_);
  dispatcher_->add(*ssm_);
  dispatcher_->add(events_->event_bridge());
  dispatcher_->add(events_->sqs());
  dispatcher_->add(events_->sqs_query());
  if (const auto built = build_gateway(); !built) return built;
  lambda_ = std::make_unique<LambdaApi>(LambdaApi::Parts{
      .invoker = *functions_,
      .ids = ids_,
      .model = model_,
      .signatures = signatures_,
      .enqueue = [this](const std::string& function, std::string payload, const std::string& id) {
        return events_->enqueue(function, std::move(payload), id);
      }});
  build_door();
  return {};
}

void App::build_door() {
  injection_ = std::make_unique<FaultInjection>(loop_, faults_, *functions_, gateway_.get());
  control_ = std::make_unique<ControlApi>(
      ControlApi::Parts{.faults = faults_,
                        .gateway = gateway_.get(),
                        .functions = functions_.get(),
                        .dead_letters = [this] { return events_->dead_letters_json(); },
                        .hosts = HostRule(options_.allowed_hosts)});
  // Where other machines come in they do so under names that nobody here knows.
  std::optional<HostRule> hosts;
  if (is_loopback_address(options_.host)) hosts.emplace(options_.allowed_hosts);
  door_ = std::make_unique<FrontDoor>(FrontDoor::Parts{.dispatcher = *dispatcher_,
                                                       .lambda = *lambda_,
                                                       .control = *control_,
                                                       .gateway = gateway_.get(),
                                                       .connections = connections_.get()},
                                      std::move(hosts));
}

base::Status App::build_gateway() {
  if (!model_.api) return {};
  GatewayOptions options = options_.gateway;
  options.region = model_.region;
  options.account = model_.account;
  options.port = port_;
  auto made = Gateway::make({loop_, *functions_, ids_, log_}, *model_.api, options);
  if (!made) return std::unexpected(made.error());
  gateway_ = std::move(*made);
  connections_ = std::make_unique<ConnectionsApi>(
      *gateway_, ids_,
      [this](const HttpRequest& request) { return signatures_.check(request, "execute-api"); });
  return {};
}

void App::announce() {
  const base::Logger log(log_, "emulator");
  for (const std::string& note : model_.notes) log.info("%s", note.c_str());
  const std::vector<FunctionProblem> missing = functions_->check();
  for (const auto& [name, problem] : missing) {
    log.warning("function %s: %s", name.c_str(), problem.c_str());
  }
  if (auth_mode(model_) == "open") {
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
  const std::string text = options_.json ? ready_json(options_, model_, endpoints_, missing) + "\n"
                                         : ready_text(options_, model_, endpoints_, missing);
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
  signal_fd_ = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
  loop_.watch(signal_fd_, EPOLLIN, [this](std::uint32_t) {
    signalfd_siginfo info{};
    if (read(signal_fd_, &info, sizeof info) == sizeof info) stop();
  });
}

void App::stop() {
  if (std::exchange(stopping_, true) || gateway_ == nullptr) {
    loop_.stop();  // asked twice: at once
    return;
  }
  gateway_->close_all();
  const base::Instant until = base::monotonic_now() + kFarewellMax;
  const auto wait = std::make_shared<std::function<void()>>();
  *wait = [this, until, weak = std::weak_ptr(wait)] {
    const auto again = weak.lock();
    if (gateway_->links_count() == 0 || base::monotonic_now() >= until) {
      loop_.stop();
    } else {
      loop_.call_after(base::Duration(5), [again] { (*again)(); });
    }
  };
  (*wait)();
}

void App::sweep_expired() {
  dynamodb_->sweep_expired();
  loop_.call_after(kExpirySweep, [this] { sweep_expired(); });
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
