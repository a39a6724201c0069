# SPDX-License-Identifier: Apache-2.0
"""Frames that RFC 6455 forbids, messages without an end, and every way to close."""

import os
import struct
import unittest

from hostile import for_ever, frame, wait_hang_up
from ordeal import KB, WORK, Ordeal

TEXT, BINARY, MORE, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
FIN = 0x80
MIB = 1024 * KB


def send(*frames, then=wait_hang_up):
    def attack(sock):
        sock.sendall(b"".join(frames))
        then(sock)
    return attack


class Frames(Ordeal):
    timing = {"answer_timeout": 5}

    def opened(self, attack, says, times=2):
        return self.suffer(self.server.opened, attack, says, times)

    def test_a_frame_that_is_not_allowed_ends_the_connection_and_is_named(self):
        cases = (
            ("the first reserved bit", frame(FIN | 0x40 | TEXT, b"{}"), "0xc1"),
            ("the second reserved bit", frame(FIN | 0x20 | TEXT, b"{}"), "0xa1"),
            ("the third reserved bit", frame(FIN | 0x10 | PING), "0x99"),
            ("a reserved kind of message", frame(FIN | 3, b"{}"), "0x83"),
            ("a reserved kind of control", frame(FIN | 15, b"{}"), "0x8f"),
            ("a mask", frame(FIN | TEXT, b"{}", mask=b"\1\2\3\4"), "0x82"),
            ("a long ping", frame(FIN | PING, b"x" * 126), "0x7e"),
            ("a very long ping", frame(FIN | PING, length=1 << 40), "0x7f"),
            ("a ping in pieces", frame(PING, b"x"), "0x09"),
            ("a continuation of nothing", frame(FIN | MORE, b"{}"), "0x80"),
            ("a message inside of another", frame(TEXT, b"{") + frame(FIN | TEXT, b"}"), "0x81"),
            ("a length above 2^63", frame(FIN | TEXT, length=(1 << 63) + 2), "0x80"),
        )
        for name, data, byte in cases:
            with self.subTest(name):
                self.opened(send(data), f"broke the WebSocket protocol: byte {byte} of a frame's head", times=1)

    def test_every_close_code_is_a_close(self):
        for code in (1000, 1001, 1009, 1011, 3000, 4999, 65535):
            self.opened(send(frame(FIN | CLOSE, struct.pack("!H", code) + b"bye")), f"code {code} (bye)", times=1)
        # What must not stand in a frame counts as a breach of the protocol.
        for code in (0, 999, 1004, 1005, 1006, 1016, 2999):
            self.opened(send(frame(FIN | CLOSE, struct.pack("!H", code))), "the connection was closed, code 1002", times=1)

    def test_a_strange_close_is_a_close(self):
        self.opened(send(frame(FIN | CLOSE)), "the connection was closed, code 1005", times=1)
        self.opened(send(frame(FIN | CLOSE, b"\x03")), "the connection was closed, code 1005", times=1)
        reason = "\n\x1b[2J\u009b31m".encode() + b"\xff\xfe"
        self.opened(send(frame(FIN | CLOSE, struct.pack("!H", 1008) + reason)),
                    r"code 1008 (\n\x1b[2J\xc2\x9b31m\xff\xfe)", times=1)
        self.opened(send(frame(FIN | CLOSE, struct.pack("!H", 1000)) * 20_000), "code 1000", times=1)

    def test_a_message_without_an_end_is_ended(self):
        says = "the server sent more than 131072 bytes of one message"
        cases = (
            ("fragments for ever", send(frame(TEXT, b"x"), then=for_ever(frame(MORE, b"x" * 4000)))),
            ("small fragments for ever", send(frame(TEXT, b"x"), then=for_ever(frame(MORE, b"x") * 1000))),
            ("empty fragments for ever", send(frame(TEXT), then=for_ever(frame(MORE) * 1000))),
            ("pings in between", send(frame(TEXT, b"x"), then=for_ever((frame(MORE, b"x" * 60) + frame(FIN | PING, b"p")) * 100))),
            ("binary for ever", send(frame(BINARY, b"x"), then=for_ever(frame(MORE, b"x" * 4000)))),
            ("a frame of 2^62 bytes", send(frame(FIN | TEXT, length=1 << 62), then=for_ever(b"x" * 65536))))
        for name, attack in cases:
            with self.subTest(name):
                used = self.opened(attack, says, times=1)
                self.assertLess(used, 1 * WORK)

    def test_a_message_that_is_not_text_or_too_large_is_dropped_and_named(self):
        dropped = "a message of the server was dropped: it is larger than 32768 bytes, or not text"
        self.opened(self.then_close(frame(FIN | BINARY, b'{"type":"event"}')), dropped, times=1)
        self.opened(self.then_close(frame(FIN | TEXT, b"x" * 100_000)), dropped, times=1)
        self.opened(self.then_close(frame(FIN | TEXT, b'{"type":"\xff"}')), "JSON that is not UTF-8 at byte 9", times=1)
        self.opened(self.then_close(frame(FIN | TEXT, b'{"type":"\xed\xa0\x80"}')), "JSON that is not UTF-8 at byte 9", times=1)
        self.opened(self.then_close(frame(FIN | TEXT)), "expected JSON, got nothing", times=1)

    @staticmethod
    def then_close(data):
        return send(data, frame(FIN | CLOSE, struct.pack("!H", 1000)))

    def test_a_flood_of_controls_is_no_more_than_its_bytes(self):
        # A server that never reads: what the agent would answer must not pile up.
        for kind in (PING, PONG):
            flood = frame(FIN | kind, os.urandom(125)) * 64

            def attack(sock, flood=flood):
                for _ in range(4 * MIB // len(flood)):
                    sock.sendall(flood)
                sock.sendall(frame(FIN | CLOSE, struct.pack("!H", 1000)))
                wait_hang_up(sock)
            used = self.opened(attack, "the connection was closed, code 1000", times=1)
            self.assertLess(used, 3 * WORK)


if __name__ == "__main__":
    unittest.main(verbosity=2)
