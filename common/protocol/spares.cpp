// SPDX-License-Identifier: Apache-2.0
#include "common/protocol/spares.h"

#include <string>
#include <utility>

namespace beckon::protocol {
namespace {

constexpr std::size_t kLargeBytes = 512;  // worth giving back if a quarter of it is enough

// Short texts stand in the string itself.
std::size_t heap_bytes(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() : 0;
}

std::size_t heap_bytes(const Event& event) {
  return heap_bytes(event.id) + heap_bytes(event.name) + heap_bytes(event.time) +
         heap_bytes(event.data);
}

}  // namespace

Event Spares::take_event() {
  if (events_.empty()) return {};
  Event event = std::move(events_.back());
  events_.pop_back();
  text_bytes_ -= heap_bytes(event);
  return event;
}

void Spares::give_back(Event event) {
  for (std::string* text : {&event.id, &event.name, &event.time, &event.data}) {
    if (text->capacity() > kLargeBytes && text->size() < text->capacity() / 4) {
      std::string().swap(*text);  // assigning would keep the memory
    }
  }
  event.devices = {};
  event.signature = {};
  const std::size_t bytes = heap_bytes(event);
  const bool has_room = events_.size() < kEventsMax && text_bytes_ + bytes <= kTextBytesMax;
  if (bytes == 0 || !has_room) return;
  text_bytes_ += bytes;
  events_.push_back(std::move(event));
}

std::vector<SyncedEntry> Spares::take_entries() {
  return std::exchange(entries_, {});
}

void Spares::give_back(std::vector<SyncedEntry> entries) {
  for (SyncedEntry& entry : entries) give_back(std::move(entry.event));
  entries.clear();
  if (entries.capacity() <= kEntriesMax) entries_ = std::move(entries);
}

}  // namespace beckon::protocol
