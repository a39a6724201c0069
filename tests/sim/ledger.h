// SPDX-License-Identifier: Apache-2.0
// The truth about events: what was posted, what became of it, and what every stream holds. Checks
// everything that is stored, at the moment it is stored.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/protocol/messages.h"
#include "tests/sim/context.h"
#include "tests/sim/tables.h"

namespace beckon::sim {

// Something that somebody tried to post.
struct Post {
  std::size_t number = 0;  // stands in the event's data as "n"
  std::string user;
  std::string id;  // EventBridge's; "": a device sent it, and it gets one
  std::string name;
  std::string data;
  std::vector<std::string> devices;  // only these; empty: all
  std::string sender;                // a device that sent it, or ""
  std::int64_t ttl_s = 0;
  std::string collapse;
  std::string must_fail;    // the name of the error it must end with; "": it is good
  std::string dead_letter;  // the name of the error it ended with; "": it did not
  bool promised = false;    // the sender was told that it is stored
  bool in_doubt = false;    // sent by a device that got no answer: stored or not, nobody repeats it
  bool stored = false;      // in any epoch
  bool lost_by_restore = false;
};

// An event in a stream.
struct Entry {
  std::uint64_t seq = 0;
  const Post* post = nullptr;
  protocol::Event event;
  std::int64_t expires_at_s = 0;
  std::uint64_t superseded_by = 0;  // 0: it is not

  bool is_for(std::string_view device) const;
};

struct Stream {
  std::string epoch;
  bool restored = false;  // there was another epoch before
  std::uint64_t head = 0;
  std::map<std::uint64_t, Entry> entries;

  const Entry* find(std::uint64_t seq) const {
    const auto found = entries.find(seq);
    return found == entries.end() ? nullptr : &found->second;
  }
};

class DeviceBook;

class Ledger final : public CommitWitness {
 public:
  explicit Ledger(Context& context) : context_(context) {}

  Post& add_post();
  std::deque<Post>& posts() { return posts_; }
  void add_book(const std::string& device, DeviceBook& book) { books_[device] = &book; }

  const Stream& stream(const std::string& user) const;
  // The same of a certain epoch, also of one that is over; null if there never was one.
  const Stream* stream(const std::string& user, const std::string& epoch) const;
  // The streams table was restored from a backup; this is the user's new head.
  void restored(const std::string& user, const std::string& epoch, std::uint64_t head);

  void committed(const std::string& table, const lambdas::Item& row) override;

  // When the newest event of all streams was stored.
  base::Instant last_stored() const { return last_stored_; }

  // When all is calm.
  void check_posts();
  void check_rows(tests::MemoryDatabase& memory);

 private:
  void stored(const std::string& user, const lambdas::Item& row);
  void superseded(const std::string& user, const lambdas::Item& row);

  Context& context_;
  std::deque<Post> posts_;
  std::map<std::string, Stream> streams_;  // by user
  std::map<std::pair<std::string, std::string>, Stream> past_;
  std::map<std::string, DeviceBook*> books_;
  base::Instant last_stored_{};
};

}  // namespace beckon::sim
