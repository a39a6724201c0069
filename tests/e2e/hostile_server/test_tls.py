# SPDX-License-Identifier: Apache-2.0
"""A TLS server that sends garbage, drips or stops half way."""

import os
import ssl
import struct
import subprocess
import unittest

from hostile import drip, for_ever, frame, wait_hang_up
from ordeal import WORK, Ordeal


def send(data, then=wait_hang_up):
    def attack(sock):
        sock.recv(4096)
        sock.sendall(data)
        then(sock)
    return attack


def record(kind, payload, length=None):
    return struct.pack("!BHH", kind, 0x0303, len(payload) if length is None else length) + payload


class Tls(Ordeal):
    timing = {"connect_timeout": 1, "answer_timeout": 1}

    def server_options(self):
        self.certificate, key = self.directory / "server.pem", self.directory / "server.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-keyout", key, "-out", self.certificate, "-days", "2", "-subj", "/CN=server",
             "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.arguments = ["--cacert", self.certificate]
        return {"tls": self.context}

    def raw(self, attack, says, times=2):
        return self.suffer(self.server.raw, attack, says, times)

    def test_what_is_no_tls_is_named(self):
        for name, data in (("HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n"), ("zeroes", bytes(100)),
                           ("a record of another kind", record(99, b"x" * 50)),
                           ("a record that is too long", record(22, b"x" * 100, length=0xFFFF)),
                           ("a handshake of nonsense", record(22, b"\x02\0\x03\xe4" + b"x" * 996)),
                           ("application data first", record(23, b"x" * 100))):
            with self.subTest(name):
                self.raw(send(data), "cannot connect: TLS", times=1)

    def test_an_alert_is_named(self):
        self.raw(send(record(21, b"\x02\x28")), "cannot connect: TLS")

    def test_a_hang_up_in_the_handshake_is_named(self):
        self.raw(lambda sock: sock.recv(4096), "cannot connect: TLS")

    def test_a_handshake_that_drips_or_never_ends_is_given_up(self):
        says = "no answer within the connect timeout"
        hello = record(22, b"\x02\x00\x10\x00" + b"x" * 4000)
        for attack in (drip(hello, 0.05), wait_hang_up):
            self.assertLess(self.raw(attack, says), 0.6 * WORK)

    def test_endless_records_end(self):
        # TLS 1.3 ignores those of kind 20, and a warning is no end either.
        for data in (record(22, b"") * 1000, record(20, b"\1") * 1000, record(21, b"\1\0") * 1000):
            self.raw(send(data, then=for_ever(data)), "cannot connect: ", times=1)

    def test_records_that_are_to_be_ignored_do_not_hold_up_the_end(self):
        data = record(20, b"\1") * 1000
        self.server.raw.append(send(data, then=for_ever(data)))
        self.server.drop_all()
        self.wait_server(lambda: self.server.begun == 1, "the attack")
        self.assertEqual(self.agent_process.stop(), 0)

    def test_endless_records_under_a_connection_end_it(self):
        broken = "(TLS: what the server sent cannot be read (mbedTLS error -0x"
        for kind, says in ((20, "the link is dead: no answer to a sync in time"), (21, broken), (22, broken)):
            def attack(sock, data=record(kind, b"\1") * 1000):
                sock.settimeout(None)
                while True:
                    os.write(sock.fileno(), data)  # past the TLS that the socket speaks
            self.suffer(self.server.opened, attack, says)

    def test_frames_that_are_not_allowed_are_named_under_tls_too(self):
        def attack(sock):
            sock.sendall(frame(0x83))
            wait_hang_up(sock)
        self.suffer(self.server.opened, attack, "broke the WebSocket protocol: byte 0x83")


if __name__ == "__main__":
    unittest.main(verbosity=2)
