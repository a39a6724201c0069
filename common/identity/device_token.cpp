// SPDX-License-Identifier: Apache-2.0
#include "common/identity/device_token.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "common/base/bytes.h"
#include "common/json/json.h"
#include "common/json/writer.h"
#include "common/protocol/limits.h"

namespace beckon::identity {
namespace {

using base::ErrorCode;

// The year 9999: whatever is larger is no date, and times 1000 it still fits an integer exactly.
constexpr double kDateMax_s = 253'402'300'799.0;

std::unexpected<base::Error> wrong(const char* what) {
  return base::fail(ErrorCode::kInvalid, std::string("token: ") + what);
}

double seconds_of(std::int64_t unix_ms) {
  return static_cast<double>(unix_ms) / 1000.0;
}

std::optional<std::int64_t> milliseconds_of(json::View date) {
  const auto value_s = date.number();
  if (!value_s || !(*value_s >= 0) || *value_s > kDateMax_s) return std::nullopt;
  // Rounded by hand: llround is all that would make the agent load the mathematics library.
  const double value_ms = *value_s * 1000.0;
  const auto whole_ms = static_cast<std::int64_t>(value_ms);
  return value_ms - static_cast<double>(whole_ms) < 0.5 ? whole_ms : whole_ms + 1;
}

// One text only per value: what decodes must encode to the same again.
std::optional<std::string> decode_part(std::string_view part) {
  auto bytes = base::base64url_decode(part);
  if (!bytes || base::base64url(*bytes) != part) return std::nullopt;
  return std::move(*bytes);
}

bool is_text(json::View value, std::size_t bytes_max) {
  const auto text = value.string();
  return text && !text->empty() && text->size() <= bytes_max;
}

base::Status read_header(std::string_view part, DeviceClaims& claims) {
  const auto bytes = decode_part(part);
  if (!bytes) return wrong("the header is not base64url");
  const auto header = json::parse(*bytes);
  if (!header || !header->root().is_object()) return wrong("the header is no JSON object");
  if ((*header)["alg"].string_or("") != "ES256") return wrong("alg is not ES256");
  const json::View type = (*header)["typ"];
  if (type.exists() && type.string_or("") != "JWT") return wrong("typ is not JWT");
  // RFC 7515 section 4.1.11: what a reader does not understand and must, it refuses. We know none.
  if ((*header)["crit"].exists()) return wrong("crit names extensions that are not known");
  const json::View kid = (*header)["kid"];
  if (!is_text(kid, protocol::kDeviceIdBytesMax)) return wrong("kid is no device id");
  claims.device = kid.string_or("");
  return {};
}

base::Status read_enrolment_key(json::View jwk, DeviceClaims& claims) {
  if (!jwk.exists()) return {};
  const auto x = decode_part(jwk["x"].string_or(""));
  const auto y = decode_part(jwk["y"].string_or(""));
  if (jwk["kty"].string_or("") != "EC" || jwk["crv"].string_or("") != "P-256" || !x || !y) {
    return wrong("jwk is no P-256 key");
  }
  const auto key = crypto::PublicKey::from_coordinates(*x, *y);
  if (!key) return wrong("jwk is no P-256 key");
  claims.enrolment_key = *key;
  return {};
}

base::Status read_claims(std::string_view part, DeviceClaims& claims) {
  const auto bytes = decode_part(part);
  if (!bytes) return wrong("the claims are not base64url");
  const auto body = json::parse(*bytes);
  if (!body || !body->root().is_object()) return wrong("the claims are no JSON object");
  if (!is_text((*body)["aud"], kAudienceBytesMax)) return wrong("aud is no text");
  claims.audience = (*body)["aud"].string_or("");
  if (!is_text((*body)["jti"], kTokenIdBytesMax)) return wrong("jti is no text of 1 to 64 bytes");
  claims.token_id = (*body)["jti"].string_or("");
  const auto issued_at = milliseconds_of((*body)["iat"]);
  if (!issued_at) return wrong("iat is no date");
  claims.issued_at_ms = *issued_at;
  const auto expires_at = milliseconds_of((*body)["exp"]);
  if (!expires_at) return wrong("exp is no date");
  claims.expires_at_ms = *expires_at;
  if (const json::View not_before = (*body)["nbf"]; not_before.exists()) {
    claims.not_before_ms = milliseconds_of(not_before);
    if (!claims.not_before_ms) return wrong("nbf is no date");
  }
  return read_enrolment_key((*body)["jwk"], claims);
}

std::string encode_claims(const DeviceClaims& claims) {
  json::Writer writer;
  writer.begin_object().member("aud", claims.audience).member("jti", claims.token_id);
  writer.key("iat").number(seconds_of(claims.issued_at_ms));
  writer.key("exp").number(seconds_of(claims.expires_at_ms));
  if (claims.not_before_ms) writer.key("nbf").number(seconds_of(*claims.not_before_ms));
  if (const auto& key = claims.enrolment_key) {
    writer.key("jwk").begin_object().member("kty", "EC").member("crv", "P-256");
    writer.member("x", base::base64url(key->x())).member("y", base::base64url(key->y()));
    writer.end_object();
  }
  return writer.end_object().take();
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string sign_device_token(const DeviceClaims& claims, const crypto::PrivateKey& key) {
  json::Writer header;
  header.begin_object().member("alg", "ES256").member("typ", "JWT").member("kid", claims.device);
  std::string text = base::base64url(header.end_object().take());
  text += "." + base::base64url(encode_claims(claims));
  const crypto::Es256Signature signature = key.sign(text);
  text +=
      "." + base::base64url({reinterpret_cast<const char*>(signature.data()), signature.size()});
  return text;
}

base::Result<DeviceToken> parse_device_token(std::string_view text) {
  if (text.size() > kTokenBytesMax) return wrong("larger than 2048 bytes");
  if (std::ranges::count(text, '.') != 2) return wrong("not three parts with dots between them");
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first + 1);
  DeviceToken token;
  if (const auto read = read_header(text.substr(0, first), token.claims); !read) {
    return std::unexpected(read.error());
  }
  const auto claims = read_claims(text.substr(first + 1, second - first - 1), token.claims);
  if (!claims) return std::unexpected(claims.error());
  const auto signature = decode_part(text.substr(second + 1));
  if (!signature || signature->size() != token.signature.size()) {
    return wrong("the signature is not 64 bytes in base64url");
  }
  std::ranges::copy(*signature, token.signature.begin());
  token.signed_text = text.substr(0, second);
  return token;
}

std::string audience(std::string_view host, std::string_view path) {
  // A port follows the last colon, unless that stands inside the brackets of an IPv6 address, or in
  // an address without brackets (which then has no port).
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  const bool has_port =
      colon != std::string_view::npos &&
      (bracket == std::string_view::npos ? host.find(':') == colon : colon > bracket);
  if (has_port) host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::string text;
  std::ranges::transform(host, std::back_inserter(text), lower);
  path = path.substr(0, path.find('?'));
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!path.empty()) text.append("/").append(path);
  return text;
}

}  // namespace beckon::identity
