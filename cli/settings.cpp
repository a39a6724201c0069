// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.h"

#include <fmt/format.h>

namespace beckon::cli {
namespace {

using base::ErrorCode;
using base::fail;

// The host of "http://host:port/…", without brackets of an IPv6 address.
std::string_view host_of(std::string_view url) {
  std::string_view rest = url.substr(url.find("://") + 3);
  if (rest.starts_with('[')) return rest.substr(1, rest.find(']') - 1);
  return rest.substr(0, rest.find_first_of(":/"));
}

bool is_this_machine(std::string_view url) {
  const std::string_view host = host_of(url);
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool is_http_url(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme) && url.size() > scheme.size()) return true;
  }
  return false;
}

base::Status take_credentials(Access& access, const Environment& environment, bool is_local) {
  const auto id = environment("AWS_ACCESS_KEY_ID");
  const auto secret = environment("AWS_SECRET_ACCESS_KEY");
  if (id && secret) {
    access.access_key_id = *id;
    access.secret_access_key = *secret;
    access.session_token = environment("AWS_SESSION_TOKEN").value_or("");
    return {};
  }
  if (id || secret) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} is set but {} is not; set both or none",
                            id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                            id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"));
  }
  if (!is_local) {
    return fail(ErrorCode::kInvalid,
                fmt::format("no credentials for {}: set AWS_ACCESS_KEY_ID and "
                            "AWS_SECRET_ACCESS_KEY, for example with "
                            "'eval \"$(aws configure export-credentials --format env)\"'",
                            access.endpoint_url.empty() ? "AWS" : access.endpoint_url));
  }
  access.access_key_id = "local";
  access.secret_access_key = "local";
  return {};
}

}  // namespace

base::Result<Access> resolve_access(const SettingsFlags& flags, const Environment& environment) {
  Access access;
  access.stack =
      !flags.stack.empty() ? flags.stack : environment("BECKON_STACK").value_or("beckon");
  if (!flags.endpoint_url.empty()) {
    access.endpoint_url = flags.endpoint_url;
    access.why_endpoint = kFromFlag;
  } else if (const auto url = environment("AWS_ENDPOINT_URL")) {
    access.endpoint_url = *url;
    access.why_endpoint = "from AWS_ENDPOINT_URL";
  } else if (!environment("AWS_ACCESS_KEY_ID") && !environment("AWS_SECRET_ACCESS_KEY")) {
    access.endpoint_url = kEmulatorUrl;
    access.why_endpoint =
        "the emulator's usual address, since neither an endpoint nor AWS credentials are set";
  }
  while (access.endpoint_url.ends_with('/')) access.endpoint_url.pop_back();
  if (!access.endpoint_url.empty() && !is_http_url(access.endpoint_url)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the endpoint must be a URL like {}, it is '{}' ({})", kEmulatorUrl,
                            access.endpoint_url, access.why_endpoint));
  }
  const bool is_local = !access.endpoint_url.empty() && is_this_machine(access.endpoint_url);
  if (auto ok = take_credentials(access, environment, is_local); !ok) {
    return std::unexpected(ok.error());
  }
  access.region = flags.region;
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (access.region.empty()) access.region = environment(name).value_or("");
  }
  if (access.region.empty() && is_local) access.region = "us-east-1";
  if (access.region.empty()) {
    return fail(ErrorCode::kInvalid, "no region: give --region or set AWS_REGION");
  }
  return access;
}

bool names_are_complete(const SettingsFlags& flags) {
  return !flags.event_bus.empty() && !flags.connections_table.empty() &&
         !flags.streams_table.empty() && !flags.devices_table.empty();
}

std::string parameter_path(const std::string& stack) {
  return "/" + stack + "/";
}

base::Result<Names> resolve_names(const SettingsFlags& flags, const std::string& stack,
                                  const std::map<std::string, std::string>& parameters) {
  const std::string path = parameter_path(stack);
  if (parameters.empty() && !names_are_complete(flags)) {
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no stack '{0}' here (no SSM parameter under {1}); give the "
                            "stack's name with --stack and its region with --region, or deploy "
                            "it: aws cloudformation deploy --stack-name {0}",
                            stack, path));
  }
  Names names{.event_bus = flags.event_bus,
              .connections_table = flags.connections_table,
              .streams_table = flags.streams_table,
              .devices_table = flags.devices_table,
              .dead_letter_queue = flags.dead_letter_queue,
              .connections_endpoint = flags.connections_endpoint};
  const std::pair<const char*, std::string*> wanted[] = {
      {"event-bus", &names.event_bus},
      {"connections-table", &names.connections_table},
      {"streams-table", &names.streams_table},
      {"devices-table", &names.devices_table}};
  for (const auto& [parameter, value] : wanted) {
    if (!value->empty()) continue;
    const auto found = parameters.find(path + parameter);
    if (found == parameters.end() || found->second.empty()) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("the stack '{}' has no SSM parameter {}{}; give --{} or deploy the "
                              "stack again",
                              stack, path, parameter, parameter));
    }
    *value = found->second;
  }
  const std::pair<const char*, std::string*> optional[] = {
      {"dead-letter-queue", &names.dead_letter_queue},
      {"connections-endpoint", &names.connections_endpoint}};
  for (const auto& [parameter, value] : optional) {
    const auto found = parameters.find(path + parameter);
    if (value->empty() && found != parameters.end()) *value = found->second;
  }
  return names;
}

}  // namespace beckon::cli
