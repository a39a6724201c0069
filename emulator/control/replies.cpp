// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/replies.h"

#include <utility>

#include "common/json/writer.h"

namespace beckon::emulator {

HttpResponse control_reply(std::string json, int status) {
  return HttpResponse{
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(json)};
}

HttpResponse control_refusal(int status, std::string_view message) {
  json::Writer writer;
  writer.begin_object().member("message", message).end_object();
  return control_reply(writer.take(), status);
}

}  // namespace beckon::emulator
