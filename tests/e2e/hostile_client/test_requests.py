# SPDX-License-Identifier: Apache-2.0
"""Whatever a client sends instead of a proper request, it gets the status that is due, once, and
nobody else notices."""

import select

from hostile import JUDGE_MEMORY, MB, HostileCase, harness, memory
from shapes import KEY, NAMES, UPGRADE, handshake

def without(name):
    return "".join(line + "\r\n" for line in (UPGRADE + NAMES).split("\r\n")
                   if line and not line.startswith(name))


HANDSHAKES = [
    ("a good one", handshake(), 101),
    ("no key", handshake(head=without("Sec-WebSocket-Key")), 400),
    ("a key of 15 bytes", handshake().replace(KEY, "AAAAAAAAAAAAAAAAAAAA"), 400),
    ("a key that is no base64", handshake().replace(KEY, "?" * 24), 400),
    ("no version", handshake(head=without("Sec-WebSocket-Version")), 426),
    ("another version", handshake().replace("Version: 13", "Version: 99"), 426),
    ("no upgrade", handshake(head=without("Upgrade")), 426),
    ("an upgrade to h2c", handshake().replace("websocket", "h2c"), 426),
    ("POST", handshake(method="POST"), 403),
    ("another stage", handshake(target="/prod"), 403),
    ("a path behind the stage", handshake(target="/dev/@connections"), 403),
    ("a path that leaves it", handshake(target="/dev/../_emulator/health"), 403),
    ("no names", handshake(head=UPGRADE), 401),
    ("an empty name", handshake(head=UPGRADE + "X-User-Id:\r\nX-Device-Id: d\r\n"), 401),
    ("a name of 129 bytes", handshake(head=UPGRADE + f"X-User-Id: {'u' * 129}\r\nX-Device-Id: d\r\n"),
     401),
    ("a reserved device", handshake(head=UPGRADE + "X-User-Id: u\r\nX-Device-Id: claim#AAAA\r\n"),
     401),
    ("U+0000 in the query", handshake(head=UPGRADE, target="/dev?user=a%00&device=d"), 401),
    ("names that are one in UTF-8", handshake(head=UPGRADE, target="/dev?%ff=1&%fe=2"), 401),
    ("bytes that are no UTF-8", handshake(head=UPGRADE, target="/dev?user=%ff%fe&device=%c3"), 101),
    ("an origin", handshake("Origin: https://evil.example\r\n"), 403),
    ("an opaque origin", handshake("Origin: null\r\n"), 403),
    ("a foreign host", handshake().replace("Host: 127.0.0.1", "Host: evil.example"), 403),
    ("a second host that is foreign", handshake("Host: evil.example\r\n"), 403),
    ("a header of 11 kB", handshake(f"X-Long: {'x' * 11_000}\r\n"), 431),
    ("300 headers", handshake("".join(f"X-{i}: y\r\n" for i in range(300))), 431),
    ("300 headers of one name", handshake("X-Same: y\r\n" * 300), 431),
    ("a URL of 5 kB", handshake(target="/dev?" + "x" * 5000), 414),
    ("a space before the colon", handshake("X-Odd : y\r\n"), 400),
    ("a header without a colon", handshake("nonsense\r\n"), 400),
    ("a NUL in a header", handshake("X-Odd: a\0b\r\n"), 400),
    ("another protocol", "\x16\x03\x01\x02\x00" + "\x01" * 200 + "\r\n\r\n", 400),
    ("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("HTTP/9.9", handshake(version="HTTP/9.9"), 505),
    ("nothing of HTTP", "hello\r\n\r\n", 400),
]

# A second request hides in each. Whoever answers twice has let it in.
HIDDEN = "GET /_emulator/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
LENGTH = f"Content-Length: {len(HIDDEN)}\r\n"
SMUGGLED = [
    ("two lengths", LENGTH + "Content-Length: 0\r\n"),
    ("two lengths, the other way round", "Content-Length: 0\r\n" + LENGTH),
    ("two lengths that agree", LENGTH + LENGTH),
    ("a list of lengths", "Content-Length: 0, 0\r\n"),
    ("a length and chunks", LENGTH + "Transfer-Encoding: chunked\r\n"),
    ("chunks and a length", "Transfer-Encoding: chunked\r\n" + LENGTH),
    ("a length with a sign", "Content-Length: +0\r\n"),
    ("a length below zero", "Content-Length: -1\r\n"),
    ("a length in hexadecimal", "Content-Length: 0x0\r\n"),
    ("a length beyond 64 bits", "Content-Length: 18446744073709551616\r\n"),
    ("a space behind the name", "Transfer-Encoding : chunked\r\n"),
    ("a tab behind the name", "Content-Length\t: 0\r\n"),
    ("a chunk beyond 64 bits", "Transfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\n"),
    ("a chunk of no number", "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
]


class Requests(HostileCase):
    def test_every_bad_handshake_has_its_status_and_leaves_nothing(self):
        for name, request, status in HANDSHAKES:
            with self.subTest(name):
                client = self.raw()
                client.send(request)
                self.assertEqual(client.read_status(), status)
                client.close()
        self.finish()

    def test_no_request_hides_in_another(self):
        for name, headers in SMUGGLED:
            with self.subTest(name):
                client = self.raw()
                client.send(f"POST /dev HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n{HIDDEN}")
                answers = client.read_to_end()
                self.assertEqual(answers.count(b"HTTP/1.1 "), 1, answers)
                self.assertEqual(answers.split()[1], b"400", answers)
        with self.subTest("an encoding that is not chunked"):
            for encoding in ("xchunked", "chunked, identity", "identity", "gzip"):
                client = self.raw()
                client.send(f"POST /dev HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: {encoding}"
                            f"\r\nConnection: close\r\n\r\n{HIDDEN}")
                client.socket.shutdown(1)
                self.assertNotIn(b'"status":"ok"', client.read_to_end(), encoding)
        self.finish()

    def test_requests_sent_ahead_are_answered_in_order_and_garbage_ends_them(self):
        client = self.raw()
        good = "GET /_emulator/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        client.send(good * 100 + "\x00\x01\x02" + good * 100)
        answers = client.read_to_end()
        self.assertEqual(answers.count(b"HTTP/1.1 200"), 100)
        self.assertEqual(answers.count(b"HTTP/1.1 400"), 1)
        self.requests += 100
        self.finish()

    def test_a_request_may_come_in_drips(self):
        client = self.raw()
        for byte in handshake():
            client.send(byte)
        self.assertEqual(client.read_status(), 101)
        client.close()
        self.finish()

    def test_half_requests_held_open_hinder_nobody(self):
        body = ("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 16000000\r\n\r\n" +
                "x" * 100_000)
        halves = [handshake()[:-2], "GET / HT", body,
                  "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n" + "y" * 1000,
                  handshake(f"X-Pad: {'x' * 9000}\r\n")[:-2], ""]
        clients = []
        for index in range(240):
            clients.append(self.raw())
            clients[-1].send(halves[index % len(halves)])
        self.served()
        self.assert_quiet()
        self.look()
        for client in clients:
            client.close()
        self.finish(emulator_max=48 * MB)

    # The clients' body is 16 MB each, and 256 MB are the most that all together get.
    def test_large_bodies_are_bounded_in_sum(self):
        head = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 16777216\r\n\r\n"
        part = b"x" * 16_000_000
        clients = [self.raw(timeout_s=60) for _ in range(20)]
        for client in clients:
            client.send(head)
            client.send(part)
        self.served()
        self.look()

        def answered():
            return [client for client in clients if select.select([client.socket], [], [], 0)[0]]

        self.wait_until(lambda: len(answered()) >= 4, "the last four to be refused")
        self.assertEqual({client.read_status() for client in answered()}, {503})
        for client in clients:
            client.close()
        self.finish(emulator_max=320 * MB)
        if JUDGE_MEMORY:
            self.wait_until(lambda: memory.rollup(self.backend.pid)[0] <
                            self.resident_before + 64 * MB, "the memory to come back")


class Encrypted(HostileCase):
    def begin(self):
        self.backend = self.emulator("--connect-rate", "0", "--tls", "--ca-dir",
                                     self.directory / "ca")
        self.agent_of_bob = self.agent(self.backend, "Bob", "Phone",
                                       ["--cacert", self.backend.ready["ca_file"]])
        self.served()
        self.remember()

    def test_handshakes_that_never_end_hinder_nobody(self):
        hello = bytes.fromhex("160301020001000001fc0303") + b"\x07" * 40
        for data in (b"", b"\x16", hello, b"\x16\x03\x01\xff\xff" + b"\xff" * 3000, b"\x80" * 500):
            clients = [self.raw() for _ in range(30)]
            for client in clients:
                client.send(data)
            self.served()
            for client in clients:
                client.close()
        plain = self.raw()
        plain.send("GET / HTTP/1.1\r\n\r\n")
        self.assertEqual(plain.read_status(), 400)
        self.finish()


if __name__ == "__main__":
    harness.main()
