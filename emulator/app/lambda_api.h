// SPDX-License-Identifier: Apache-2.0
// Lambda's REST API, as far as functions are called: Invoke, synchronous, asynchronous and dry. All
// else is answered with an error that names it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "emulator/app/signatures.h"
#include "emulator/functions/invoker.h"
#include "emulator/http/message.h"
#include "emulator/ids/ids.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

class LambdaApi {
 public:
  struct Parts {
    Invoker& invoker;
    IdSource& ids;
    const AppModel& model;
    const SignatureRules& signatures;
    // Accepts an asynchronous invocation. kLimit: too many are waiting.
    std::function<base::Status(const std::string& function, std::string payload,
                               const std::string& request_id)>
        enqueue;
  };

  explicit LambdaApi(Parts parts) : parts_(std::move(parts)) {}

  // For paths of which is_lambda_path() is true, and whatever else is signed for Lambda.
  void handle(HttpRequest& request, HttpDone done);

 private:
  void invoke(HttpRequest& request, const std::string& function, HttpDone done);
  void invoke_async(HttpRequest& request, const std::string& function, const HttpDone& done);
  HttpResponse error(int status, std::string_view type, std::string_view message);
  HttpResponse to_response(const InvokeResult& result, bool with_log);

  Parts parts_;
};

// "/2015-03-31/functions/…"
bool is_lambda_path(std::string_view path);

// The function's name in "name", "name:$LATEST", "account:function:name" or an ARN; kNotFound for
// another qualifier.
base::Result<std::string> parse_function_name(std::string_view text);

}  // namespace beckon::emulator
