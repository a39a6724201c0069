// SPDX-License-Identifier: Apache-2.0
#include "emulator/ids/ids.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/base/time.h"

namespace beckon::emulator {
namespace {

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void IdSource::draw(std::span<std::uint8_t> out) {
  BECKON_ASSERT(out.size() <= pool_.size());
  if (pool_.size() - used_ < out.size()) {
    base::random_bytes(pool_);
    used_ = 0;
  }
  std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
  used_ += out.size();
}

std::string IdSource::uuid() {
  std::array<std::uint8_t, 16> bytes{};
  draw(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string text = base::hex_lower(as_text(bytes));
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

std::string IdSource::gateway_id() {
  std::array<std::uint8_t, 11> bytes{};
  draw(bytes);
  return base::base64url(as_text(bytes)) + "=";
}

std::string IdSource::message_id(std::string_view connection_id) {
  std::string id = gateway_id();
  BECKON_ASSERT(connection_id.size() == id.size());
  constexpr std::size_t kOwn = 9;
  return id.replace(kOwn, std::string::npos, connection_id.substr(kOwn));
}

std::string IdSource::trace_root() {
  char seconds[16];
  std::snprintf(seconds, sizeof seconds, "%08llx",
                static_cast<unsigned long long>(base::wall_now().unix_ms / 1000));
  return std::string("1-") + seconds + "-" + hex(24);
}

std::string IdSource::hex(std::size_t digits) {
  std::vector<std::uint8_t> bytes(digits / 2);
  draw(bytes);
  return base::hex_lower(as_text(bytes));
}

}  // namespace beckon::emulator
