// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/bytes.h"
#include "emulator/template/scalars.h"

namespace beckon::emulator {
namespace {

// The part of an ARN after the account, if it is of this service.
std::string_view arn_rest(std::string_view arn, std::string_view service) {
  if (!arn.starts_with("arn:")) return "";
  for (int field = 0; field < 5; ++field) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return "";
    if (field == 2 && arn.substr(0, colon) != service) return "";
    arn.remove_prefix(colon + 1);
  }
  return arn;
}

}  // namespace

std::string PropertyReader::text(std::string_view name, std::string_view fallback) const {
  const TemplateNode* value = node_->find(name);
  return std::string(value != nullptr && value->is_scalar() ? std::string_view(value->text)
                                                            : fallback);
}

std::int64_t PropertyReader::integer(std::string_view name, std::int64_t fallback,
                                     std::int64_t least, std::int64_t most) const {
  const auto value = base::parse_int64(text(name));
  if (!value) return fallback;  // missing, or reported by check_properties
  if (*value < least || *value > most) {
    error(name, fmt::format("expected a number from {} to {}, got {}", least, most, *value));
    return fallback;
  }
  return *value;
}

double PropertyReader::number(std::string_view name, double fallback) const {
  const std::string value = text(name);
  return is_json_number(value) ? std::strtod(value.c_str(), nullptr) : fallback;
}

bool PropertyReader::boolean(std::string_view name, bool fallback) const {
  return read_boolean(text(name)).value_or(fallback);
}

std::vector<std::string> PropertyReader::texts(std::string_view name) const {
  std::vector<std::string> values;
  const TemplateNode* list = node_->find(name);
  if (list == nullptr) return values;
  for (const TemplateNode& item : list->items) {
    if (item.is_scalar()) values.push_back(item.text);
  }
  return values;
}

PropertyReader PropertyReader::object(std::string_view name) const {
  static const TemplateNode kEmpty;
  const TemplateNode* value = node_->find(name);
  return {value != nullptr ? *value : kEmpty, fmt::format("{}: {}", where_, name), errors_};
}

std::vector<PropertyReader> PropertyReader::objects(std::string_view name) const {
  std::vector<PropertyReader> readers;
  const TemplateNode* list = node_->find(name);
  if (list == nullptr) return readers;
  for (const TemplateNode& item : list->items) {
    if (item.is_mapping()) {
      readers.push_back(PropertyReader(item, fmt::format("{}: {}", where_, name), errors_));
    }
  }
  return readers;
}

std::string PropertyReader::one_of(std::string_view name,
                                   const std::vector<std::string>& allowed) const {
  const TemplateNode* value = node_->find(name);
  if (value == nullptr || !value->is_scalar()) return allowed.front();
  if (std::ranges::find(allowed, value->text) != allowed.end()) return value->text;
  error(name, fmt::format("expected {}{}, got \"{}\"", allowed.size() > 1 ? "one of " : "",
                          fmt::join(allowed, ", "), value->text));
  return allowed.front();
}

void PropertyReader::error(std::string_view name, std::string_view message) const {
  const TemplateNode* value = node_->find(name);
  errors_->add(value != nullptr ? value->at : node_->at,
               fmt::format("{}: {}: {}", where_, name, message));
}

std::string queue_of_arn(std::string_view arn) {
  return std::string(arn_rest(arn, "sqs"));
}

std::string function_of_arn(std::string_view arn_or_name) {
  if (arn_or_name.find(':') == std::string_view::npos) return std::string(arn_or_name);
  std::string_view rest = arn_rest(arn_or_name, "lambda");
  constexpr std::string_view kPrefix = "function:";
  if (!rest.starts_with(kPrefix)) return "";
  rest.remove_prefix(kPrefix.size());
  return std::string(rest.substr(0, rest.find(':')));
}

std::string function_of_uri(std::string_view uri) {
  constexpr std::string_view kBefore = "/functions/";
  constexpr std::string_view kAfter = "/invocations";
  const std::size_t from = uri.find(kBefore);
  if (!uri.starts_with("arn:") || from == std::string_view::npos || !uri.ends_with(kAfter))
    return "";
  uri.remove_suffix(kAfter.size());
  return function_of_arn(uri.substr(from + kBefore.size()));
}

void not_in_template(const BuildContext& context, const PropertyReader& reader,
                     std::string_view property, std::string_view message) {
  if (context.resources.all_known()) reader.error(property, message);
}

std::string dead_letter_queue(const BuildContext& context, const PropertyReader& reader,
                              std::string_view property) {
  const TemplateNode* value = reader.find(property);
  if (value == nullptr || !value->is_scalar()) return "";
  std::string name = queue_of_arn(value->text);
  if (name.empty()) {
    reader.error(property,
                 fmt::format("expected the ARN of an SQS queue (beckon-emulator has no other "
                             "destination), got \"{}\"",
                             value->text));
    return "";
  }
  if (std::ranges::find(context.model.queues, name, &QueueModel::name) ==
      context.model.queues.end()) {
    not_in_template(context, reader, property,
                    fmt::format("expected a queue of this template, got \"{}\"", value->text));
    return "";
  }
  return name;
}

void build_model(const BuildContext& context) {
  build_queues(context);
  build_functions(context);
  build_invoke_configs(context);
  build_tables(context);
  build_ssm_parameters(context);
  build_rules(context);
  build_api(context);
  if (context.errors.empty()) check_permissions(context);
}

}  // namespace beckon::emulator
