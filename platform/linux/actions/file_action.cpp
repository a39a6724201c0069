// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/file_action.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "agent/templates.h"
#include "platform/linux/descriptor.h"

namespace beckon::platform {
namespace {

// One write per line: lines of several writers do not mix (O_APPEND). A line that was cut short by
// a full disk is an error, and so is known to be incomplete.
base::Status append(const std::string& path, const std::string& line) {
  const auto error = [&](const char* what) {
    return base::fail(base::ErrorCode::kIo,
                      std::string(what) + " " + path + ": " + std::strerror(errno));
  };
  const Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640));
  if (!file.valid()) return error("cannot open");
  ssize_t n = 0;
  do {
    n = write(file.get(), line.data(), line.size());
  } while (n < 0 && errno == EINTR);
  if (n < 0) return error("cannot write");
  if (static_cast<std::size_t>(n) != line.size()) {
    errno = ENOSPC;
    return error("wrote only a part to");
  }
  return {};
}

class FileAction final : public agent::Action {
 public:
  FileAction(std::string path, std::optional<agent::Template> text)
      : path_(std::move(path)), text_(std::move(text)) {}

  void start(agent::Run run, const agent::ReceivedEvent& event,
             agent::RunObserver& observer) override {
    const base::Result<std::string> line = text_ ? text_->fill(event) : event.line();
    if (!line) return observer.run_finished(run, std::unexpected(line.error()));
    observer.run_finished(run, append(path_, *line + "\n"));
  }

 private:
  std::string path_;
  std::optional<agent::Template> text_;
};

}  // namespace

std::unique_ptr<agent::Action> FileActionType::make(agent::ObjectReader& config) {
  auto path = config.text("path");
  auto text = config.text_template("text");
  if (!path && !config.failed()) config.missing("path", "an absolute path");
  if (path && !path->starts_with('/')) {
    config.error("path", "expected an absolute path, got \"" + *path + "\"");
  }
  if (config.failed()) return nullptr;
  return std::make_unique<FileAction>(std::move(*path), std::move(text));
}

}  // namespace beckon::platform
