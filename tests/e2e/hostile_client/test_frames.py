# SPDX-License-Identifier: Apache-2.0
"""Whatever frames a client sends, its connection ends with the code that is due or goes on, and
nobody else notices."""

import struct

from hostile import MB, HostileCase, harness
from harness import CLOSE, PING, TEXT
from shapes import frame

KB = 1024


VIOLATIONS = [
    ("not masked", frame(0x81, b"{}", masked=False), 1002),
    ("the first reserved bit", frame(0xC1, b"{}"), 1002),
    ("the second reserved bit", frame(0xA1, b"{}"), 1002),
    ("the third reserved bit", frame(0x91, b"{}"), 1002),
    *((f"the reserved opcode {opcode}", frame(0x80 | opcode, b"{}"), 1002)
      for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    ("a continuation of nothing", frame(0x80, b"{}"), 1002),
    ("a new message inside of one", frame(0x01, b"{") + frame(0x81, b"}"), 1002),
    ("a ping in pieces", frame(0x09, b"x"), 1002),
    ("a close frame in pieces", frame(0x08, b"\x03\xe8"), 1002),
    ("a ping of 126 bytes", frame(0x89, b"x" * 126), 1002),
    ("a ping of 64 kB", frame(0x89, b"x" * 65536), 1002),
    ("a close frame of one byte", frame(0x88, b"\x03"), 1002),
    ("the close code 1005", frame(0x88, struct.pack("!H", 1005)), 1002),
    ("the close code 0", frame(0x88, b"\0\0"), 1002),
    ("the close code 999", frame(0x88, struct.pack("!H", 999)), 1002),
    ("the close code 5000", frame(0x88, struct.pack("!H", 5000)), 1002),
    ("a close reason that is no UTF-8", frame(0x88, b"\x03\xe8\xff"), 1007),
    ("text that is no UTF-8", frame(0x81, b"\xff"), 1007),
    ("half a character", frame(0x81, b"\xe2\x82"), 1007),
    ("a surrogate", frame(0x81, b"\xed\xa0\x80"), 1007),
    ("half a character at the end of pieces", frame(0x01, b"a") + frame(0x80, b"\xc3"), 1007),
    ("binary", frame(0x82, b"\0"), 1003),
    ("32 kB and a byte", frame(0x81, b"x" * (32 * KB + 1)), 1009),
    ("a length of 2^62", frame(0x81, b"x", length=1 << 62), 1009),
    ("a length of 2^63", frame(0x81, b"x", length=1 << 63), 1002),
    ("a length of two bytes that one could tell", b"\x81\xfe\x00\x05\0\0\0\0hello", 1002),
    ("five pieces of 32 kB", frame(0x01, b"x" * 32 * KB) + frame(0x00, b"x" * 32 * KB) * 4, 1009),
    ("a request of HTTP", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 1002),
]


class Frames(HostileCase):
    def lurker(self, device="Lurker"):
        self.requests += 1
        return self.backend.connect("Mallory", device)

    def test_every_violation_has_its_close_code(self):
        for name, data, code in VIOLATIONS:
            with self.subTest(name):
                client = self.lurker()
                client.socket.sendall(data)
                self.assertEqual(client.expect_close().code, code)
                client.socket.close()
        self.finish()

    def test_what_comes_behind_a_violation_or_a_close_frame_is_not_taken(self):
        for first in (frame(0x88, struct.pack("!H", 1000)), frame(0xC1, b"{}")):
            client = self.lurker()
            client.socket.sendall(first + frame(0x81, b'{"action":"send","name":"late"}') * 500)
            closed = client.expect_close()
            self.assertIn(closed.code, (1000, 1002))
            try:
                client.socket.sendall(frame(0x81, b'{"action":"send","name":"later"}') * 500)
            except OSError:
                pass
            client.socket.close()
        self.assertEqual([row for row in self.backend.rows("streams")
                          if row["userId"] == "Mallory"], [])
        self.finish()

    def test_a_frame_may_come_in_drips(self):
        client = self.lurker()
        for byte in frame(0x81, b'{"action":"sync"}'):
            client.socket.sendall(bytes([byte]))
        self.assertEqual(client.recv_json()["type"], "synced")
        client.close()
        self.finish()

    def test_endless_pieces_end_at_128_kb_and_empty_ones_cost_nothing(self):
        client = self.lurker()
        client.send_frame(TEXT, b"x", fin=False)
        for _ in range(50):
            client.socket.sendall(frame(0x00) * 1000)
        self.served()
        self.look()
        client.socket.sendall(frame(0x00, b"x") * (128 * KB - 1))
        self.served()
        client.socket.sendall(frame(0x00, b"x"))
        self.assertEqual(client.expect_close().code, 1009)
        client.socket.close()
        self.finish(emulator_max=16 * MB)

    def test_pings_whose_answers_nobody_reads_are_a_bounded_backlog(self):
        client = self.lurker()
        client.socket.settimeout(0.5)
        try:
            for _ in range(4000):  # 50 MB, if they were all taken
                client.socket.sendall(frame(0x80 | PING, b"p" * 125) * 100)
        except OSError:
            pass
        self.served()
        self.assert_quiet()
        client.abort()
        self.finish(emulator_max=16 * MB)

    def test_half_frames_held_open_cost_no_more_than_their_bytes(self):
        clients = [self.lurker(f"Lurker{i}") for i in range(100)]
        for client in clients:
            for _ in range(3):
                client.send_frame(TEXT if _ == 0 else 0, b"x" * 32 * KB, fin=False)
            client.socket.sendall(frame(0x80, b"x" * (32 * KB - 1), length=32 * KB))
        self.served()
        self.assert_quiet()
        self.look()
        for client in clients:
            client.abort()
        self.finish(emulator_max=40 * MB)

    def test_a_client_that_never_answers_a_close_is_let_go(self):
        clients = [self.lurker(f"Lurker{i}") for i in range(20)]
        for row in self.backend.rows("connections"):
            if row["userId"] == "Mallory":
                self.backend.aws.connection("DELETE", row["connectionId"])
        for client in clients:
            self.assertEqual(client.recv_frame()[1], CLOSE)
        self.finish()


if __name__ == "__main__":
    harness.main()
