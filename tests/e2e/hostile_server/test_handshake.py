# SPDX-License-Identifier: Apache-2.0
"""Answers to the handshake that are wrong, endless or meant for somebody else."""

import socket
import unittest

from hostile import accept_of, answer, for_ever, frame, read_request, wait_hang_up
from ordeal import Ordeal

SWITCH = "HTTP/1.1 101 Switching Protocols"
UPGRADE = "Upgrade: websocket"
CONNECTION = "Connection: Upgrade"


def accept(headers):
    return "Sec-WebSocket-Accept: " + accept_of(headers)


def garbage(sock):
    read_request(sock)
    sock.sendall(bytes(range(256)) * 4 + b"\r\n\r\n")
    wait_hang_up(sock)


def hang_up(sock):
    read_request(sock)


class Handshake(Ordeal):
    timing = {"connect_timeout": 5}

    def raw(self, attack, says, times=2):
        return self.suffer(self.server.raw, attack, says, times)

    def test_what_is_no_answer_is_named(self):
        self.raw(garbage, "answered with what is not HTTP")
        self.raw(hang_up, "closed the connection without an HTTP answer")
        self.raw(lambda sock: None, "closed the connection without an HTTP answer")

    def test_an_answer_that_is_no_websocket_is_named(self):
        cases = (
            ([SWITCH, UPGRADE, CONNECTION, "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA="], "Accept hash wrong"),
            ([SWITCH, UPGRADE, CONNECTION], "ACCEPT missing"),
            ([SWITCH, CONNECTION, accept], "UPGRADE missing"),
            ([SWITCH, "Upgrade: h2c", CONNECTION, accept], "Upgrade to something other than websocket"),
            ([SWITCH, UPGRADE, "Connection: close", accept], "UPGRADE malformed"),
            ([SWITCH, UPGRADE, CONNECTION, accept, "Sec-WebSocket-Protocol: chat"], "PROTOCOL malformed"),
            ([SWITCH, UPGRADE, CONNECTION, accept, "Sec-WebSocket-Extensions: permessage-deflate"],
             "the server chose a WebSocket extension, and none was offered"),
            (["HTTP/1.1 200 OK", "Content-Length: 2"], "HTTP 200"),
            (["HTTP/1.1 100 Continue"], "HTTP 100"))
        for lines, says in cases:
            with self.subTest(says):
                self.raw(answer(*lines), says, times=1)

    def test_what_follows_a_right_handshake_is_read_as_frames(self):
        self.raw(answer(SWITCH, UPGRADE, CONNECTION, accept, body=b"HTTP/1.1 200 OK\r\n\r\n"),
                 "broke the WebSocket protocol")
        # An answer before the question, in the same packet.
        text = b'{"type":"synced","cursor":"evil:9","head":"evil:9","events":[],"more":false,"lost":0}'
        self.raw(answer(SWITCH, UPGRADE, CONNECTION, accept, body=frame(0x81, text) + frame(0x83)),
                 'answered for the stream "evil"')

    def test_endless_answers_end(self):
        chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
        cases = (
            (answer("HTTP/1.1 503 No", "Transfer-Encoding: chunked", then=for_ever(chunk)), "HTTP 503"),
            (answer("HTTP/1.1 401 No", then=for_ever(b"x" * 65536)), "HTTP 401"),
            (answer(SWITCH, UPGRADE, CONNECTION, accept, "X-Large: " + "x" * 1_000_000), "more than 4 kB of headers"),
            (self.headers_for_ever, "more than 4 kB of headers"),
            (self.status_line_for_ever, "answered with what is not HTTP"),
            (self.spaces_for_ever, "answered with what is not HTTP"))
        for number, (attack, says) in enumerate(cases):
            with self.subTest(number):
                self.raw(attack, says, times=1)

    @staticmethod
    def headers_for_ever(sock):
        read_request(sock)
        sock.sendall(SWITCH.encode() + b"\r\n")
        for_ever(b"X-More: and more\r\nConnection: Upgrade\r\n" * 1000)(sock)

    @staticmethod
    def status_line_for_ever(sock):
        read_request(sock)
        sock.sendall(SWITCH.encode())
        for_ever(b" and more" * 1000)(sock)

    @staticmethod
    def spaces_for_ever(sock):
        read_request(sock)
        for_ever(b"\r\n" * 1000)(sock)

    def test_a_redirect_is_not_followed(self):
        with socket.create_server(("127.0.0.1", 0)) as elsewhere:
            place = f"Location: ws://127.0.0.1:{elsewhere.getsockname()[1]}/dev"
            for status in (301, 302, 307, 308):
                self.raw(answer(f"HTTP/1.1 {status} Elsewhere", place, "Content-Length: 0"), f"HTTP {status}", times=1)
            elsewhere.settimeout(0)
            with self.assertRaises(BlockingIOError):
                elsewhere.accept()


if __name__ == "__main__":
    unittest.main(verbosity=2)
