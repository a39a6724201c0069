// SPDX-License-Identifier: Apache-2.0
#include "lambdas/authorize/device_key.h"

#include <algorithm>
#include <optional>

#include "common/identity/device_token.h"
#include "lambdas/authorize/enrolment.h"
#include "lambdas/backend/device_row.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

using identity::DeviceClaims;
using identity::DeviceToken;

// "Bearer " and the token; the scheme in any case (RFC 9110).
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size()) return {};
  const bool is_bearer = std::ranges::equal(
      authorization.substr(0, kScheme.size()), kScheme,
      [](char given, char wanted) { return given == wanted || (given | 0x20) == wanted; });
  return is_bearer ? authorization.substr(kScheme.size()) : std::string_view();
}

bool is_signed_by(const DeviceToken& token, const std::string& stored_key) {
  const auto key = crypto::PublicKey::from_text(stored_key);
  return key && token.is_signed_by(*key);
}

// That of the row's keys which signed the token; null if none did.
const std::string* signing_key(const DeviceToken& token, const DeviceRow& row) {
  for (const std::string* key : {&row.public_key, &row.previous_key}) {
    if (!key->empty() && is_signed_by(token, *key)) return key;
  }
  return nullptr;
}

// The name of what is wrong with audience and times; null if nothing is.
const char* check_claims(const DeviceClaims& claims, const TokenRules& rules, std::int64_t now_ms) {
  const std::int64_t skew_ms = identity::kClockSkewMax.count();
  if (std::ranges::find(rules.audiences, claims.audience) == rules.audiences.end()) {
    return "audience_wrong";
  }
  const std::int64_t lifetime_ms = claims.expires_at_ms - claims.issued_at_ms;
  if (lifetime_ms <= 0 || lifetime_ms > identity::kTokenLifetimeMax.count()) {
    return "lifetime_wrong";
  }
  if (claims.expires_at_ms + skew_ms <= now_ms) return "token_expired";
  if (std::max(claims.issued_at_ms, claims.not_before_ms.value_or(0)) > now_ms + skew_ms) {
    return "token_not_yet_valid";
  }
  return nullptr;
}

// The one write that accepts a token. kConflict: it is not later than the last one, or the row has
// changed since it was read.
base::Status accept(Host& host, const DeviceClaims& claims, const DeviceRow& row) {
  Update update;
  update.set[schema::kTokenIssuedAt] = number(claims.issued_at_ms);
  const Condition still_good = {
      {{{schema::kTokenIssuedAt, Term::Op::kLess, number(claims.issued_at_ms)},
        {schema::kUserId, Term::Op::kEquals, row.user_id},
        {schema::kPublicKey, Term::Op::kEquals, row.public_key},
        {schema::kDisabledAt, Term::Op::kNotExists, false}}}};
  const auto done =
      host.database.update(host.tables.devices, device_key(claims.device), update, still_good);
  if (!done) return std::unexpected(done.error());
  return {};
}

class Judge {
 public:
  Judge(Host& host, const TokenRules& rules)
      : host_(host), rules_(rules), log_(host.log, "authorize") {}

  base::Result<Judgement> judge(std::string_view authorization) {
    if (authorization.empty()) return refuse(Verdict::kUnproven, "token_missing", "");
    const auto token = identity::parse_device_token(bearer_token(authorization));
    if (!token) return refuse(Verdict::kUnproven, "token_malformed", token.error().message);
    device_ = token->claims.device;
    if (!is_device_id(device_)) return refuse(Verdict::kUnproven, "device_unknown", "no device id");
    const auto row = read_device(host_, device_);
    if (!row) return std::unexpected(row.error());
    if (!*row || (*row)->public_key.empty()) return judge_stranger(*token);
    return judge_known(*token, **row);
  }

 private:
  base::Result<Judgement> judge_known(const DeviceToken& token, const DeviceRow& row) {
    const std::int64_t now_ms = host_.pace.wall_now().unix_ms;
    const std::string* key = signing_key(token, row);
    if (key == nullptr) return refuse(Verdict::kUnproven, "signature_wrong", "");
    if (!accepts_key(row, *key, now_ms)) return refuse(Verdict::kUnproven, "key_retired", "");
    if (row.disabled) return refuse(Verdict::kRefused, "device_disabled", "");
    if (const char* wrong = check_claims(token.claims, rules_, now_ms)) {
      return refuse(Verdict::kRefused, wrong, times(token.claims, now_ms));
    }
    const auto accepted = accept(host_, token.claims, row);
    if (!accepted && accepted.error().code == base::ErrorCode::kConflict) {
      return refuse(Verdict::kRefused, "token_replayed",
                    "its iat is not later than that of the last accepted token, or the device's "
                    "row has changed meanwhile");
    }
    if (!accepted) return std::unexpected(accepted.error());
    log_.info("device \"%s\" of user \"%s\" admitted, token %s", device_.c_str(),
              row.user_id.c_str(), token.claims.token_id.c_str());
    return Judgement{Verdict::kAdmitted, row.user_id, device_, *key};
  }

  // A device without a key of its own in the table.
  base::Result<Judgement> judge_stranger(const DeviceToken& token) {
    const auto& key = token.claims.enrolment_key;
    if (!rules_.enrolment || !key) return refuse(Verdict::kUnproven, "device_unknown", "");
    if (!token.is_signed_by(*key)) return refuse(Verdict::kUnproven, "signature_wrong", "");
    const std::int64_t now_ms = host_.pace.wall_now().unix_ms;
    if (const char* wrong = check_claims(token.claims, rules_, now_ms)) {
      return refuse(Verdict::kRefused, wrong, times(token.claims, now_ms));
    }
    const auto asked = ask_to_be_claimed(host_, device_, *key);
    if (!asked) return std::unexpected(asked.error());
    return refuse(Verdict::kRefused, to_string(asked->outcome), "code " + asked->code);
  }

  static std::string times(const DeviceClaims& claims, std::int64_t now_ms) {
    return "aud \"" + claims.audience + "\", issued " +
           std::to_string(claims.issued_at_ms - now_ms) + " ms from now, expires " +
           std::to_string(claims.expires_at_ms - now_ms) + " ms from now";
  }

  Judgement refuse(Verdict verdict, std::string_view name, const std::string& detail) {
    log_.warning("refused: %.*s: device \"%s\"%s%s", static_cast<int>(name.size()), name.data(),
                 device_.c_str(), detail.empty() ? "" : ": ", detail.c_str());
    return {verdict, {}, {}, {}};
  }

  Host& host_;
  const TokenRules& rules_;
  base::Logger log_;
  std::string device_;  // as the token names it
};

}  // namespace

base::Result<Judgement> judge_device(Host& host, const TokenRules& rules,
                                     std::string_view authorization) {
  return Judge(host, rules).judge(authorization);
}

}  // namespace beckon::lambdas
