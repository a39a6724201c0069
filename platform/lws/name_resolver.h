// SPDX-License-Identifier: Apache-2.0
// The transport's seam for looking up names. libwebsockets looks a name up inside its loop, and the
// loop stands still as long as that takes; who implements this hands it addresses instead.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/error.h"

namespace beckon::platform {

// Numeric addresses, the best first; at least one.
using Addresses = std::vector<std::string>;

class NameResolver {
 public:
  // The error is a sentence for people that names the host.
  using Done = std::function<void(const base::Result<Addresses>&)>;

  // Looks host up for key, which waits for nothing else. done is called once, from the loop
  // (possibly before this returns), unless forget() comes first.
  virtual void resolve(const void* key, const std::string& host, Done done) = 0;
  // key waits no more. A key that does not wait is ignored.
  virtual void forget(const void* key) = 0;

 protected:
  ~NameResolver() = default;
};

}  // namespace beckon::platform
