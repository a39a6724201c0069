// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/file_action.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
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
  const Descriptor file(open(
      path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0640));
  if (!file.valid() && errno == ELOOP) {
    return base::fail(base::ErrorCode::kDenied,
                      "cannot open " + path +
                          ": it is a symbolic link, which somebody else may have put there; "
                          "name the file it leads to");
  }
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

constexpr std::size_t kNameBytesMax = 255;  // Linux's NAME_MAX

// What an event says can be a file's name or a part of one.
base::Status check_name(std::string_view value) {
  const bool control = std::any_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (!value.empty() && value.size() <= kNameBytesMax && !control &&
      value.find('/') == std::string_view::npos && value.find("..") == std::string_view::npos) {
    return {};
  }
  return base::fail(base::ErrorCode::kInvalid,
                    "cannot stand in a file's name: expected 1 to " +
                        std::to_string(kNameBytesMax) +
                        " bytes without \"/\", \"..\" and control characters");
}

// The path for one event. Several values and what stands between them could still make a ".."
// together.
base::Result<std::string> fill_path(const agent::Template& path,
                                    const agent::ReceivedEvent& event) {
  auto filled = path.fill(event, check_name);
  if (!filled || path.is_constant()) return filled;
  const std::string_view name = std::string_view(*filled).substr(filled->rfind('/') + 1);
  if (const auto whole = check_name(name); !whole || name == ".") {
    return base::fail(base::ErrorCode::kInvalid,
                      "\"" + std::string(name) + "\" is no name for a file");
  }
  return filled;
}

class FileAction final : public agent::Action {
 public:
  FileAction(agent::Template path, std::optional<agent::Template> text)
      : path_(std::move(path)), text_(std::move(text)) {}

  void start(agent::Run run, const agent::ReceivedEvent& event,
             agent::RunObserver& observer) override {
    const base::Result<std::string> line = text_ ? text_->fill(event) : event.line();
    if (!line) return observer.run_finished(run, std::unexpected(line.error()));
    const base::Result<std::string> path = fill_path(path_, event);
    if (!path) return observer.run_finished(run, std::unexpected(path.error()));
    observer.run_finished(run, append(*path, *line + "\n"));
  }

 private:
  agent::Template path_;
  std::optional<agent::Template> text_;
};

}  // namespace

std::unique_ptr<agent::Action> FileActionType::make(agent::ObjectReader& config) {
  auto path = config.text_template("path");
  auto text = config.text_template("text");
  if (!path && !config.failed()) config.missing("path", "an absolute path");
  if (path && !path->literal_start().starts_with('/')) {
    config.error("path", "expected an absolute path, got \"" + std::string(path->literal_start()) +
                             (path->is_constant() ? "\"" : "…\""));
  } else if (path && path->has_after_field('/')) {
    config.error("path", "an event can name the file, not a folder: expected no / after a field");
  }
  if (config.failed()) return nullptr;
  return std::make_unique<FileAction>(std::move(*path), std::move(text));
}

}  // namespace beckon::platform
