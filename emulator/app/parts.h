// SPDX-License-Identifier: Apache-2.0
// What the emulator is made of: builds every part from the options and the template's model, in the
// order in which they need each other, and sends each request to the one that answers it. When it
// runs and how it ends is app.cpp's business.
#pragma once

#include <memory>

#include "common/base/error.h"
#include "common/base/log.h"
#include "emulator/app/endpoints.h"
#include "emulator/app/events_part.h"
#include "emulator/app/front_door.h"
#include "emulator/app/lambda_api.h"
#include "emulator/app/options.h"
#include "emulator/app/signatures.h"
#include "emulator/aws/dispatcher.h"
#include "emulator/aws/ssm.h"
#include "emulator/control/control_api.h"
#include "emulator/control/dynamodb_faults.h"
#include "emulator/control/fault_injection.h"
#include "emulator/dynamodb/service.h"
#include "emulator/functions/functions.h"
#include "emulator/gateway/gateway.h"
#include "emulator/gateway/management.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

class Parts {
 public:
  // options must outlive the parts.
  Parts(const AppOptions& options, AppModel model)
      : options_(options),
        model_(std::move(model)),
        log_(options.log_level),
        server_(loop_, log_) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  // Listens and builds everything; once. Errors: those of the parts, with what to do.
  base::Status build();

  // After build().
  EventLoop& loop() { return loop_; }
  base::LogSink& log() { return log_; }
  const AppModel& model() const { return model_; }
  const Endpoints& endpoints() const { return endpoints_; }
  Functions& functions() { return *functions_; }
  dynamodb::DynamoDbService& dynamodb() { return *dynamodb_; }
  EventsPart& events() { return *events_; }
  Gateway* gateway() { return gateway_.get(); }  // nullptr if the template has no WebSocket API

 private:
  HttpListener make_listener();
  base::Status listen();
  void build_functions();
  base::Status build_aws();
  base::Status build_gateway();
  void build_door();

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
  FaultPlan faults_;
  // In the order in which they need each other.
  std::unique_ptr<Functions> functions_;
  std::unique_ptr<dynamodb::DynamoDbService> dynamodb_;
  std::unique_ptr<FaultyDynamoDb> faulty_dynamodb_;
  std::unique_ptr<SsmService> ssm_;
  std::unique_ptr<EventsPart> events_;
  std::unique_ptr<AwsDispatcher> dispatcher_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<ConnectionsApi> connections_;
  std::unique_ptr<LambdaApi> lambda_;
  std::unique_ptr<FaultInjection> injection_;
  std::unique_ptr<ControlApi> control_;
  std::unique_ptr<FrontDoor> door_;
};

}  // namespace beckon::emulator
