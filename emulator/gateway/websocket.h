// SPDX-License-Identifier: Apache-2.0
// One open WebSocket: its socket, its bounded send buffer and its closing handshake. Decides when
// the TCP connection ends; what messages mean is the owner's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/gateway/frames.h"
#include "emulator/loop/event_loop.h"
#include "emulator/tls/stream.h"

namespace beckon::emulator {

// What all WebSockets of a gateway share; outlives them.
struct WebSocketHost {
  explicit WebSocketHost(EventLoop& event_loop);
  ~WebSocketHost();
  WebSocketHost(const WebSocketHost&) = delete;
  WebSocketHost& operator=(const WebSocketHost&) = delete;

  EventLoop& loop;
  bool answer_ping = true;
  // What may wait for a slow client beside the kernel's own buffer. A message that does not fit is
  // refused (429 for @connections).
  std::size_t send_buffer_bytes_max = 256 * 1024;
  std::unique_ptr<char[]> read_buffer;  // shared: one socket reads at a time
  std::string write_buffer;
  // Of sockets that went silent and are done with: closing them would tell the client.
  std::vector<int> silent_fds;
};

class WebSocket final : public std::enable_shared_from_this<WebSocket>,
                        private FrameReader::Observer {
 public:
  class Owner {
   public:
    virtual void on_text(std::string message) = 0;
    virtual void on_ping() = 0;
    // Once: nothing is received any more and sends fail. code and reason as $disconnect shows them.
    virtual void on_closed(int code, std::string_view reason) = 0;
    // Once, after on_closed: the TCP connection has ended too.
    virtual void on_gone() = 0;

   protected:
    ~Owner() = default;
  };
  enum class Sent : std::uint8_t { kOk, kFull, kClosed };

  // Takes the connected socket over.
  WebSocket(WebSocketHost& host, Stream stream, Owner& owner);
  ~WebSocket();
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  // Writes `handshake` (the 101 response), then reads, beginning with what came already.
  void start(std::string_view handshake, std::string_view received);

  Sent send_text(std::string_view message);
  // Starts the closing handshake; on_closed is called at once.
  void close(int code, std::string_view reason);
  // Resets the TCP connection: for the client the network has failed.
  void drop();

  // From now on the network swallows everything: nothing is sent, and what the client sends is not
  // even acknowledged. The connection stays open here until its clocks, close() or drop() end it,
  // of which the client hears nothing either.
  void go_silent();

  // On: no more of the client's messages are taken, and TCP makes it wait, until it is off again.
  // May be called from inside on_text, but not off.
  void hold_back(bool on);

  bool is_open() const { return state_ == State::kOpen; }

 private:
  enum class State : std::uint8_t {
    kOpen,
    kClosing,   // our close frame is out, the client's is awaited
    kFinished,  // both are through: the client may close the TCP connection
    kGone,
  };

  bool on_text(std::string message) override;
  bool on_ping(std::string_view payload) override;
  bool on_close(int code, std::string_view reason) override;

  bool waits() const;
  void go_on();
  void on_ready(std::uint32_t events);
  void read_some();
  void take(std::string_view bytes);
  void write(std::string_view bytes);
  void flush();
  void finish();
  void set_closed(int code, std::string_view reason);
  void end_after(base::Duration limit);
  void end(bool reset);
  void unwatch();
  void update_events();

  WebSocketHost& host_;
  Owner& owner_;
  Stream stream_;
  std::uint32_t events_ = 0;
  FrameReader reader_;
  std::string out_;  // not yet taken by the kernel
  EventLoop::TimerId end_timer_ = 0;
  State state_ = State::kOpen;
  bool shut_after_write_ = false;
  bool silent_ = false;
  bool held_back_ = false;
  bool watched_ = false;
};

}  // namespace beckon::emulator
