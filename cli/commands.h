// SPDX-License-Identifier: Apache-2.0
// The commands: each reads or posts through the context and prints. Each returns the exit code, or
// throws Failure.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cli/dead_letter.h"
#include "cli/failure.h"
#include "cli/options.h"
#include "cli/reader.h"
#include "cli/settings.h"
#include "cli/status.h"
#include "common/base/error.h"
#include "common/json/writer.h"

namespace beckon::cli {

// Where events are posted; EventBridge behind it.
class Bus {
 public:
  // Whether the bus is there; only a name that was typed is looked up, the stack's is right.
  // kNotFound: it is not, says what to do. kDenied: we may not look.
  virtual base::Status check() = 0;
  // detail: JSON text of an object. The new event's id.
  virtual base::Result<std::string> put(const std::string& name, const std::string& detail) = 0;

 protected:
  ~Bus() = default;
};

// Events that could not be delivered.
class DeadLetters {
 public:
  // At most count_max, oldest first, without removing them. kNotFound: the stack has no such queue.
  virtual base::Result<std::vector<DeadLetter>> peek(int count_max) = 0;

 protected:
  ~DeadLetters() = default;
};

struct Context {
  Reader& reader;
  Bus& bus;
  DeadLetters& dead_letters;
  const Access& access;  // for sentences about what could not be reached
  bool json = false;
  std::size_t width_max = 0;  // of the terminal; 0: not a terminal, cut nothing
};

int run_post(const Context& context, const PostOptions& options);
int run_connections(const Context& context, const ConnectionsOptions& options);
int run_devices(const Context& context, const DevicesOptions& options);
// One device, with everything that its row says.
int show_device(const Context& context, const DeviceRow& row);
int run_events(const Context& context, const EventsOptions& options);
int run_dead_letters(const Context& context, const DeadLettersOptions& options);
int run_status(const Context& context, const StatusOptions& options);

// Where the backend is, for a sentence: "AWS in eu-west-1", "http://… (from AWS_ENDPOINT_URL)".
std::string place(const Access& access);

// The sentence for an error that the backend's clients gave: what was tried, what to type.
std::string explain(const base::Error& error, const Access& access);

// The value, or a Failure that explains.
template <class T>
T answer(base::Result<T> result, const Access& access) {
  if (!result) throw Failure(kExitFailed, explain(result.error(), access));
  return std::move(*result);
}

// One line of JSON on the standard output.
void print_json(json::Writer& writer);

// "devices":[{"device":…,"state":…,…}], as a member; and the same as a table.
void write_statuses(json::Writer& writer, const std::vector<DeviceStatus>& statuses);
std::string statuses_table(const std::vector<DeviceStatus>& statuses, std::size_t width_max);
// The same in one line, by state: "handled: Laptop, iPad; failed: Desktop (exec: timeout)".
std::string statuses_line(const std::vector<DeviceStatus>& statuses);

}  // namespace beckon::cli
