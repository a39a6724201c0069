// SPDX-License-Identifier: Apache-2.0
// Enrolment by claim: P-60 to P-63.
#include "lambdas/authorize/enrolment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/identity/claim_code.h"
#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/device_world.h"

namespace beckon::tests {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;
namespace schema = lambdas::schema;
using namespace std::chrono_literals;

class Enrolment : public ::testing::Test {
 protected:
  Enrolment() { world_.settings.enrolment = true; }

  // The token of a device that asks to be claimed: signed by `signer`, showing `shown`.
  std::string asking(const std::string& device, const crypto::PrivateKey& signer,
                     const crypto::PublicKey& shown) {
    identity::DeviceClaims claims = world_.claims(device);
    claims.enrolment_key = shown;
    return identity::sign_device_token(claims, signer);
  }
  std::string ask(const std::string& device, const crypto::PrivateKey& signer) {
    return world_.present(asking(device, signer, signer.public_key()));
  }
  std::optional<lambdas::Item> pending(const std::string& of) {
    return world_.row("devices", schema::claim_key(of));
  }
  ErrorCode claim_error(const std::string& of) {
    const auto claimed = lambdas::claim_device(world_.host, of, "Bob");
    return claimed ? ErrorCode::kInternal : claimed.error().code;
  }

  DeviceWorld world_;
  const crypto::PrivateKey key_ = crypto::PrivateKey::generate();
  const crypto::PrivateKey other_ = crypto::PrivateKey::generate();
  const std::string code_ = identity::claim_code(key_.public_key(), "laptop");
};

// P-60
TEST_F(Enrolment, ADeviceThatProvesItsKeyCanBeClaimedAndIsThenAdmitted) {
  EXPECT_EQ(ask("laptop", key_), "403") << "asking lets nobody in";
  EXPECT_THAT(world_.log.take(), HasSubstr("claim_waiting: device \"laptop\": code " + code_));
  EXPECT_FALSE(world_.row("devices", "laptop"));
  const auto claimed = lambdas::claim_device(world_.host, code_, "Bob");
  ASSERT_TRUE(claimed) << claimed.error().message;
  EXPECT_EQ(claimed->device_id, "laptop");
  EXPECT_EQ(claimed->key, key_.public_key());
  world_.pace.wait(1ms);
  EXPECT_EQ(ask("laptop", key_), "Bob/laptop") << "still showing its key does no harm";
  world_.pace.wait(1ms);
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "Bob/laptop");
}

// P-60: without the parameter nothing is written for strangers.
TEST_F(Enrolment, IsOffUnlessTheDeploymentWantsIt) {
  world_.settings.enrolment = false;
  EXPECT_EQ(ask("laptop", key_), "401");
  EXPECT_TRUE(world_.memory.rows("devices").empty());
}

// P-60: proof of possession; somebody who only knows a public key cannot show it.
TEST_F(Enrolment, AKeyThatDidNotSignTheTokenIsNotTaken) {
  EXPECT_EQ(world_.present(asking("laptop", other_, key_.public_key())), "401");
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "401") << "and one without a key neither";
  identity::DeviceClaims elsewhere = world_.claims("laptop");
  elsewhere.audience = "elsewhere.example/prod";
  elsewhere.enrolment_key = key_.public_key();
  EXPECT_EQ(world_.present(identity::sign_device_token(elsewhere, key_)), "403");
  identity::DeviceClaims expired = world_.claims("laptop");
  expired.issued_at_ms -= 600'000;
  expired.expires_at_ms -= 600'000;
  expired.enrolment_key = key_.public_key();
  EXPECT_EQ(world_.present(identity::sign_device_token(expired, key_)), "403");
  EXPECT_TRUE(world_.memory.rows("devices").empty());
}

// P-61: showing a key changes nothing for a device that has one.
TEST_F(Enrolment, ARegisteredDeviceCannotBeAskedAwayFromItsKey) {
  ASSERT_TRUE(lambdas::add_device(world_.host, "laptop", "Bob", key_.public_key()));
  world_.pace.wait(1ms);
  EXPECT_EQ(ask("laptop", other_), "401");
  EXPECT_EQ(world_.memory.rows("devices").size(), 1U);
  // Nor by a code from before it was registered.
  EXPECT_EQ(ask("phone", other_), "403");
  ASSERT_TRUE(lambdas::add_device(world_.host, "phone", "Bob", key_.public_key()));
  EXPECT_EQ(claim_error(identity::claim_code(other_.public_key(), "phone")),
            ErrorCode::kAlreadyExists);
  EXPECT_EQ(lambdas::string_of(*world_.row("devices", "phone"), schema::kPublicKey),
            key_.public_key().to_text());
}

// P-62: ten minutes after the device was here last, whether the row is removed by then or not.
TEST_F(Enrolment, ACodeExpiresUnlessTheDeviceComesAgain) {
  EXPECT_EQ(claim_error(code_), ErrorCode::kNotFound) << "not before the device was here";
  ask("laptop", key_);
  world_.pace.wait(9min);
  ask("laptop", key_);
  world_.pace.wait(10min - 1s);
  ASSERT_TRUE(pending(code_));
  world_.pace.wait(1s);
  ASSERT_TRUE(pending(code_)) << "the database removes it some time later";
  EXPECT_EQ(claim_error(code_), ErrorCode::kNotFound);
  EXPECT_EQ(ask("laptop", key_), "403") << "an expired row is in nobody's way";
  EXPECT_TRUE(lambdas::claim_device(world_.host, code_, "Bob"));
}

// P-62: single use, also by two operators at once.
TEST_F(Enrolment, ACodeIsUsedUpByTheFirstClaim) {
  ask("laptop", key_);
  ASSERT_TRUE(lambdas::claim_device(world_.host, code_, "Bob"));
  EXPECT_FALSE(pending(code_));
  EXPECT_EQ(claim_error(code_), ErrorCode::kNotFound);

  const std::string second = identity::claim_code(other_.public_key(), "phone");
  ask("phone", other_);
  bool once = false;
  world_.database.set_decide([&](Operation operation, const std::string&) {
    if (operation == Operation::kTransact && !std::exchange(once, true)) {
      EXPECT_TRUE(lambdas::claim_device(world_.host, second, "Alice"));
    }
    return Fault::kNone;
  });
  EXPECT_EQ(claim_error(second), ErrorCode::kConflict);
  EXPECT_EQ(lambdas::string_of(*world_.row("devices", "phone"), schema::kUserId), "Alice");
}

// P-62: an attempt that began before the claim does not bring the code back.
TEST_F(Enrolment, AnAttemptThatOverlapsTheClaimLeavesTheCodeUsedUp) {
  ask("laptop", key_);
  bool once = false;
  world_.database.set_decide([&](Operation operation, const std::string&) {
    // authorize has read that the device has no key, and writes for the first time.
    if (operation == Operation::kUpdate && !std::exchange(once, true)) {
      EXPECT_TRUE(lambdas::claim_device(world_.host, code_, "Bob"));
    }
    return Fault::kNone;
  });
  world_.log.take();
  EXPECT_EQ(ask("laptop", key_), "403");
  EXPECT_THAT(world_.log.take(), HasSubstr("claim_registered: device \"laptop\""));
  EXPECT_FALSE(pending(code_));
  EXPECT_EQ(claim_error(code_), ErrorCode::kNotFound);
  world_.pace.wait(1ms);
  EXPECT_EQ(ask("laptop", key_), "Bob/laptop") << "it tries again, and is admitted";
}

// P-62: whichever of its database calls the registration comes before.
TEST_F(Enrolment, NoCodeIsMadeForADeviceThatIsRegisteredMeanwhile) {
  for (int at = 2; at <= 5; ++at) {
    const std::string device = "device-" + std::to_string(at);
    int call = 0;
    world_.database.set_decide([&](Operation, const std::string&) {
      if (++call == at) {
        EXPECT_TRUE(lambdas::add_device(world_.host, device, "Bob", other_.public_key()));
      }
      return Fault::kNone;
    });
    EXPECT_EQ(ask(device, key_), "403");
    world_.database.set_decide({});
    EXPECT_GE(call, at);
    EXPECT_FALSE(pending(identity::claim_code(key_.public_key(), device))) << "call " << at;
    world_.pace.wait(1ms);
    EXPECT_EQ(ask(device, key_), "401") << "it is not the device's key";
  }
}

// P-61. A second key with the same 40 bits takes 10^12 tries; what it would look like is written
// into the table instead.
TEST_F(Enrolment, TwoKeysUnderOneCodeMakeItUnclaimable) {
  ask("laptop", key_);
  lambdas::Item& row = world_.memory.rows("devices").at({schema::claim_key(code_), ""});
  row[schema::kPublicKey] = other_.public_key().to_text();
  EXPECT_EQ(ask("laptop", key_), "403");
  EXPECT_THAT(world_.log.take(), HasSubstr("claim_conflict"));
  EXPECT_EQ(claim_error(code_), ErrorCode::kConflict);
  // It stays so while either of them comes again, whichever it is.
  world_.pace.wait(9min);
  row[schema::kPublicKey] = key_.public_key().to_text();
  EXPECT_EQ(ask("laptop", key_), "403");
  EXPECT_THAT(world_.log.take(), HasSubstr("claim_conflict"));
  world_.pace.wait(9min);
  EXPECT_EQ(claim_error(code_), ErrorCode::kConflict);
  // And is over when nobody does.
  world_.pace.wait(10min);
  EXPECT_EQ(ask("laptop", key_), "403");
  EXPECT_TRUE(lambdas::claim_device(world_.host, code_, "Bob"));
}

// P-61: at the same moment, too: one makes the row, the other marks it.
TEST_F(Enrolment, ARowThatAppearsMeanwhileIsLookedAtAgain) {
  world_.database.set_decide([&](Operation operation, const std::string&) {
    if (operation == Operation::kTransact) {
      lambdas::Item row;
      row[schema::kDeviceId] = schema::claim_key(code_);
      row[schema::kPublicKey] = other_.public_key().to_text();
      row[schema::kClaimDevice] = std::string("laptop");
      row[schema::kExpiresAt] = lambdas::number(world_.now_s() + 600);
      EXPECT_TRUE(world_.memory.put("devices", row, {}));
    }
    return Fault::kNone;
  });
  EXPECT_EQ(ask("laptop", key_), "403");
  world_.database.set_decide({});
  EXPECT_EQ(claim_error(code_), ErrorCode::kConflict);
}

// Whoever is in the way may have made the row, or not: then the device comes again.
TEST_F(Enrolment, ATransactionInTheWayIsLookedAtAgain) {
  world_.database.set_decide([](Operation operation, const std::string&) {
    return operation == Operation::kTransact ? Fault::kInTheWay : Fault::kNone;
  });
  EXPECT_THAT(ask("laptop", key_), HasSubstr("error: "));
  EXPECT_FALSE(pending(code_));

  int transactions = 0;
  world_.database.set_decide([&](Operation operation, const std::string&) {
    if (operation != Operation::kTransact || ++transactions > 1) return Fault::kNone;
    // Another attempt of the same device.
    EXPECT_EQ(ask("laptop", key_), "403");
    EXPECT_TRUE(pending(code_));
    world_.log.take();
    return Fault::kInTheWay;
  });
  EXPECT_EQ(ask("laptop", key_), "403");
  EXPECT_THAT(world_.log.take(), HasSubstr("claim_waiting"));
  EXPECT_EQ(transactions, 2);
}

// P-63
TEST_F(Enrolment, NewCodesAreLimitedPerMinuteAndThoseThatWaitAreNot) {
  ask("laptop", key_);
  for (int i = 1; i < lambdas::kNewClaimsPerMinuteMax; ++i) {
    EXPECT_EQ(ask("flood-" + std::to_string(i), other_), "403");
  }
  EXPECT_EQ(world_.log.take().find("claim_limit"), std::string::npos);
  EXPECT_EQ(ask("one-too-many", other_), "403");
  EXPECT_THAT(world_.log.take(), HasSubstr("claim_limit"));
  EXPECT_FALSE(pending(identity::claim_code(other_.public_key(), "one-too-many")));
  EXPECT_EQ(ask("laptop", key_), "403");
  EXPECT_THAT(world_.log.take(), HasSubstr("claim_waiting")) << "who waits already is not hindered";
  world_.pace.wait(1min);
  EXPECT_EQ(ask("one-too-many", other_), "403");
  EXPECT_TRUE(pending(identity::claim_code(other_.public_key(), "one-too-many")));
}

// What is written for strangers goes away by itself, and is no device.
TEST_F(Enrolment, ItsRowsExpireAndBelongToNobody) {
  ask("laptop", key_);
  for (const auto& [row_key, item] : world_.memory.rows("devices")) {
    EXPECT_TRUE(row_key.first.starts_with(schema::kClaimPrefix));
    EXPECT_TRUE(item.contains(schema::kExpiresAt));
    EXPECT_FALSE(item.contains(schema::kUserId));
  }
  world_.pace.wait(11min);
  world_.memory.remove_expired("devices", world_.now_s());
  EXPECT_TRUE(world_.memory.rows("devices").empty());
}

TEST_F(Enrolment, TroubleWithTheDatabaseIsNoAnswer) {
  for (int at = 2; at <= 5; ++at) {
    int call = 0;
    world_.database.set_decide([&](Operation, const std::string&) {
      return ++call == at ? Fault::kUnavailable : Fault::kNone;
    });
    EXPECT_THAT(ask("laptop", key_), HasSubstr("error: ")) << "call " << at;
    world_.database.set_decide({});
    EXPECT_FALSE(pending(code_));
  }
}

}  // namespace
}  // namespace beckon::tests
