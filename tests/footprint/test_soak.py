# SPDX-License-Identifier: Apache-2.0
"""An hour in a minute: an agent and the emulator under heartbeats, syncs, events and reconnects must
not grow after the warm-up: memory by 16 bytes an event at most, which is half of the smallest block
that malloc hands out; descriptors not at all. Prints what it measured.

The emulator says itself what it holds of the heap and what of it is SQLite's (GET memory), whose
tables grow as they should: DynamoDB keeps the tokens of transactions for 10 minutes. Of the agent the
anonymous pages are counted.

By hand, at full size: BECKON_SOAK="--events 3600 --reconnects 5000" or as arguments.
"""

import argparse
import collections
import json
import os
import shlex
import signal
import sys
import unittest
import urllib.parse

import memory
from harness import Case, seconds

OPTIONS = None
WINDOWS = 4  # after the warm-up
# Two bursts, which find the agent standing still: its queue and its buffers are full then. After them
# some in the soak's own pace, until the emulator's database has settled into its checkpoints.
BURST = 300
WARM_UP = 500
KEPT = 100  # events that stay stored: the rest is removed as TTL does, so that the tables do not grow


def read_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--events", type=int, default=600, help="after a warm-up")
    parser.add_argument("--reconnects", type=int, default=400)
    return parser.parse_args(arguments)


class Soak(Case):
    def begin(self, **timing):
        """An emulator that keeps its tables on disk, and an online agent."""
        self.backend = self.emulator("--data", str(self.directory / "data"), "--connect-rate", "0",
                                     "--log-level", "warning")
        timing = {"backoff_base": 0.01, "backoff_cap": 0.01, "ack_delay": 0.02,
                  "store_interval": 0.02, **timing}
        args = [f"--timing={name}={seconds(value) * 1000:.0f}ms" for name, value in timing.items()]
        self.device = self.agent(self.backend, "Bob", "Laptop", ["--log-level", "error", *args,
                                                                 "--verbose-lines"], wait=False)
        self.read_lines, self.counts = 0, collections.Counter()
        self.online(1)
        self.watches = [memory.Watch("agent", self.device.pid),
                        memory.Watch("emulator", self.backend.pid, self.held_bytes)]

    def held_bytes(self):
        """What the emulator holds of the heap, its tables' pages apart."""
        held = self.backend.control("memory")
        return held["allocated"] - held["sqlite"]

    def online(self, times):
        """Waits until the agent has been online so often."""
        self.wait_until(lambda: self.count("online") >= times, f"'online' {times} times")

    def count(self, kind):
        """How many lines of this type the agent has printed."""
        new = self.device.lines(start=self.read_lines)
        self.read_lines += len(new)
        self.counts.update(json.loads(line)["type"] for line in new)
        return self.counts[kind]

    def read(self):
        for watch in self.watches:
            watch.read()

    def judge(self, what, rounds):
        """rounds: between the first window and the last."""
        for watch in self.watches:
            print(f"soak, {what}: {watch.text()} of {watch.growth_max(rounds)}", flush=True)
        for watch in self.watches:
            self.assertLessEqual(watch.growth(), watch.growth_max(rounds), watch.text())

    def reconnect(self):
        """Cuts the agent's link and waits until it is online again."""
        times = self.count("online")
        for connection in self.backend.control("connections")["connections"]:
            self.backend.control(
                f"connections/{urllib.parse.quote(connection['connectionId'], safe='')}/drop",
                "POST")
        self.online(times + 1)

    def end_functions(self):
        """Ends the functions' processes: the emulator holds descriptors for as many as were needed
        at the busiest moment, and now for none."""
        def processes():
            return self.backend.control("functions")["processes"]
        for function in {one["function"] for one in processes()}:
            self.backend.control(f"functions/{function}/kill", "POST")
        self.wait_until(lambda: not processes(), "the functions' processes to end")

    def post(self, count, afterwards=lambda: None):
        """So many events, then afterwards(); returns when the agent has handled them."""
        before = self.count("event")
        for _ in range(count // 10):
            answer = self.backend.aws.put_events(*[
                {"Source": "beckon", "DetailType": "message", "EventBusName": "beckon",
                 "Detail": json.dumps({"target": {"user": "Bob"}, "text": "x" * 100})}] * 10)
            self.assertEqual(answer["FailedEntryCount"], 0)
        afterwards()
        self.wait_until(lambda: self.count("event") >= before + count, f"{count} events", 60)
        self.sweep()

    def go_on_when_all_is_stored(self):
        due = self.count("event") + BURST
        self.wait_until(lambda: any(row["sk"] == "head" and row["seq"] >= due
                                    for row in self.backend.rows("streams")), "the burst", 60)
        self.device.signal(signal.SIGCONT)

    def sweep(self):
        """What TTL does in days: old rows go."""
        rows = self.backend.aws.scan("beckon-streams")
        old = max(row["seq"] for row in rows) - KEPT
        for row in rows:
            if row["sk"] != "head" and row["seq"] <= old:
                self.backend.aws.call("dynamodb", "DeleteItem", TableName="beckon-streams", Key={
                    "userId": {"S": row["userId"]}, "sk": {"S": row["sk"]}})

    def test_memory_does_not_grow_under_heartbeats_syncs_and_events(self):
        self.begin(heartbeat=0.1, heartbeat_spread=0.02)
        portion = 50
        for _ in range(2):
            self.device.signal(signal.SIGSTOP)
            self.post(BURST, afterwards=self.go_on_when_all_is_stored)
        for _ in range(WARM_UP // portion):
            self.post(portion)
        for _ in range(WINDOWS):
            for watch in self.watches:
                watch.next_window()
            for _ in range(OPTIONS.events // WINDOWS // portion):
                self.post(portion)
                self.read()
        self.judge(f"{self.count('event')} events", OPTIONS.events * (WINDOWS - 1) // WINDOWS)

    def test_neither_memory_nor_descriptors_grow_over_reconnects(self):
        self.begin()
        held = []

        def no_more():
            held.append([memory.descriptors(watch.pid) for watch in self.watches])
            # A closed socket's end is seen a moment later: that is no growth.
            return all(held_now <= at_first for held_now, at_first in zip(held[-1], held[0]))
        for _ in range(WINDOWS + 1):
            for _ in range(OPTIONS.reconnects // (WINDOWS + 1)):
                self.reconnect()
            self.end_functions()
            self.wait_until(no_more, "descriptors to be as few as after the warm-up")
            self.read()
            for watch in self.watches:
                watch.next_window()
        for watch in self.watches:
            del watch.windows[0]  # the warm-up
        print(f"soak: descriptors of agent and emulator: {held[0]}, at the end {held[-1]}",
              flush=True)
        self.judge(f"{self.count('online') - 1} reconnects",
                   OPTIONS.reconnects * (WINDOWS - 1) // (WINDOWS + 1))


if __name__ == "__main__":
    OPTIONS = read_options([*shlex.split(os.environ.get("BECKON_SOAK", "")), *sys.argv[1:]])
    unittest.main(argv=sys.argv[:1], verbosity=2)
