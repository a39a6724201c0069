# SPDX-License-Identifier: Apache-2.0
"""Handshakes and frames, to be sent as they are or spoilt."""

from support import websocket_frame

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
NAMES = "X-User-Id: Mallory\r\nX-Device-Id: Lurker\r\n"
UPGRADE = ("Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n")


def handshake(more="", target="/dev", head=UPGRADE + NAMES, method="GET", version="HTTP/1.1"):
    return f"{method} {target} {version}\r\n{head}{more}\r\n"


def frame(first_byte, payload=b"", length=None, masked=True):
    """A client's frame; length may lie about the payload, which may lack its mask."""
    return websocket_frame.frame(first_byte, payload, length, mask=b"\0\0\0\0" if masked else b"")
