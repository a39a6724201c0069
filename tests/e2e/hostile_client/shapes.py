# SPDX-License-Identifier: Apache-2.0
"""Handshakes and frames, to be sent as they are or spoilt."""

import struct

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
NAMES = "X-User-Id: Mallory\r\nX-Device-Id: Lurker\r\n"
UPGRADE = ("Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n")


def handshake(more="", target="/dev", head=UPGRADE + NAMES, method="GET", version="HTTP/1.1"):
    return f"{method} {target} {version}\r\n{head}{more}\r\n"


def frame(first_byte, payload=b"", length=None, masked=True):
    """A frame as it is told: length may lie about the payload, which may lack its mask."""
    length = len(payload) if length is None else length
    bit = 0x80 if masked else 0
    if length < 126:
        head = bytes([first_byte, bit | length])
    elif length < 65536:
        head = bytes([first_byte, bit | 126]) + struct.pack("!H", length)
    else:
        head = bytes([first_byte, bit | 127]) + struct.pack("!Q", length)
    return head + (b"\0\0\0\0" if masked else b"") + payload
