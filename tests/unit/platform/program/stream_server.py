# SPDX-License-Identifier: Apache-2.0
"""A server that speaks the wire protocol to one agent under test, and misbehaves when told to.

One stream, in memory. Threads, standard library only; everything a test looks at is behind a lock
with wait_until().
"""

import base64
import hashlib
import json
import socket
import struct
import threading

from threaded_server import ThreadedServer

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def read_request(sock):
    """The agent's handshake: its headers, names in lower case."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = sock.recv(4096)
        if not data:
            raise EOFError
        head += data
    lines = head.decode("latin-1").split("\r\n")
    return {name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])}


def accept_of(headers):
    """The one right Sec-WebSocket-Accept."""
    return base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + _GUID).digest()).decode()


class Connection:
    """One accepted WebSocket."""

    def __init__(self, sock, headers):
        self.socket = sock
        self.headers = headers
        self.open = True
        self.close_code = None
        self._lock = threading.Lock()

    def send_frame(self, opcode, payload, fin=True):
        length = len(payload)
        head = bytes([(0x80 if fin else 0) | opcode])
        if length < 126:
            head += bytes([length])
        elif length < 65536:
            head += bytes([126]) + struct.pack("!H", length)
        else:
            head += bytes([127]) + struct.pack("!Q", length)
        with self._lock:
            try:
                self.socket.sendall(head + payload)
            except OSError:
                self.open = False

    def send(self, message, fragment_bytes=None):
        text = (message if isinstance(message, str) else json.dumps(message)).encode()
        if fragment_bytes is None:
            self.send_frame(1, text)
            return
        pieces = [text[i:i + fragment_bytes] for i in range(0, len(text), fragment_bytes)]
        for index, piece in enumerate(pieces):
            self.send_frame(1 if index == 0 else 0, piece, fin=index == len(pieces) - 1)

    def close(self, code=1001, reason=""):
        self.send_frame(8, struct.pack("!H", code) + reason.encode())

    def reset(self):
        """Ends the TCP connection without a close frame."""
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self._shut()

    def _shut(self):
        self.open = False
        for call in (lambda: self.socket.shutdown(socket.SHUT_RDWR), self.socket.close):
            try:
                call()
            except OSError:
                pass


class StreamServer(ThreadedServer):
    def __init__(self, epoch="k3f9", tls=None, host="127.0.0.1", tunnel=False):
        self.epoch = epoch
        self.events = []            # {"seq", "id", "name", "time", "data"}
        self.connections = []       # all that were accepted, oldest first
        self.syncs = []             # every sync that came
        self.handshakes = []        # headers of every request, refused ones too
        self.statuses = []          # to answer the next handshakes with, instead of 101
        self.silent = False         # answer no sync
        self.push = True            # push live events
        self.pings = 0              # that came
        self.answers_pings = True
        self.remembers = False      # a device without a cursor goes on at its last one (P-19)
        self.tls_versions = []      # of every TLS handshake that was finished
        self._tunnel = tunnel       # answers CONNECT first, as a proxy that is the server itself
        super().__init__(tls, host)

    @property
    def url(self):
        return f"ws{'s' if self._context else ''}://127.0.0.1:{self.port}/dev"

    def stop(self):
        super().stop()
        for connection in list(self.connections):
            connection.reset()

    # --- what a test says and asks -------------------------------------------------------------

    def post(self, name="message", data=None, push=None):
        """Appends an event and pushes it to the open connections. Returns its seq."""
        with self._change:
            seq = len(self.events) + 1
            event = {"seq": seq, "id": f"id-{self.epoch}-{seq}", "name": name,
                     "time": "2026-11-21T07:00:00Z", "data": data or {}}
            self.events.append(event)
            self._change.notify_all()
        if self.push if push is None else push:
            for connection in self.open_connections():
                connection.send({"type": "event", "stream": self.epoch, **event})
        return seq

    def open_connections(self):
        with self._change:
            return [connection for connection in self.connections if connection.open]

    def acknowledged(self):
        """The highest seq of this epoch that a sync acknowledged."""
        cursors = [sync["cursor"].split(":") for sync in self.syncs if "cursor" in sync]
        return max([int(seq) for epoch, seq in cursors if epoch == self.epoch], default=0)

    def failures(self):
        return [failure for sync in self.syncs for failure in sync.get("failed", [])]

    def _what_came(self):
        return f"syncs: {self.syncs}"

    # --- the protocol --------------------------------------------------------------------------

    def answer(self, sync):
        """The `synced` for one sync."""
        head = len(self.events)
        at, reset = head, False
        if "cursor" in sync:
            epoch, seq = sync["cursor"].split(":")
            at = int(seq)
            if epoch != self.epoch or at > head:
                at, reset = 0, True
        elif self.remembers:
            at = self.acknowledged()
        elif sync.get("start") == "oldest":
            at = 0
        room = sync.get("max_bytes", 16384) - 200
        chosen = []
        for event in self.events[at:]:
            size = len(json.dumps(event))
            if size > sync.get("max_bytes", 16384) - 200:
                event = {"seq": event["seq"], "too_large": size}
                size = 40
            if size > room:
                break
            room -= size
            chosen.append(event)
        last = chosen[-1]["seq"] if chosen else at
        answer = {"type": "synced", "cursor": f"{self.epoch}:{last}", "head": f"{self.epoch}:{head}",
                  "events": chosen, "more": last < head, "lost": 0}
        return {**answer, "reset": True} if reset else answer

    def _serve(self, sock):
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tunnel:
                sock.recv(4096)
                sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            if self._context:
                sock = self._context.wrap_socket(sock, server_side=True)
                self.tls_versions.append(sock.version())
            connection = self._shake_hands(sock)
            if connection:
                self._read(connection)
        except (OSError, EOFError):
            sock.close()

    def _shake_hands(self, sock):
        headers = read_request(sock)
        with self._change:
            self.handshakes.append(headers)
            status = self.statuses.pop(0) if self.statuses else 101
            self._change.notify_all()
        if status != 101:
            sock.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 2\r\n\r\n{{}}".encode())
            sock.close()
            return None
        sock.sendall("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     f"Connection: Upgrade\r\nSec-WebSocket-Accept: {accept_of(headers)}\r\n\r\n".encode())
        connection = Connection(sock, headers)
        with self._change:
            self.connections.append(connection)
            self._change.notify_all()
        return connection

    def _read(self, connection):
        stream = connection.socket.makefile("rb")
        try:
            while connection.open:
                self._frame(connection, stream)
        except (OSError, EOFError, ValueError):
            pass
        with self._change:
            connection.open = False
            self._change.notify_all()
        connection.reset()

    def _frame(self, connection, stream):
        def take(count):
            data = stream.read(count)
            if len(data) < count:
                raise EOFError
            return data

        first, second = take(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack("!H", take(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", take(8))[0]
        mask = take(4)
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(take(length)))
        opcode = first & 0x0F
        if opcode == 8:
            connection.close_code = struct.unpack("!H", payload[:2])[0] if payload else 1005
            connection.send_frame(8, payload[:2])
            connection.open = False
        elif opcode == 9:
            with self._change:
                self.pings += 1
                self._change.notify_all()
            if self.answers_pings:
                connection.send_frame(10, payload)
        elif opcode == 1:
            self._message(connection, json.loads(payload))

    def _message(self, connection, message):
        with self._change:
            if message.get("action") == "sync":
                self.syncs.append(message)
            answer = None if self.silent else self.answer(message)
            first = not getattr(connection, "synced", False)
            connection.synced = True
            others = [one for one in self.connections if one is not connection and one.open]
            self._change.notify_all()
        if answer is None:
            return
        if first:
            for other in others:
                other.close(1000, "another connection of this device")
        connection.send(answer)


if __name__ == "__main__":
    server = StreamServer()
    print(server.url, flush=True)
    while True:
        try:
            line = input()
        except EOFError:
            break
        server.post(data={"text": line})
