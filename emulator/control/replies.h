// SPDX-License-Identifier: Apache-2.0
// The control API's answers: JSON, and for mistakes {"message":"…"}. The folder's inner header.
#pragma once

#include <string>
#include <string_view>

#include "emulator/http/message.h"

namespace beckon::emulator {

HttpResponse control_reply(std::string json, int status = 200);
HttpResponse control_refusal(int status, std::string_view message);

}  // namespace beckon::emulator
