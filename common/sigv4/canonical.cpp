// SPDX-License-Identifier: Apache-2.0
#include "common/sigv4/canonical.h"

#include <algorithm>

#include "common/base/bytes.h"
#include "common/crypto/hash.h"

namespace beckon::sigv4 {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

// Trimmed, and runs of white space inside made one space.
void append_trimmed(std::string& out, std::string_view value) {
  bool gap = false;
  bool first = true;
  for (const char c : value) {
    if (is_space(c)) {
      gap = true;
      continue;
    }
    if (gap && !first) out += ' ';
    out += c;
    gap = false;
    first = false;
  }
}

// "name:value,value\n" with all values of the headers of that name, in order.
void append_header(std::string& out, std::span<const Header> headers, std::string_view name) {
  out += name;
  out += ':';
  bool first = true;
  for (const Header& header : headers) {
    if (!equal_ignoring_case(header.first, name)) continue;
    if (!first) out += ',';
    append_trimmed(out, header.second);
    first = false;
  }
  out += '\n';
}

// Calls visit(piece) for each piece between separators.
template <class Visit>
void for_each_piece(std::string_view text, char separator, Visit visit) {
  while (true) {
    const std::size_t end = text.find(separator);
    visit(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string format_timestamp(base::WallTime time) {
  std::string text = base::format_rfc3339(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

base::Result<base::WallTime> parse_timestamp(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') {
    return base::fail(base::ErrorCode::kInvalid, "expected a time like 20150830T123600Z, got \"" +
                                                     std::string(text.substr(0, 40)) + "\"");
  }
  std::string full;
  full.append(text.substr(0, 4)).append("-").append(text.substr(4, 2)).append("-");
  full.append(text.substr(6, 5)).append(":").append(text.substr(11, 2)).append(":");
  full.append(text.substr(13));
  return base::parse_rfc3339(full);
}

const std::string* find_header(std::span<const Header> headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(), [name](const Header& header) {
    return equal_ignoring_case(header.first, name);
  });
  return found == headers.end() ? nullptr : &found->second;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> segments;
  for_each_piece(path, '/', [&segments](std::string_view segment) {
    if (segment.empty() || segment == ".") return;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  });
  std::string out;
  for (const std::string_view segment : segments) {
    out += '/';
    out += base::percent_encode(segment);
  }
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

std::string canonical_query(std::string_view query, std::string_view without) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for_each_piece(query, '&', [&](std::string_view piece) {
    if (piece.empty()) return;
    const std::size_t equals = piece.find('=');
    const std::string name = base::percent_decode(piece.substr(0, equals));
    if (!without.empty() && name == without) return;
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1);
    parameters.emplace_back(base::percent_encode(name),
                            base::percent_encode(base::percent_decode(value)));
  });
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

std::string canonical_request(const Request& request, std::string_view signed_headers,
                              std::string_view query_without) {
  std::string out(request.method);
  out += '\n';
  out += canonical_path(request.path);
  out += '\n';
  out += canonical_query(request.query, query_without);
  out += '\n';
  for_each_piece(signed_headers, ';',
                 [&](std::string_view name) { append_header(out, request.headers, name); });
  out += '\n';
  out += signed_headers;
  out += '\n';
  out += crypto::sha256(request.body).hex();
  return out;
}

std::string string_to_sign(std::string_view timestamp, const Scope& scope,
                           std::string_view canonical_request) {
  std::string out(kAlgorithm);
  out += '\n';
  out += timestamp;
  out += '\n';
  for (const std::string_view part : {scope.date, scope.region, scope.service}) {
    out += part;
    out += '/';
  }
  out += kTerminator;
  out += '\n';
  out += crypto::sha256(canonical_request).hex();
  return out;
}

std::string signature(std::string_view secret_access_key, const Scope& scope,
                      std::string_view string_to_sign) {
  const std::string secret = "AWS4" + std::string(secret_access_key);
  crypto::Digest<32> key = crypto::hmac_sha256(secret, scope.date);
  for (const std::string_view part : {scope.region, scope.service, kTerminator}) {
    key = crypto::hmac_sha256(key.view(), part);
  }
  return crypto::hmac_sha256(key.view(), string_to_sign).hex();
}

}  // namespace beckon::sigv4
