// SPDX-License-Identifier: Apache-2.0
#include "emulator/aws/reply.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/bytes.h"
#include "common/crypto/crc32.h"
#include "common/json/writer.h"

namespace beckon::emulator {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// How many bytes at the start of valid UTF-8 are a character that XML cannot hold; 0 if none.
std::size_t unheld_bytes(std::string_view text) {
  const char c = text.front();
  if (c >= 0 && c < 0x20) return c == '\t' || c == '\n' || c == '\r' ? 0 : 1;
  return text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF") ? 3 : 0;
}

}  // namespace

std::string xml_characters(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string_view good = text.substr(0, base::utf8_prefix_bytes(text));
    text.remove_prefix(good.size());
    while (!good.empty()) {
      const std::size_t unheld = unheld_bytes(good);
      out += unheld > 0 ? kReplacement : good.substr(0, 1);
      good.remove_prefix(std::max<std::size_t>(unheld, 1));
    }
    if (text.empty()) break;
    out += kReplacement;
    text.remove_prefix(1);
  }
  return out;
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : xml_characters(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\r': out += "&#13;"; break;
      default: out += c;
    }
  }
  return out;
}

AwsReply aws_error(int status, std::string_view type, std::string_view message) {
  json::Writer writer;
  writer.begin_object().member("__type", type).member("message", message);
  return {.status = status, .body = writer.end_object().take(), .headers = {}};
}

std::string new_request_id(bool dynamodb) {
  if (dynamodb) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    std::array<std::uint8_t, 52> bytes;
    base::random_bytes(bytes);
    std::string id;
    for (std::uint8_t byte : bytes) id += kAlphabet[byte % kAlphabet.size()];
    return id;
  }
  std::array<std::uint8_t, 16> bytes;
  base::random_bytes(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string id = base::hex_lower({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (std::size_t at : {8u, 13u, 18u, 23u}) id.insert(at, "-");
  return id;
}

HttpResponse to_http(AwsReply reply, std::string_view content_type, bool dynamodb) {
  HttpResponse response;
  response.status = reply.status;
  response.headers.emplace_back("Content-Type", content_type);
  response.headers.emplace_back("x-amzn-RequestId", new_request_id(dynamodb));
  if (dynamodb) {
    response.headers.emplace_back("x-amz-crc32", std::to_string(crypto::crc32(reply.body)));
  }
  for (auto& [name, value] : reply.headers) response.headers.emplace_back(name, std::move(value));
  response.body = std::move(reply.body);
  return response;
}

HttpResponse xml_error(int status, std::string_view code, std::string_view message) {
  HttpResponse response;
  response.status = status;
  const std::string id = new_request_id(false);
  response.headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", id}};
  response.body = "<ErrorResponse><Error><Type>Sender</Type><Code>" + xml_escaped(code) +
                  "</Code><Message>" + xml_escaped(message) + "</Message></Error><RequestId>" + id +
                  "</RequestId></ErrorResponse>";
  return response;
}

}  // namespace beckon::emulator
