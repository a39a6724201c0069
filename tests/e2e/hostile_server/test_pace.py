# SPDX-License-Identifier: Apache-2.0
"""Servers that are slow, silent, or back at once: the agent waits for them without working, and not
for ever."""

import time
import unittest

from hostile import accept_of, drip, frame, read_request, wait_hang_up
from ordeal import WORK, Ordeal, cpu_s, elapsed, seconds

DRIP_S = 0.02  # a byte; compressed as the agent's own times are
SYNCED = b'{"type":"synced","cursor":"k3f9:1","head":"k3f9:1","events":[],"more":false,"lost":0}'


def silence(sock):
    read_request(sock)
    wait_hang_up(sock)


def never_read(sock):
    """The handshake's bytes are not even taken in."""
    time.sleep(0.2)
    wait_hang_up(sock)


def switching(sock):
    headers = read_request(sock)
    drip(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          f"Sec-WebSocket-Accept: {accept_of(headers)}\r\nX-Slow: {'x' * 10_000}").encode(), DRIP_S)(sock)


class Slow(Ordeal):
    timing = {"connect_timeout": 1, "answer_timeout": 0.5}

    def patient(self, place, attack, says, limit_s):
        """It gives up in time, and waiting costs next to nothing."""
        begun = time.monotonic()
        used = self.suffer(place, attack, says, times=2)
        self.assertLess(elapsed(begun), seconds(2 * limit_s + 10))
        self.assertLess(used, 0.3 * WORK)

    def test_a_handshake_that_drips_is_given_up(self):
        self.patient(self.server.raw, switching, "no answer within the connect timeout", 1)

    def test_a_handshake_without_an_answer_is_given_up(self):
        self.patient(self.server.raw, silence, "no answer within the connect timeout", 1)
        self.patient(self.server.raw, never_read, "no answer within the connect timeout", 1)

    def test_an_answer_that_drips_is_given_up(self):
        slow = drip(frame(0x81, SYNCED + b" " * 10_000), DRIP_S)
        self.patient(self.server.opened, slow, "the link is dead: no answer to a sync in time", 0.5)

    def test_an_unfinished_frame_is_given_up(self):
        for part in (b"\x81", b"\x81\x7f\0\0", frame(0x81, b"{", length=100), frame(0x01, b"{")):
            self.patient(self.server.opened, drip(part, DRIP_S), "the link is dead: no answer to a sync in time", 0.5)

    def test_a_wait_for_frames_that_drip_does_not_hold_up_pings_and_the_end(self):
        self.server.opened.append(drip(frame(0x81, b" " * 100_000), DRIP_S))
        self.server.drop_all()
        self.wait_server(lambda: not self.server.opened, "the attack")
        begun = time.monotonic()
        self.assertEqual(self.agent_process.stop(), 0)
        self.assertLess(elapsed(begun), seconds(8))


class DripAfterTheFirstAnswer(Ordeal):
    timing = {"heartbeat": 0.5, "answer_timeout": 0.5}

    def test_it_is_found_at_the_next_heartbeat(self):
        def attack(sock):
            drip(frame(0x81, SYNCED) + frame(0x81, b" " * 10_000), DRIP_S / 10)(sock)
        self.suffer(self.server.opened, attack, "the link is dead: no answer to a sync in time")


class Storm(Ordeal):
    timing = {"backoff_base": 0.1, "backoff_cap": 1}

    def attempts(self, place, attack):
        """How often the agent comes within a while, and what that costs."""
        place += [attack] * 1000
        self.server.drop_all()
        before, begun, count = cpu_s(self.pid), time.monotonic(), self.server.begun
        self.wait_server(lambda: elapsed(begun) >= 4 or self.server.begun - count >= 100, "four seconds")
        used, count = cpu_s(self.pid) - before, self.server.begun - count
        place.clear()
        self.progress()
        # Uniform between 0 and 0.1 s, 0.2 s, … 1 s: 4 s are about ten attempts.
        self.assertGreaterEqual(count, 3)
        self.assertLess(count, 40)
        self.assertLess(used, 0.5 * WORK)

    def test_a_server_that_hangs_up_at_once_does_not_set_the_pace(self):
        self.attempts(self.server.raw, lambda sock: None)

    def test_a_server_that_opens_and_closes_does_not_set_the_pace(self):
        self.attempts(self.server.opened, lambda sock: sock.sendall(frame(0x88, b"\x03\xe9")))

    def test_a_server_that_answers_and_closes_does_not_set_the_pace(self):
        def attack(sock):
            sock.sendall(frame(0x81, SYNCED) + frame(0x88, b"\x03\xe9"))
        self.attempts(self.server.opened, attack)


if __name__ == "__main__":
    unittest.main(verbosity=2)
