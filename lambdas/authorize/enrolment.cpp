// SPDX-License-Identifier: Apache-2.0
#include "lambdas/authorize/enrolment.h"

#include <optional>

#include "common/identity/claim_code.h"
#include "lambdas/backend/device_row.h"
#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

// The first write of the transaction that makes a row, so that a device that was registered is
// known as such, whatever its code's row is.
constexpr int kKeyCheck = 0;

class ClaimRow {
 public:
  ClaimRow(Host& host, const std::string& code, const std::string& device_id,
           const crypto::PublicKey& key)
      : host_(host),
        row_(device_key(schema::claim_key(code))),
        device_id_(device_id),
        key_(key.to_text()),
        now_ms_(host.pace.wall_now().unix_ms) {}

  // Our own row, not marked as conflicting: lives on.
  base::Status refresh() {
    return update(lease(), {{{schema::kPublicKey, Term::Op::kEquals, key_},
                             {schema::kClaimDevice, Term::Op::kEquals, device_id_},
                             {schema::kConflictAt, Term::Op::kNotExists, false},
                             alive()}});
  }

  // Somebody else's, or one that is marked: stays marked, as long as somebody comes with it.
  base::Status mark_conflict() {
    Update marked = lease();
    marked.set[schema::kConflictAt] = number(now_ms_);
    return update(marked, {{alive()}});
  }

  // None, or one whose time is over; and the device has no key: a claim may have registered it,
  // and deleted its row, since this attempt began. kConflict as in Database::transact.
  base::Status make(int* failed_index) {
    const Term no_key = {schema::kPublicKey, Term::Op::kNotExists, false};
    TransactWrite check;
    check.kind = TransactWrite::Kind::kConditionCheck;
    check.table = host_.tables.devices;
    check.key = device_key(device_id_);
    check.condition = {{{no_key}}};
    TransactWrite made;
    made.kind = TransactWrite::Kind::kUpdate;
    made.table = host_.tables.devices;
    made.key = row_;
    made.update = lease();
    made.update.set[schema::kPublicKey] = key_;
    made.update.set[schema::kClaimDevice] = device_id_;
    made.update.remove = {schema::kConflictAt};
    made.condition = {
        {{no_key}, {{schema::kExpiresAt, Term::Op::kLessOrEquals, number(now_ms_ / 1000)}}}};
    return host_.database.transact({check, made}, failed_index);
  }

  // Counts one new code; kConflict if there were too many in this minute.
  base::Status count() {
    Update counted;
    counted.add[schema::kCount] = 1;
    counted.set[schema::kExpiresAt] = number(now_ms_ / 1000 + kClaimKept_s);
    const Condition room = {{{{schema::kCount, Term::Op::kNotExists, false}},
                             {{schema::kCount, Term::Op::kLess, number(kNewClaimsPerMinuteMax)}}}};
    const auto done = host_.database.update(host_.tables.devices,
                                            device_key(schema::claim_minute_key(now_ms_ / 60'000)),
                                            counted, room);
    if (!done) return std::unexpected(done.error());
    return {};
  }

 private:
  Term alive() const { return {schema::kExpiresAt, Term::Op::kGreater, number(now_ms_ / 1000)}; }

  Update lease() const {
    Update update;
    update.set[schema::kExpiresAt] = number(now_ms_ / 1000 + kClaimKept_s);
    return update;
  }

  base::Status update(const Update& update, std::vector<std::vector<Term>> any_of) {
    const auto done =
        host_.database.update(host_.tables.devices, row_, update, {std::move(any_of)});
    if (!done) return std::unexpected(done.error());
    return {};
  }

  Host& host_;
  Item row_;
  const std::string& device_id_;
  std::string key_;
  std::int64_t now_ms_;
};

bool is_conflict(const base::Status& status) {
  return !status && status.error().code == ErrorCode::kConflict;
}

// What a row that is there already comes to; none if there is none.
base::Result<std::optional<ClaimOutcome>> meet(ClaimRow& row) {
  const base::Status refreshed = row.refresh();
  if (refreshed) return ClaimOutcome::kWaiting;
  if (!is_conflict(refreshed)) return std::unexpected(refreshed.error());
  const base::Status marked = row.mark_conflict();
  if (marked) return ClaimOutcome::kConflict;
  if (!is_conflict(marked)) return std::unexpected(marked.error());
  return std::nullopt;
}

base::Result<ClaimOutcome> ask(ClaimRow& row) {
  auto met = meet(row);
  if (!met) return std::unexpected(met.error());
  if (*met) return **met;
  const base::Status counted = row.count();
  if (is_conflict(counted)) return ClaimOutcome::kTooMany;
  if (!counted) return std::unexpected(counted.error());
  int failed_index = -1;
  const base::Status made = row.make(&failed_index);
  if (made) return ClaimOutcome::kWaiting;
  if (!is_conflict(made)) return std::unexpected(made.error());
  if (failed_index == kKeyCheck) return ClaimOutcome::kRegistered;
  // Somebody made it in between, or is at it.
  met = meet(row);
  if (!met) return std::unexpected(met.error());
  if (*met) return **met;
  return base::fail(ErrorCode::kUnavailable, "the claim's row comes and goes");
}

}  // namespace

std::string_view to_string(ClaimOutcome outcome) {
  switch (outcome) {
    case ClaimOutcome::kWaiting: return "claim_waiting";
    case ClaimOutcome::kConflict: return "claim_conflict";
    case ClaimOutcome::kTooMany: return "claim_limit";
    case ClaimOutcome::kRegistered: return "claim_registered";
  }
  return "claim";
}

base::Result<ClaimRequest> ask_to_be_claimed(Host& host, const std::string& device_id,
                                             const crypto::PublicKey& key) {
  // Each step is one conditional write, or one transaction, so that of two devices with one code,
  // at the same moment, one makes the row and the other marks it.
  const std::string code = identity::claim_code(key, device_id);
  ClaimRow row(host, code, device_id, key);
  const auto outcome = ask(row);
  if (!outcome) return std::unexpected(outcome.error());
  return ClaimRequest{*outcome, code};
}

}  // namespace beckon::lambdas
