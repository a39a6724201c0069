# SPDX-License-Identifier: Apache-2.0
"""A WebSocket frame (RFC 6455) as it is told: nothing here keeps to the protocol."""

import struct


def frame(first_byte, payload=b"", length=None, mask=b""):
    """payload: as it is sent, masked or not. length: what the head says instead of the payload's.
    mask: the four bytes of a head that announces one."""
    length = len(payload) if length is None else length
    bit = 0x80 if mask else 0
    if length < 126:
        head = bytes([first_byte, bit | length])
    elif length < 65536:
        head = bytes([first_byte, bit | 126]) + struct.pack("!H", length)
    else:
        head = bytes([first_byte, bit | 127]) + struct.pack("!Q", length)
    return head + mask + payload
