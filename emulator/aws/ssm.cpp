// SPDX-License-Identifier: Apache-2.0
#include "emulator/aws/ssm.h"

#include <utility>

#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

constexpr std::size_t kNamesMax = 10;         // API reference: GetParameters
constexpr std::int64_t kByPathMax = 10;       // API reference: GetParametersByPath
constexpr std::size_t kValueBytesMax = 4096;  // Service quotas: standard parameter
constexpr std::size_t kNameBytesMax = 2048;

AwsReply ok(std::string body) {
  return {.status = 200, .body = std::move(body), .headers = {}};
}

AwsReply invalid(std::string_view message) {
  return aws_error(400, "ValidationException", message);
}

// What keeps `name` from being read as a whole text; "" if nothing does.
std::string missing(json::View input, const char* name) {
  const auto text = input[name].string();
  if (text && !text->empty()) return "";
  return "1 validation error detected: Value null at '" + std::string(name) +
         "' failed to satisfy constraint: Member must not be null";
}

}  // namespace

SsmService::SsmService(SsmOptions options) : options_(std::move(options)) {
  for (const auto& parameter : options_.parameters) set(parameter);
}

void SsmService::set(const SsmParameterModel& parameter) {
  auto& slot = parameters_[parameter.name];
  if (slot.modified_ms != 0) ++slot.version;
  slot.model = parameter;
  slot.modified_ms = options_.clock().unix_ms;
}

void SsmService::handle(std::string_view operation, json::View input,
                        std::function<void(AwsReply)> done) {
  if (operation == "GetParameter") return done(get_parameter(input));
  if (operation == "GetParameters") return done(get_parameters(input));
  if (operation == "GetParametersByPath") return done(get_parameters_by_path(input));
  if (operation == "PutParameter") return done(put_parameter(input));
  done(aws_error(400, "UnknownOperationException",
                 "beckon-emulator does not implement SSM " + std::string(operation)));
}

// A name, or an ARN that ends in one.
const SsmService::Parameter* SsmService::find(std::string_view name) const {
  if (name.starts_with("arn:")) {
    const auto at = name.find(":parameter/");
    if (at == std::string_view::npos) return nullptr;
    const std::string_view path = name.substr(at + 10);  // with its slash
    const auto found = parameters_.find(path);
    if (found != parameters_.end()) return &found->second;
    name = path.substr(1);
  }
  const auto found = parameters_.find(name);
  return found == parameters_.end() ? nullptr : &found->second;
}

std::string SsmService::show(const Parameter& parameter) const {
  const std::string& name = parameter.model.name;
  json::Writer writer;
  writer.begin_object().member("Name", name).member("Type", parameter.model.type);
  writer.member("Value", parameter.model.value).member("Version", parameter.version);
  writer.key("LastModifiedDate").number(static_cast<double>(parameter.modified_ms) / 1000.0);
  writer.member("ARN", "arn:aws:ssm:" + options_.region + ":" + options_.account + ":parameter" +
                           (name.starts_with('/') ? "" : "/") + name);
  return writer.member("DataType", "text").end_object().take();
}

AwsReply SsmService::get_parameter(json::View input) const {
  if (const std::string problem = missing(input, "Name"); !problem.empty()) return invalid(problem);
  const std::string_view name = *input["Name"].string();
  const Parameter* parameter = find(name);
  if (parameter == nullptr) {
    return aws_error(400, "ParameterNotFound", "Parameter " + std::string(name) + " not found.");
  }
  json::Writer writer;
  writer.begin_object().key("Parameter").raw(show(*parameter));
  return ok(writer.end_object().take());
}

AwsReply SsmService::get_parameters(json::View input) const {
  const json::View names = input["Names"];
  if (!names.is_array() || names.size() < 1 || names.size() > kNamesMax) {
    return invalid("1 validation error detected: Value '" + names.print() +
                   "' at 'names' failed to satisfy constraint: Member must have length between 1 "
                   "and 10, inclusive");
  }
  json::Writer found;
  json::Writer unknown;
  found.begin_array();
  unknown.begin_array();
  for (json::View name : names) {
    const Parameter* parameter = find(name.string_or(""));
    if (parameter != nullptr) {
      found.raw(show(*parameter));
    } else {
      unknown.value(name);
    }
  }
  found.end_array();
  unknown.end_array();
  json::Writer writer;
  writer.begin_object().key("Parameters").raw(found.text());
  writer.key("InvalidParameters").raw(unknown.text());
  return ok(writer.end_object().take());
}

AwsReply SsmService::get_parameters_by_path(json::View input) const {
  if (const std::string problem = missing(input, "Path"); !problem.empty()) return invalid(problem);
  std::string path(*input["Path"].string());
  if (!path.starts_with('/')) {
    return invalid("The parameter path must begin with a slash \"/\"; it was \"" + path + "\"");
  }
  if (input["ParameterFilters"].size() != 0) {
    return invalid(
        "beckon-emulator does not implement ParameterFilters of SSM GetParametersByPath");
  }
  if (!path.ends_with('/')) path += '/';
  const bool recursive = input["Recursive"].boolean().value_or(false);
  const std::int64_t limit = input["MaxResults"].integer().value_or(kByPathMax);
  if (limit < 1 || limit > kByPathMax) {
    return invalid("1 validation error detected: Value '" + std::to_string(limit) +
                   "' at 'maxResults' failed to satisfy constraint: Member must have value between "
                   "1 and 10, inclusive");
  }
  // A page goes on behind the name that the token holds.
  const std::string_view token = input["NextToken"].string_or("");
  json::Writer writer;
  writer.begin_object().key("Parameters").begin_array();
  std::int64_t count = 0;
  std::string last;
  bool more = false;
  for (auto at = token.empty() ? parameters_.lower_bound(path) : parameters_.upper_bound(token);
       at != parameters_.end() && at->first.starts_with(path); ++at) {
    if (!recursive && at->first.find('/', path.size()) != std::string::npos) continue;
    if (count == limit) {
      more = true;
      break;
    }
    writer.raw(show(at->second));
    last = at->first;
    ++count;
  }
  writer.end_array();
  if (more) writer.member("NextToken", last);
  return ok(writer.end_object().take());
}

AwsReply SsmService::put_parameter(json::View input) {
  for (const char* name : {"Name", "Value"}) {
    if (const std::string problem = missing(input, name); !problem.empty()) return invalid(problem);
  }
  const std::string name(*input["Name"].string());
  const std::string value(*input["Value"].string());
  const Parameter* known = find(name);
  const std::string type(input["Type"].string_or(known != nullptr ? known->model.type : ""));
  if (type != "String" && type != "StringList") {
    return invalid("beckon-emulator does not implement SSM parameters of type \"" + type +
                   "\"; it has String and StringList");
  }
  if (name.size() > kNameBytesMax || value.size() > kValueBytesMax) {
    return invalid(
        "Standard tier parameters support a maximum parameter value of 4096 characters, "
        "and names of 2048");
  }
  if (known != nullptr && !input["Overwrite"].boolean().value_or(false)) {
    return aws_error(400, "ParameterAlreadyExists",
                     "The parameter already exists. To overwrite this value, set the overwrite "
                     "option in the request to true.");
  }
  set({.name = name, .value = value, .type = type});
  json::Writer writer;
  writer.begin_object().member("Version", find(name)->version).member("Tier", "Standard");
  return ok(writer.end_object().take());
}

}  // namespace beckon::emulator
