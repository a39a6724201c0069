// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/fault_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

constexpr std::int64_t kDelayMax_ms = 600'000;
constexpr std::string_view kSections[] = {"dynamodb", "connections_post", "functions", "links"};

// The members of sections that are times and not probabilities.
struct Time {
  std::string_view section;
  std::string_view name;
  base::Duration FaultSettings::* value;
};
constexpr Time kTimes[] = {
    {"dynamodb", "delay_ms", &FaultSettings::dynamodb_delay},
    {"functions", "kill_within_ms", &FaultSettings::kill_within},
    {"functions", "freeze_ms", &FaultSettings::freeze},
};

const Time* find_time(std::string_view section, std::string_view name) {
  for (const Time& time : kTimes) {
    if (time.section == section && time.name == name) return &time;
  }
  return nullptr;
}

base::Error invalid(std::string message) {
  return {base::ErrorCode::kInvalid, std::move(message)};
}

std::optional<FaultKind> find_kind(std::string_view section, std::string_view name) {
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    if (fault_info(kind).section == section && fault_info(kind).name == name) return kind;
  }
  return std::nullopt;
}

std::string all_kinds() {
  std::string all;
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    const FaultKindInfo& info = fault_info(static_cast<FaultKind>(i));
    all += fmt::format("{}{}.{}", i == 0 ? "" : ", ", info.section, info.name);
  }
  return all;
}

base::Result<base::Duration> read_ms(std::string_view name, json::View value) {
  const auto ms = value.integer();
  if (ms && *ms >= 0 && *ms <= kDelayMax_ms) return base::Duration(*ms);
  return std::unexpected(invalid(fmt::format("{}: expected milliseconds from 0 to {}, not {}", name,
                                             kDelayMax_ms, value.print())));
}

base::Status read_section(std::string_view section, json::View values, FaultSettings& settings) {
  double sum = 0;
  for (const json::View value : values) {
    const std::string name = fmt::format("{}.{}", section, value.key());
    if (const Time* const time = find_time(section, value.key())) {
      const auto ms = read_ms(name, value);
      if (!ms) return std::unexpected(ms.error());
      settings.*(time->value) = *ms;
      continue;
    }
    const auto kind = find_kind(section, value.key());
    if (!kind || *kind == FaultKind::kDelay) {
      return std::unexpected(invalid(fmt::format(
          "there is no fault {}; there are {}, and dynamodb.delay_ms, functions.kill_within_ms and "
          "functions.freeze_ms",
          name, all_kinds())));
    }
    const auto probability = value.number();
    if (!probability || *probability < 0 || *probability > 1) {
      return std::unexpected(invalid(
          fmt::format("{}: expected a probability from 0 to 1, not {}", name, value.print())));
    }
    settings.probability.at(static_cast<std::size_t>(*kind)) = *probability;
    sum += *probability;
  }
  if (sum <= 1) return {};
  return std::unexpected(invalid(fmt::format(
      "{}: at most one of its faults hits a call, so they must not add up to more than 1",
      section)));
}

// Calls visit(kind) for the kinds of a section.
template <class Visit>
void for_each_kind(std::string_view section, const Visit& visit) {
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    if (fault_info(kind).section == section) visit(kind);
  }
}

void write_settings(json::Writer& writer, const FaultSettings& settings) {
  writer.key("seed").integer(static_cast<std::int64_t>(settings.seed));
  for (const std::string_view section : kSections) {
    writer.key(section).begin_object();
    for_each_kind(section, [&](FaultKind kind) {
      if (kind == FaultKind::kDelay) return;
      writer.key(fault_info(kind).name);
      writer.number(settings.probability.at(static_cast<std::size_t>(kind)));
    });
    for (const Time& time : kTimes) {
      if (time.section == section) writer.member(time.name, (settings.*(time.value)).count());
    }
    writer.end_object();
  }
}

}  // namespace

base::Result<FaultSettings> read_fault_settings(json::View text) {
  FaultSettings settings;
  for (const json::View member : text) {
    if (member.key() == "seed") {
      const auto seed = member.integer();
      if (!seed || *seed < 0) {
        return std::unexpected(
            invalid("seed: expected a whole number from 0 on, not " + member.print()));
      }
      settings.seed = static_cast<std::uint64_t>(*seed);
      continue;
    }
    const bool known =
        std::find(std::begin(kSections), std::end(kSections), member.key()) != std::end(kSections);
    if (!known || !member.is_object()) {
      return std::unexpected(invalid(fmt::format(
          "{}: expected seed or one of the objects dynamodb, connections_post, functions, links",
          member.key())));
    }
    if (auto read = read_section(member.key(), member, settings); !read) {
      return std::unexpected(read.error());
    }
  }
  return settings;
}

base::Result<NextFault> read_next_fault(json::View text) {
  NextFault next;
  bool has_kind = false;
  for (const json::View member : text) {
    const std::string_view name = member.key();
    if (name == "kind") {
      const std::string_view kind = member.string_or("");
      const std::size_t dot = kind.find('.');
      const auto found = dot == std::string_view::npos
                             ? std::nullopt
                             : find_kind(kind.substr(0, dot), kind.substr(dot + 1));
      if (!found) {
        return std::unexpected(
            invalid(fmt::format("kind: expected one of {}, not {}", all_kinds(), member.print())));
      }
      next.kind = *found;
      has_kind = true;
    } else if (name == "count") {
      const auto count = member.integer();
      if (!count || *count < 1) {
        return std::unexpected(
            invalid("count: expected a whole number from 1 on, not " + member.print()));
      }
      next.count = static_cast<std::uint64_t>(*count);
    } else if (name == "only" && member.is_string()) {
      next.only = member.string_or("");
    } else if (name == "ms") {
      const auto ms = read_ms("ms", member);
      if (!ms) return std::unexpected(ms.error());
      next.delay = *ms;
    } else {
      return std::unexpected(
          invalid(fmt::format("{}: expected kind, count, only (a text) and ms", name)));
    }
  }
  if (has_kind) return next;
  return std::unexpected(invalid("kind: expected one of " + all_kinds()));
}

std::string fault_plan_json(const FaultPlan& plan) {
  json::Writer writer;
  writer.begin_object();
  write_settings(writer, plan.settings());
  writer.key("next").begin_array();
  for (const NextFault& next : plan.next()) {
    const FaultKindInfo& info = fault_info(next.kind);
    writer.begin_object().member("kind", fmt::format("{}.{}", info.section, info.name));
    writer.member("count", static_cast<std::int64_t>(next.count));
    writer.member("only", next.only).member("ms", next.delay.count()).end_object();
  }
  writer.end_array().key("injected").begin_object();
  for (const std::string_view section : kSections) {
    writer.key(section).begin_object();
    for_each_kind(section, [&](FaultKind kind) {
      writer.member(fault_info(kind).name, static_cast<std::int64_t>(plan.injected_count(kind)));
    });
    writer.end_object();
  }
  writer.end_object().end_object();
  return writer.take();
}

}  // namespace beckon::emulator
