// SPDX-License-Identifier: Apache-2.0
#include "lambdas/service/service.h"

#include <algorithm>

#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

// For the answer to the Runtime API.
constexpr base::Duration kForAnswer{250};

// Of a function that has no use for @connections, and no right to it.
class NoConnections final : public Connections {
 public:
  std::vector<PostOutcome> post(std::span<const std::string> connection_ids, std::string_view,
                                base::Duration) override {
    return std::vector<PostOutcome>(connection_ids.size(), PostOutcome::kFailed);
  }
  std::vector<PostOutcome> close(std::span<const std::string> connection_ids,
                                 base::Duration) override {
    return std::vector<PostOutcome>(connection_ids.size(), PostOutcome::kFailed);
  }
};

NoConnections& no_connections() {
  static NoConnections none;
  return none;
}

base::Result<std::string> required(const GetVariable& get, const char* name) {
  auto value = get(name);
  if (value) return *std::move(value);
  return base::fail(ErrorCode::kInvalid, std::string("expected the environment variable ") + name +
                                             " (see infrastructure/template.yaml)");
}

base::Status read_table(const GetVariable& get, const std::vector<Need>& needs, Need need,
                        const char* name, std::string& table) {
  if (std::ranges::find(needs, need) == needs.end()) return {};
  auto value = required(get, name);
  if (!value) return std::unexpected(value.error());
  table = std::move(*value);
  return {};
}

}  // namespace

base::Result<std::shared_ptr<Service>> Service::make(const GetVariable& get, base::LogSink& log,
                                                     const std::vector<Need>& needs) {
  Places places;
  const struct {
    Need need;
    const char* variable;
    std::string& table;
  } tables[] = {
      {Need::kConnectionsTable, schema::kEnvConnectionsTable, places.tables.connections},
      {Need::kStreamsTable, schema::kEnvStreamsTable, places.tables.streams},
      {Need::kDevicesTable, schema::kEnvDevicesTable, places.tables.devices},
  };
  for (const auto& entry : tables) {
    const auto read = read_table(get, needs, entry.need, entry.variable, entry.table);
    if (!read) return std::unexpected(read.error());
  }
  auto identity = aws_identity(get);
  if (!identity) return std::unexpected(identity.error());
  places.identity = std::move(*identity);
  auto database = service_endpoint(kDynamoDb, places.identity.region, get);
  if (!database) return std::unexpected(database.error());
  places.database = std::move(*database);
  if (std::ranges::find(needs, Need::kConnectionsApi) != needs.end()) {
    auto connections = connections_endpoint(get);
    if (!connections) return std::unexpected(connections.error());
    places.connections = std::move(*connections);
  }
  return std::shared_ptr<Service>(new Service(std::move(places), log));
}

Service::Service(Places places, base::LogSink& log)
    : database_(DynamoDbClient::options(places.database, places.identity), http_, pace_),
      connections_client_(places.connections
                              ? std::optional<ConnectionsClient>(std::in_place, *places.connections,
                                                                 places.identity, http_, pace_, log)
                              : std::nullopt),
      host_{database_,
            connections_client_ ? static_cast<Connections&>(*connections_client_)
                                : static_cast<Connections&>(no_connections()),
            pace_, log, std::move(places.tables)} {}

base::Instant Service::begin(const InvocationContext& context) {
  const base::Instant deadline = context.deadline - kForAnswer;
  database_.set_deadline(deadline);
  return deadline;
}

base::Result<AuthMode> auth_mode(const GetVariable& get) {
  const auto text = required(get, "AUTH_MODE");
  if (!text) return std::unexpected(text.error());
  auto mode = parse_auth_mode(*text);
  if (!mode) return base::fail(mode.error().code, "AUTH_MODE: " + mode.error().message);
  return mode;
}

}  // namespace beckon::lambdas
