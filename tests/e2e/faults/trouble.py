# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, and when: everything is drawn from one seed. One thread calls run(); it alone
ends, freezes and starts processes. The faults by probability are the emulator's."""

import collections
import heapq
import itertools
import random
import time

from place import harness
from harness import seconds

CLOSE_CODES = (1000, 1001, 1011, 1012, 4000)


def plan(seed):
    """The emulator's faults by probability."""
    return {
        "seed": seed,
        "dynamodb": {"throttle": 0.02, "fail": 0.01, "lose_answer": 0.02},
        "connections_post": {"swallow": 0.03, "throttle": 0.02, "gone": 0.01},
        "functions": {"kill": 0.004, "kill_within_ms": 8, "freeze": 0.001, "freeze_ms": 0},
        "links": {"cut": 0.003, "half_open": 0.002}}


class Trouble:
    """house: a network.House whose devices' packets are dropped now and then; None: no network."""

    def __init__(self, backend, devices, seed, house=None):
        self.backend = backend
        self.devices = devices
        self.house = house
        self.counts = collections.Counter()
        self._random = random.Random(f"{seed}/trouble")
        self._later = []  # (when, number, what is to be done then)
        self._number = itertools.count()
        self._down = set()  # devices without an agent
        self._emulator_rest_until = 0.0
        # What can happen, and how often, in parts.
        self._faults = [(10, self._cut), (4, self._close), (6, self._half_open),
                        (8, self._kill_agent), (2, self._stop_agent), (5, self._kill_function),
                        (4, self._freeze_function), (2, self._kill_emulator)]
        if house:
            self._faults.append((6, self._drop_packets))

    def run(self, still_wanted):
        """Until still_wanted() is false; then everything that is down comes up and nothing is frozen."""
        self.backend.set_plan(plan(self._random.randrange(2**31)))
        weights = [weight for weight, _ in self._faults]
        while still_wanted():
            until = time.monotonic() + seconds(self._random.uniform(0.05, 0.4))
            while self._later and self._later[0][0] <= until:
                self._do_next()
            time.sleep(max(0.0, until - time.monotonic()))
            self._random.choices(self._faults, weights)[0][1]()
        while self._later:
            self._do_next()
        self.backend.calm()

    def _do_next(self):
        when, _, action = heapq.heappop(self._later)
        time.sleep(max(0.0, when - time.monotonic()))
        action()

    def _after(self, span_s, action):
        heapq.heappush(self._later, (time.monotonic() + seconds(span_s), next(self._number),
                                     action))

    def _count(self, what):
        self.counts[what] += 1

    def _end_link(self, what, verb, body=None):
        ids = self.backend.connection_ids()
        if ids and self.backend.end_link(self._random.choice(ids), verb, body):
            self._count(what)

    def _cut(self):
        self._end_link("link cut without a close", "drop")

    def _close(self):
        self._end_link("link closed with a code", "close",
                       {"code": self._random.choice(CLOSE_CODES), "reason": "a fault"})

    def _half_open(self):
        self._end_link("link half-open", "half-open")

    def _a_device(self):
        up = [device for device in self.devices if device.name not in self._down]
        return self._random.choice(up) if up else None

    def _bring_back(self, device):
        self._down.add(device.name)

        def start():
            self._down.discard(device.name)
            device.start()
        self._after(self._random.uniform(0, 1.5), start)

    def _kill_agent(self):
        device = self._a_device()
        if device:
            device.kill()
            self._count("agent killed")
            self._bring_back(device)

    def _stop_agent(self):
        device = self._a_device()
        if device:
            device.stop()
            self._count("agent ended in order")
            self._bring_back(device)

    def _a_function(self):
        functions = self.backend.functions()
        return self._random.choice(functions) if functions else None

    def _kill_function(self):
        function = self._a_function()
        if function and self.backend.signal(function, "kill"):
            self._count("function's processes killed")

    def _freeze_function(self):
        function = self._a_function()
        if function and self.backend.signal(function, "freeze"):
            self._count("function's processes frozen")
            self._after(self._random.uniform(0.1, 2),
                        lambda: self.backend.signal(function, "thaw"))

    def _kill_emulator(self):
        if time.monotonic() < self._emulator_rest_until:
            return
        self.backend.kill()
        self._count("emulator killed")
        time.sleep(seconds(self._random.uniform(0, 0.7)))
        self.backend.restart()
        self._emulator_rest_until = time.monotonic() + seconds(4)

    def _drop_packets(self):
        if self.house.is_cut_off():
            return
        self.house.drop_packets()
        self._count("packets of a house dropped")
        self._after(self._random.uniform(0.3, 4), self.house.let_through)
