// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/option_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace beckon::emulator {
namespace {

constexpr std::size_t kStackNameMax = 128;
constexpr double kRateMax = 1e6;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_letter_or_digit(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

// Letters, digits and `others`, at least one.
bool is_word(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
  });
}

std::string expected(std::string_view what, std::string_view came) {
  return fmt::format("expected {}, not '{}'", what, came);
}

// The whole text as a number between 0 and most; NaN is none.
bool is_number_to(std::string_view text, double most) {
  double number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0 && number <= most;
}

}  // namespace

std::string check_stack_name(const std::string& text) {
  const bool good = is_word(text, "-") && is_letter(text.front()) && text.size() <= kStackNameMax;
  return good ? ""
              : expected("letters, digits and hyphens, a letter first, at most 128 of them", text);
}

std::string check_region(const std::string& text) {
  return is_word(text, "-") ? "" : expected("letters, digits and hyphens, such as eu-west-1", text);
}

std::string check_access_key_id(const std::string& text) {
  return is_word(text, "_-.") ? "" : expected("letters, digits, '_', '-' and '.'", text);
}

std::string check_host_name(const std::string& text) {
  return is_word(text, "-._") ? "" : expected("a host name without port, such as my-box.lan", text);
}

std::string check_rate(const std::string& text) {
  return is_number_to(text, kRateMax) ? ""
                                      : expected("a number from 0 (no limit) to 1000000", text);
}

std::string check_probability(const std::string& text) {
  return is_number_to(text, 1) ? "" : expected("a probability from 0 to 1, such as 0.1", text);
}

std::string check_not_empty(const std::string& text) {
  return text.empty() ? "expected a value, not ''; leave the option out for its default" : "";
}

}  // namespace beckon::emulator
