// SPDX-License-Identifier: Apache-2.0
// What must survive a restart: keyed JSON texts, changed a few at a time. Events on their way and
// messages in queues are kept so.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace beckon::emulator {

struct StoreChange {
  std::string key;
  std::optional<std::string> value;  // JSON text; none: the key goes away
};

class EventStore {
 public:
  // After success the changes survive the end of this process, however it ends. kIo: none of them
  // is promised.
  virtual base::Status apply(std::span<const StoreChange> changes) = 0;

  // Calls with every entry whose key begins with prefix, in order of keys. Not to be called with
  // changes from inside the callback.
  virtual void for_each(std::string_view prefix,
                        const std::function<void(const std::string& key, const std::string& value)>&
                            callback) const = 0;

 protected:
  ~EventStore() = default;
};

// Keeps nothing: for an emulator without --data, where nothing outlives the process.
class NullStore final : public EventStore {
 public:
  base::Status apply(std::span<const StoreChange>) override { return {}; }
  void for_each(std::string_view,
                const std::function<void(const std::string&, const std::string&)>&) const override {
  }
};

}  // namespace beckon::emulator
