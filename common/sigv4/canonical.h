// SPDX-License-Identifier: Apache-2.0
// What AWS Signature Version 4 signs: the canonical form of a request, the text made of it, and the
// key chain. One implementation for those who sign and for those who verify, for every service but
// S3 (whose paths are neither normalised nor encoded twice).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"

namespace beckon::sigv4 {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kTerminator = "aws4_request";

using Header = std::pair<std::string, std::string>;

// A view of a request; valid as long as what it points to.
struct Request {
  std::string_view method;          // "POST"
  std::string_view path;            // as on the wire, encoded, without query; "" counts as "/"
  std::string_view query;           // as on the wire, encoded, without '?'
  std::span<const Header> headers;  // as sent, any case and order, duplicates kept; with Host
  std::string_view body;
};

struct Scope {
  std::string_view date;  // "20150830"
  std::string_view region;
  std::string_view service;
};

// "20150830T123600Z", and back. Errors: kInvalid.
std::string format_timestamp(base::WallTime time);
base::Result<base::WallTime> parse_timestamp(std::string_view text);

// The value of the first header of that name, compared without case; nullptr if there is none.
const std::string* find_header(std::span<const Header> headers, std::string_view name);

std::string lower_case(std::string_view text);

// Dot segments and doubled slashes removed, then every segment percent-encoded once more.
std::string canonical_path(std::string_view path);

// Names and values encoded afresh and sorted; the parameter named `without` is left out ("": none).
std::string canonical_query(std::string_view query, std::string_view without);

// signed_headers: lower-case names separated by ';', in the order in which they are signed. A name
// that the request does not have stands there with an empty value.
std::string canonical_request(const Request& request, std::string_view signed_headers,
                              std::string_view query_without);

std::string string_to_sign(std::string_view timestamp, const Scope& scope,
                           std::string_view canonical_request);

// Lower-case hex, 64 characters.
std::string signature(std::string_view secret_access_key, const Scope& scope,
                      std::string_view string_to_sign);

}  // namespace beckon::sigv4
