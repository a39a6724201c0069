# SPDX-License-Identifier: Apache-2.0
"""A link that fell silent: the agent notices by its own heartbeat, is back within a time that the
configuration bounds, and then gets what it missed, in order. Prints the times.

With --network the silence is that of a real network: packets are dropped in a network namespace."""

import statistics
import sys
import time
import unittest

from place import harness
from harness import Case, seconds
from backend import Backend
from device import Device, TIMING_S
from network import OUTSIDE
import network

# No renewal: a link that was renewed meanwhile would be no proof.
TIMING = {**TIMING_S, "heartbeat": 0.8, "heartbeat_spread": 0.1, "answer_timeout": 0.6,
          "connect_timeout": 1, "backoff_base": 0.1, "backoff_cap": 0.4, "renew_min": 3600,
          "renew_max": 3600, "ack_delay": 0.1, "store_interval": 0.05}
ROUNDS = 10
MACHINE_S = 0.4  # handshake, first sync and scheduling on a busy machine


class Silence(Case):
    def begin(self, house=None):
        self.backend = Backend(self.directory, host="0.0.0.0" if house else "127.0.0.1")
        self.addCleanup(self.backend.clean_up)
        url = self.backend.emulator.websocket_url
        self.device = Device(url.replace("127.0.0.1", OUTSIDE) if house else url, "Bob", "Laptop",
                             self.directory / "Laptop", prefix=house.prefix if house else (),
                             timing_s=TIMING)
        self.addCleanup(self.device.clean_up)
        self.device.start()
        self.posted = 0
        self.wait_state("online", 0)

    def wait_state(self, word, start):
        """When the agent logged this word, in line start of its log or later."""
        return self.device.agent.wait_stamped(lambda line: word in line, word, kind="stderr",
                                              start=start)[0]

    def log_length(self):
        return len(self.device.agent.lines("stderr"))

    def post(self, count):
        for _ in range(count):
            self.posted += 1
            self.backend.emulator.post("Bob", {"n": self.posted})

    def wait_recorded(self):
        self.wait_until(lambda: self.device.last_seq() >= self.posted, "the posted events")
        recorded = [int(line.split()[0]) for line in self.device.lines()]
        self.assertEqual(recorded, list(range(1, self.posted + 1)))

    def tell(self, what, times_s, bound_s):
        print(f"half-open: {what}: {len(times_s)} times, median {statistics.median(times_s):.2f} s, "
              f"longest {max(times_s):.2f} s, allowed {bound_s:.2f} s", flush=True)


class HalfOpen(Silence):
    def test_an_agent_is_back_within_heartbeat_answer_timeout_and_backoff_cap(self):
        self.begin()
        times = []
        allowed = seconds(TIMING["heartbeat"] + TIMING["heartbeat_spread"]
                          + TIMING["answer_timeout"] + TIMING["backoff_cap"] + MACHINE_S)
        for _ in range(ROUNDS):
            silent, = self.backend.connection_ids()
            seen = self.log_length()
            begun = time.monotonic()
            self.assertTrue(self.backend.end_link(silent, "half-open"))
            self.post(3)
            times.append(self.wait_state("online", seen) - begun)
            self.assertLessEqual(times[-1], allowed)
            self.wait_recorded()
            self.backend.end_link(silent, "drop")  # to the emulator it was open all the time
        self.tell("from the silence to online", times, allowed)


class DroppedPackets(Silence):
    def test_an_agent_notices_dropped_packets_and_is_back_when_they_pass_again(self):
        house = network.House()
        self.addCleanup(house.clean_up)
        self.begin(house)
        noticed, back = [], []
        allowed = seconds(TIMING["heartbeat"] + TIMING["heartbeat_spread"]
                          + TIMING["answer_timeout"] + MACHINE_S)
        # An attempt that began before counts up to its end, then one pause.
        allowed_back = seconds(TIMING["connect_timeout"] + TIMING["backoff_cap"] + MACHINE_S)
        for _ in range(ROUNDS):
            seen = self.log_length()
            begun = time.monotonic()
            house.drop_packets()
            self.post(3)
            noticed.append(self.wait_state("the link is dead", seen) - begun)
            self.assertLessEqual(noticed[-1], allowed)
            self.post(2)
            seen = self.log_length()
            begun = time.monotonic()
            house.let_through()
            back.append(self.wait_state("online", seen) - begun)
            self.assertLessEqual(back[-1], allowed_back)
            self.wait_recorded()
        self.tell("from the first lost packet to the notice", noticed, allowed)
        self.tell("from packets that pass again to online", back, allowed_back)


if __name__ == "__main__":
    if "--network" in sys.argv:
        network.enter_own()
    test = DroppedPackets if "--network" in sys.argv else HalfOpen
    unittest.main(argv=[sys.argv[0], test.__name__], verbosity=2)
