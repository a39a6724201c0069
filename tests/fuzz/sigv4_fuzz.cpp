// SPDX-License-Identifier: Apache-2.0
// A request of any form, header or presigned, is refused with a sentence or accepted; and what our
// own signer makes of the same path, query and header value is always accepted.
//
// Input: lines of path, query, a header's value, Authorization (or nothing), date, and then the
// body.
#include <array>
#include <cstdint>

#include "common/base/assert.h"
#include "common/sigv4/sign.h"
#include "common/sigv4/verify.h"

namespace {

using namespace beckon;

constexpr base::WallTime kNow{1440938160000};
const sigv4::Expected kExpected{"us-east-1", "service", kNow};

std::optional<sigv4::KnownKey> find_key(std::string_view id) {
  if (id != "AKIDEXAMPLE") return std::nullopt;
  return sigv4::KnownKey{"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", std::nullopt};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::array<std::string, 5> lines;
  for (std::string& line : lines) {
    const std::size_t end = rest.find('\n');
    line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  const auto& [path, query, value, authorization, date] = lines;
  std::vector<sigv4::Header> headers = {{"Host", "h"}, {"X-Any", value}};
  const sigv4::Request plain{"POST", path, query, headers, rest};

  std::vector<sigv4::Header> given = headers;
  if (!authorization.empty()) given.emplace_back("Authorization", authorization);
  if (!date.empty()) given.emplace_back("X-Amz-Date", date);
  sigv4::Request request = plain;
  request.headers = given;
  const auto signer = sigv4::verify(request, kExpected, find_key);
  BECKON_ASSERT(signer || !signer.error().message.empty());

  const sigv4::Credentials credentials{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                       "token"};
  std::vector<sigv4::Header> complete = headers;
  for (auto& header : sigv4::sign(plain, credentials, {"us-east-1", "service"}, kNow)) {
    complete.push_back(std::move(header));
  }
  request.headers = complete;
  BECKON_ASSERT(sigv4::verify(request, kExpected, find_key).has_value());
  return 0;
}
