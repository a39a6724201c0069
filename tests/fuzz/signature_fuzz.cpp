// SPDX-License-Identifier: Apache-2.0
// No signature can crash its reader, and what is read has one form; no data can crash what makes
// them canonical, and canonical data are so again. No memory of used signatures that is found on
// the disk can crash the agent: it is one, or it is damaged, and either is written whole again.
#include <cstdint>
#include <optional>
#include <string>

#include "agent/signature_memory.h"
#include "common/base/assert.h"
#include "common/json/canonical.h"
#include "common/signature/event_signature.h"

namespace {

using namespace beckon;

class Disk final : public agent::Storage {
 public:
  base::Result<std::optional<std::string>> get(std::string_view) override { return value; }
  base::Status put(std::string_view, std::string_view text) override {
    BECKON_ASSERT(text.size() <= 4096);
    value = std::string(text);
    return {};
  }
  std::optional<std::string> value;
};

void read_signature(std::string_view text) {
  const auto read = signature::decode(text);
  if (!read) {
    BECKON_ASSERT(read.error().message.starts_with("signature"));
    return;
  }
  const std::string written = signature::encode(*read);
  const auto again = signature::decode(written);
  BECKON_ASSERT(again.has_value() && signature::encode(*again) == written);
}

void make_canonical(std::string_view text) {
  const auto document = json::parse(text);
  if (!document) return;
  const std::string canonical = json::canonical(document->root());
  const auto again = json::parse(canonical);
  BECKON_ASSERT(again.has_value() && json::canonical(again->root()) == canonical);
}

void remember(std::string_view text) {
  constexpr base::WallTime kNow{4'000'000'000'000};
  Disk disk;
  disk.value = std::string(text);
  agent::SignatureMemory memory(disk, "signed", base::null_log());
  memory.open(kNow, base::Duration(0));
  signature::EventSignature signature;
  signature.id = "AAECAwQFBgcICQoLDA0ODw";
  signature.issued_at_s = signature::kDateMax_s - 1;
  signature.expires_at_s = signature::kDateMax_s;
  agent::SignatureMemory::Mark mark = 0;
  const auto answer = memory.admit(signature, "event", kNow, base::Duration(0), mark);
  if (answer != agent::SignatureMemory::Answer::kAdmitted) return;
  memory.ended(mark);
  agent::SignatureMemory after(disk, "signed", base::null_log());
  after.open(kNow, base::Duration(0));
  BECKON_ASSERT(after.admit(signature, "event", kNow, base::Duration(0), mark) ==
                agent::SignatureMemory::Answer::kDone);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_signature(text);
  make_canonical(text);
  remember(text);
  return 0;
}
