// SPDX-License-Identifier: Apache-2.0
// Where the http action may go: the hosts of the configuration's "http.allow", and of their
// addresses those that a rule can mean. Names are compared, addresses classified; nothing is looked
// up here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/url.h"
#include "common/base/error.h"

namespace beckon::platform {

class HttpAllow {
 public:
  // One more entry: "hooks.example", "hooks.example:8443", "[fd00::5]:8080" for https (and for http
  // to this machine), "http://10.0.0.5:8080" for http. Errors: kInvalid, with what was expected.
  base::Status add(std::string_view entry);

  // Whether a request may go to this URL's host and port. kDenied: no, and what the entry would be.
  base::Status check(const agent::Url& url) const;

  // Whether url, which was checked, may be connected to at this address. kDenied: a link-local one,
  // or one that is no single machine's; one of this machine or of a private network, unless an
  // entry for this port names it ("localhost" names this machine's).
  base::Status check_address(const agent::Url& url, const std::string& address) const;

 private:
  struct Entry {
    bool plain = false;                 // http://
    std::string host;                   // small letters, an address as inet_ntop writes it
    std::optional<std::uint16_t> port;  // none: the scheme's
  };
  bool names(const agent::Url& url, const std::string& host) const;

  std::vector<Entry> entries_;
};

// What kind of place an address is. IPv4 addresses inside of IPv6 ones count as themselves.
enum class AddressKind : std::uint8_t {
  kPublic,
  kPrivate,   // of a private network (RFC 1918, 4193, 6598)
  kLoopback,  // this machine
  kNever      // link-local, a cloud's metadata service, multicast, unspecified, no address
};
AddressKind address_kind(std::string_view address);

}  // namespace beckon::platform
