// SPDX-License-Identifier: Apache-2.0
// No key file, no certificate and no claim code can crash its reader. A key that is read has one
// meaning: each of its forms gives the same key again, a private key signs for its public one, and
// the agent reads from the disk what the text says. A certificate has one pin, and a code means the
// same however a person types it.
//
// Input: the text of a key or a code; or, by its first byte, what stands in PEM's base64.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/crypto/certificates.h"
#include "common/identity/claim_code.h"
#include "common/signature/event_signature.h"
#include "platform/linux/key_file.h"

namespace {

using namespace beckon;
using crypto::PrivateKey;
using crypto::PublicKey;

// Removed when the program ends.
struct Folder {
  Folder() { BECKON_ASSERT(mkdtemp(path.data()) != nullptr); }
  ~Folder() {
    unlink(file().c_str());
    rmdir(path.c_str());
  }
  std::string file() const { return path + "/device.key"; }
  void write(std::string_view text) const {
    unlink(file().c_str());  // a file that is cut to nothing first is waited for on some disks
    const int fd = open(file().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    BECKON_ASSERT(fd >= 0 &&
                  ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    close(fd);
  }
  std::string path = "/tmp/beckon-fuzz-XXXXXX";
};

void check_same(const base::Result<PublicKey>& read, const PublicKey& key) {
  BECKON_ASSERT(read && *read == key && read->fingerprint() == key.fingerprint() &&
                signature::key_id(*read) == signature::key_id(key));
}

void read_public(std::string_view text) {
  const auto key = PublicKey::from_pem(text);
  if (!key) {
    BECKON_ASSERT(key.error().message.starts_with("expected "));
    return;
  }
  BECKON_ASSERT(text.size() <= crypto::kKeyFileBytesMax);
  check_same(PublicKey::from_pem(key->to_pem()), *key);
  check_same(PublicKey::from_text(key->to_text()), *key);
  check_same(PublicKey::from_coordinates(key->x(), key->y()), *key);
  const std::string code = identity::claim_code(*key, "laptop");
  BECKON_ASSERT(identity::parse_claim_code(code) == code);
}

void read_private(std::string_view text) {
  static const Folder folder;
  folder.write(text);
  const auto key = PrivateKey::from_pem(text);
  const auto from_file = platform::read_key_file(folder.file());
  BECKON_ASSERT(key.has_value() == from_file.has_value());
  if (!key) {
    BECKON_ASSERT(key.error().message.starts_with("expected "));
    BECKON_ASSERT(from_file.error().message == folder.file() + ": " + key.error().message);
    return;
  }
  const PublicKey& half = key->public_key();
  BECKON_ASSERT(from_file->public_key() == half);
  check_same(PublicKey::from_pem(half.to_pem()), half);
  const auto again = PrivateKey::from_pem(key->to_pem());
  BECKON_ASSERT(again && again->public_key() == half && again->to_pem() == key->to_pem());
  BECKON_ASSERT(half.verify("message", again->sign("message")));
  BECKON_ASSERT(!PublicKey::from_pem(text));  // a private key is never taken for a public one
}

// A server's certificate, as it came in the handshake, and a file of those to trust.
void read_certificates(const std::string& text, std::string_view der) {
  const auto count = crypto::count_certificates(text);
  BECKON_ASSERT(count ? *count > 0 : !count.error().message.empty());
  const auto pin = crypto::public_key_pin(der);
  if (!pin) {
    BECKON_ASSERT(!pin.error().message.empty());
    return;
  }
  constexpr std::string_view kPrefix = "sha256//";
  BECKON_ASSERT(pin->starts_with(kPrefix));
  const auto digest = base::base64_decode(std::string_view(*pin).substr(kPrefix.size()));
  BECKON_ASSERT(digest && digest->size() == 32);
  // Read in place before; a file of it is read too.
  BECKON_ASSERT(crypto::count_certificates(std::string(der)) == std::size_t{1});
}

void read_code(std::string_view typed) {
  const auto code = identity::parse_claim_code(typed);
  if (!code) return;
  BECKON_ASSERT(code->size() == identity::kClaimCodeCharacters);
  std::string other = identity::format_claim_code(*code);
  std::ranges::transform(other, other.begin(), [](unsigned char c) {
    return c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
  });
  BECKON_ASSERT(identity::parse_claim_code(other) == code);
  BECKON_ASSERT(identity::parse_claim_code(*code) == code);
}

// What the text says, or the DER that its first byte asks for, in PEM.
std::string pem_of(std::string_view input) {
  static constexpr std::string_view kLabels[] = {"PUBLIC KEY", "EC PRIVATE KEY", "PRIVATE KEY",
                                                 "CERTIFICATE"};
  const auto label = static_cast<unsigned char>(input.empty() ? '-' : input.front());
  if (label >= std::size(kLabels)) return std::string(input);
  const std::string name = std::string(kLabels[label]) + "-----\n";
  return "-----BEGIN " + name + base::base64(input.substr(1)) + "\n-----END " + name;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string text = pem_of(input);
  read_public(text);
  read_private(text);
  read_certificates(text, input.substr(std::min<std::size_t>(input.size(), 1)));
  read_code(input);
  if (size == 65) static_cast<void>(PublicKey::from_text(base::base64url(input)).has_value());
  return 0;
}
