# SPDX-License-Identifier: Apache-2.0
"""A small WebSocket client (RFC 6455) that can also do what a good client never does."""

import base64
import json
import os
import socket
import ssl
import struct
import urllib.parse

from .wait import Timeout, seconds
from .websocket_frame import frame

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class HandshakeRefused(Exception):
    def __init__(self, status, headers, body):
        super().__init__(f"the handshake was answered with {status}: {body!r}")
        self.status = status
        self.headers = headers
        self.body = body


class Closed(Exception):
    """The other side ended the connection; code is None if there was no close frame."""

    def __init__(self, code, reason=""):
        super().__init__(f"closed with {code} {reason!r}")
        self.code = code
        self.reason = reason


class WebSocket:
    def __init__(self, url, headers=None, timeout_s=15.0, host=None, ca_file=None):
        parts = urllib.parse.urlsplit(url)
        self.timeout_s = timeout_s
        self._buffer = b""
        self.socket = socket.create_connection((parts.hostname, parts.port), seconds(timeout_s))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "wss":
            context = ssl.create_default_context(cafile=ca_file)
            self.socket = context.wrap_socket(self.socket, server_hostname=parts.hostname)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"GET {target} HTTP/1.1", f"Host: {host or parts.netloc}", "Upgrade: websocket",
                 "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._finish_handshake()

    def _finish_handshake(self):
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {name.strip().lower(): value.strip()
                        for name, _, value in (line.partition(":") for line in lines[1:])}
        if self.status != 101:
            length = int(self.headers.get("content-length", "0"))
            while len(self._buffer) < length:
                self._fill()
            body, self._buffer = self._buffer[:length], b""
            self.socket.close()
            raise HandshakeRefused(self.status, self.headers, body)

    def _fill(self):
        try:
            data = self.socket.recv(65536)
        except socket.timeout:
            raise Timeout(f"waited {seconds(self.timeout_s):.0f} s for a WebSocket frame") from None
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(None)
        self._buffer += data

    def _take(self, count):
        while len(self._buffer) < count:
            self._fill()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def send_frame(self, opcode, payload=b"", fin=True, first_byte=None):
        """One masked frame; first_byte replaces FIN, RSV and opcode for malformed ones."""
        first = first_byte if first_byte is not None else (0x80 if fin else 0) | opcode
        mask = os.urandom(4)
        repeated = (mask * (len(payload) // 4 + 1))[:len(payload)]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(
            len(payload), "big")
        self.socket.sendall(frame(first, masked, mask=mask))

    def send(self, message):
        """A text message: a string as it is, anything else as JSON."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.send_frame(TEXT, text.encode())

    def send_fragments(self, payload, fragment_bytes):
        """One text message in frames of at most fragment_bytes."""
        pieces = [payload[i:i + fragment_bytes] for i in range(0, len(payload), fragment_bytes)]
        for index, piece in enumerate(pieces):
            self.send_frame(TEXT if index == 0 else 0, piece, fin=index == len(pieces) - 1)

    def recv_frame(self):
        """(fin, opcode, payload) of the next frame, whatever it is."""
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack("!H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self._take(8))[0]
        assert not second & 0x80, "a server must not mask its frames"
        return bool(first & 0x80), first & 0x0F, self._take(length)

    def recv(self):
        """The next text message. Answers pings; raises Closed on a close frame or the end."""
        message = b""
        while True:
            fin, opcode, payload = self.recv_frame()
            if opcode == PING:
                self.send_frame(PONG, payload)
            elif opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
                raise Closed(code, payload[2:].decode("utf-8", "replace"))
            elif opcode != PONG:
                message += payload
                if fin:
                    return message.decode()

    def recv_json(self):
        return json.loads(self.recv())

    def recv_type(self, kind):
        """The next message with this "type"; others are passed over."""
        while True:
            message = self.recv_json()
            if message.get("type") == kind:
                return message

    def sync(self, cursor=None, **members):
        """Sends a sync and returns its answer."""
        request = {"action": "sync", **({"cursor": cursor} if cursor else {}), **members}
        self.send(request)
        return self.recv_type("synced")

    def expect_close(self):
        """Reads until the connection ends; the Closed."""
        while True:
            try:
                self.recv_frame_or_closed()
            except Closed as closed:
                return closed

    def recv_frame_or_closed(self):
        _, opcode, payload = self.recv_frame()
        if opcode == CLOSE:
            code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
            raise Closed(code, payload[2:].decode("utf-8", "replace"))

    def close(self, code=1000, reason=""):
        try:
            self.send_frame(CLOSE, struct.pack("!H", code) + reason.encode())
        except OSError:
            pass
        self.socket.close()

    def __del__(self):
        if hasattr(self, "socket"):
            self.socket.close()

    def abort(self):
        """Ends the TCP connection with a reset, as a link that dies does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
