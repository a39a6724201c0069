// SPDX-License-Identifier: Apache-2.0
#include "emulator/tls/certificate.h"

#include <arpa/inet.h>
#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <deque>

#include "common/base/bytes.h"
#include "common/base/time.h"

namespace beckon::emulator {
namespace {

using base::ErrorCode;
using base::fail;
using namespace std::chrono_literals;

constexpr char kAuthorityName[] = "O=Beckon,CN=Beckon local CA";
constexpr char kServerName[] = "O=Beckon,CN=beckon-emulator";
constexpr auto kAuthorityLife = 24h * 3650;
constexpr auto kServerLife = 24h * 365;
// A clock that is set back a little must not make them certificates of tomorrow.
constexpr auto kBackdated = 1h;
constexpr std::size_t kPemBytesMax = 4096;
constexpr std::size_t kSerialBytes = 16;

int fill_random(void*, unsigned char* out, std::size_t size) {
  base::random_bytes({out, size});
  return 0;
}

struct Key {
  mbedtls_pk_context it{};
  Key() { mbedtls_pk_init(&it); }
  ~Key() { mbedtls_pk_free(&it); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  bool make() {
    return mbedtls_pk_setup(&it, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0 &&
           mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(it), fill_random, nullptr) ==
               0;
  }
  bool read(const std::string& pem) {
    return mbedtls_pk_parse_key(&it, reinterpret_cast<const unsigned char*>(pem.c_str()),
                                pem.size() + 1, nullptr, 0, fill_random, nullptr) == 0;
  }
  std::string pem() const {
    std::array<unsigned char, kPemBytesMax> room{};
    std::string text;
    if (mbedtls_pk_write_key_pem(&it, room.data(), room.size()) == 0) {
      text = reinterpret_cast<const char*>(room.data());
    }
    mbedtls_platform_zeroize(room.data(), room.size());
    return text;
  }
};

struct Certificate {
  mbedtls_x509_crt it{};
  Certificate() { mbedtls_x509_crt_init(&it); }
  ~Certificate() { mbedtls_x509_crt_free(&it); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  bool read(const std::string& pem) {
    return mbedtls_x509_crt_parse(&it, reinterpret_cast<const unsigned char*>(pem.c_str()),
                                  pem.size() + 1) == 0;
  }
};

// A certificate being written.
struct Draft {
  mbedtls_x509write_cert it{};
  Draft() {
    mbedtls_x509write_crt_init(&it);
    mbedtls_x509write_crt_set_version(&it, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&it, MBEDTLS_MD_SHA256);
  }
  ~Draft() { mbedtls_x509write_crt_free(&it); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  bool set_random_serial() {
    std::array<unsigned char, kSerialBytes> serial{};
    base::random_bytes(serial);
    serial[0] = static_cast<unsigned char>((serial[0] & 0x7F) | 0x40);  // positive, never shorter
    return mbedtls_x509write_crt_set_serial_raw(&it, serial.data(), serial.size()) == 0;
  }
  std::string pem() {
    std::array<unsigned char, kPemBytesMax> room{};
    const int failed =
        mbedtls_x509write_crt_pem(&it, room.data(), room.size(), fill_random, nullptr);
    return failed == 0 ? reinterpret_cast<const char*>(room.data()) : "";
  }
};

// "20261121070000", UTC, as mbedTLS wants it.
std::string x509_time(std::chrono::system_clock::time_point at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &parts);
  return text;
}

std::string x509_time(const mbedtls_x509_time& at) {
  char text[80];
  std::snprintf(text, sizeof text, "%04d%02d%02d%02d%02d%02d", at.year, at.mon, at.day, at.hour,
                at.min, at.sec);
  return text;
}

bool set_life(Draft& draft, const std::string& until) {
  const std::string from = x509_time(std::chrono::system_clock::now() - kBackdated);
  return mbedtls_x509write_crt_set_validity(&draft.it, from.c_str(), until.c_str()) == 0;
}

// The list that mbedTLS writes the names from: nodes that point at each other and at the texts.
class AlternativeNames {
 public:
  explicit AlternativeNames(const std::vector<std::string>& names) : names_(names) {
    for (std::string& name : names_) add(name);
    for (std::size_t i = 1; i < nodes_.size(); ++i) nodes_[i - 1].next = &nodes_[i];
  }
  const mbedtls_x509_san_list* first() const { return nodes_.data(); }

 private:
  void add(std::string& name) {
    mbedtls_x509_san_list node{};
    std::array<unsigned char, 16>& address = addresses_.emplace_back();
    mbedtls_x509_buf& text = node.node.san.unstructured_name;
    if (inet_pton(AF_INET, name.c_str(), address.data()) == 1) {
      node.node.type = MBEDTLS_X509_SAN_IP_ADDRESS;
      text.len = 4;
    } else if (inet_pton(AF_INET6, name.c_str(), address.data()) == 1) {
      node.node.type = MBEDTLS_X509_SAN_IP_ADDRESS;
      text.len = 16;
    } else {
      node.node.type = MBEDTLS_X509_SAN_DNS_NAME;
      text.len = name.size();
    }
    const bool is_name = node.node.type == MBEDTLS_X509_SAN_DNS_NAME;
    text.p = is_name ? reinterpret_cast<unsigned char*>(name.data()) : address.data();
    nodes_.push_back(node);
  }

  std::vector<std::string> names_;
  std::deque<std::array<unsigned char, 16>> addresses_;  // in place while it grows
  std::vector<mbedtls_x509_san_list> nodes_;
};

bool is_for_servers(Draft& draft) {
  mbedtls_asn1_sequence usage{};
  usage.buf.tag = MBEDTLS_ASN1_OID;
  usage.buf.p = reinterpret_cast<unsigned char*>(const_cast<char*>(MBEDTLS_OID_SERVER_AUTH));
  usage.buf.len = sizeof MBEDTLS_OID_SERVER_AUTH - 1;
  return mbedtls_x509write_crt_set_basic_constraints(&draft.it, 0, -1) == 0 &&
         mbedtls_x509write_crt_set_key_usage(&draft.it, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0 &&
         mbedtls_x509write_crt_set_ext_key_usage(&draft.it, &usage) == 0;
}

}  // namespace

base::Result<KeyAndCertificate> make_authority() {
  Key key;
  Draft draft;
  if (!key.make()) return fail(ErrorCode::kInternal, "no key could be made");
  mbedtls_x509write_crt_set_subject_key(&draft.it, &key.it);
  mbedtls_x509write_crt_set_issuer_key(&draft.it, &key.it);
  constexpr unsigned kUsage = MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN;
  const bool done = draft.set_random_serial() &&
                    mbedtls_x509write_crt_set_subject_name(&draft.it, kAuthorityName) == 0 &&
                    mbedtls_x509write_crt_set_issuer_name(&draft.it, kAuthorityName) == 0 &&
                    set_life(draft, x509_time(std::chrono::system_clock::now() + kAuthorityLife)) &&
                    // It signs servers' certificates only, no other authority's.
                    mbedtls_x509write_crt_set_basic_constraints(&draft.it, 1, 0) == 0 &&
                    mbedtls_x509write_crt_set_key_usage(&draft.it, kUsage) == 0 &&
                    mbedtls_x509write_crt_set_subject_key_identifier(&draft.it) == 0;
  KeyAndCertificate made{key.pem(), done ? draft.pem() : ""};
  if (made.key_pem.empty() || made.certificate_pem.empty()) {
    return fail(ErrorCode::kInternal, "the certificate could not be written");
  }
  return made;
}

base::Result<KeyAndCertificate> issue(const KeyAndCertificate& authority,
                                      const std::vector<std::string>& names) {
  Key authority_key;
  Certificate issuer;
  if (!issuer.read(authority.certificate_pem)) {
    return fail(ErrorCode::kInvalid, "its certificate cannot be read");
  }
  if (!authority_key.read(authority.key_pem)) {
    return fail(ErrorCode::kInvalid, "its key cannot be read");
  }
  if (mbedtls_pk_check_pair(&issuer.it.pk, &authority_key.it, fill_random, nullptr) != 0) {
    return fail(ErrorCode::kInvalid, "its key belongs to another certificate");
  }
  if (mbedtls_x509_time_is_past(&issuer.it.valid_to) != 0) {
    return fail(ErrorCode::kInvalid, "it has expired");
  }
  Key key;
  if (!key.make()) return fail(ErrorCode::kInternal, "no key could be made");
  const AlternativeNames alternatives(names);
  Draft draft;
  mbedtls_x509write_crt_set_subject_key(&draft.it, &key.it);
  mbedtls_x509write_crt_set_issuer_key(&draft.it, &authority_key.it);
  const std::string until = std::min(x509_time(std::chrono::system_clock::now() + kServerLife),
                                     x509_time(issuer.it.valid_to));
  const bool done =
      draft.set_random_serial() &&
      mbedtls_x509write_crt_set_subject_name(&draft.it, kServerName) == 0 &&
      mbedtls_x509write_crt_set_issuer_name(&draft.it, kAuthorityName) == 0 &&
      set_life(draft, until) && is_for_servers(draft) &&
      mbedtls_x509write_crt_set_authority_key_identifier(&draft.it) == 0 &&
      mbedtls_x509write_crt_set_subject_alternative_name(&draft.it, alternatives.first()) == 0;
  KeyAndCertificate made{key.pem(), done ? draft.pem() : ""};
  if (made.key_pem.empty() || made.certificate_pem.empty()) {
    return fail(ErrorCode::kInternal, "the certificate could not be written");
  }
  return made;
}

}  // namespace beckon::emulator
