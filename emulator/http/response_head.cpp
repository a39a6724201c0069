// SPDX-License-Identifier: Apache-2.0
#include "emulator/http/response_head.h"

#include <ctime>

#include <array>
#include <charconv>
#include <utility>

namespace beckon::emulator {
namespace {

constexpr std::pair<int, std::string_view> kStatusTexts[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {418, "I'm a teapot"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

void append_number(std::string& out, std::size_t value) {
  std::array<char, 24> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), result.ptr);
}

// Without the characters that no header may have (RFC 9110, 5.5).
void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool is_control = (c >= 0 && c < 0x20 && c != '\t') || c == 0x7F;
    out += is_control ? ' ' : c;
  }
}

// "Sat, 21 Nov 2026 09:00:00 GMT". Made anew once a second only: the path is hot.
void append_date(std::string& out) {
  static thread_local std::time_t made_at = -1;
  static thread_local std::array<char, 40> text{};
  static thread_local std::size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_at = now;
  }
  out.append(text.data(), length);
}

}  // namespace

std::string_view status_text(int status) {
  for (const auto& [code, text] : kStatusTexts) {
    if (code == status) return text;
  }
  return "Unknown";
}

bool is_bodyless(int status) {
  return status < 200 || status == 204 || status == 304;
}

void append_response_head(std::string& out, const HttpResponse& response,
                          ResponseHeadOptions options) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += status_text(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    append_clean(out, name);
    out += ": ";
    append_clean(out, value);
    out += "\r\n";
  }
  out += "Date: ";
  append_date(out);
  out += "\r\n";
  if (!is_bodyless(response.status)) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  if (!options.keep_alive) {
    out += "Connection: close\r\n";
  } else if (options.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

}  // namespace beckon::emulator
