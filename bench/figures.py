# SPDX-License-Identifier: Apache-2.0
"""What scripts/bench measures: one function per figure, each on an emulator of its own.

Functions are always real processes behind the emulator's Runtime API. Clients are in C++
(beckon-bench-load) where Python would be what is measured.
"""

import json
import os
import pathlib
import socket
import statistics
import subprocess
import tempfile
import time

from support import paths
from support.agent import Agent
from support.emulator import Emulator
from support.wait import wait_until
from support.websocket import WebSocket

ECHO_TEMPLATE = paths.SOURCE_DIR / "bench" / "template.yaml"


class Row:
    """One line of the table; better_low says on which side of the target it must be."""

    def __init__(self, name, value, unit, target=None, better_low=True, note=""):
        self.name, self.value, self.unit, self.note = name, value, unit, note
        self.target, self.better_low = target, better_low

    def verdict(self):
        if self.target is None:
            return ""
        within = self.value <= self.target if self.better_low else self.value >= self.target
        return "within" if within else "MISSED"


class Bench:
    """A folder and the processes of one figure; they end with it."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="beckon-bench-")
        self.directory = pathlib.Path(self._folder.name)
        self.processes = []
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.clean_up()
        self._folder.cleanup()

    def emulator(self, **options):
        emulator = Emulator(self.directory, **options)
        self.processes.append(emulator)
        return emulator

    def agent(self, emulator, user, device):
        agent = Agent(emulator.websocket_url, user, device, self.directory / device)
        self.processes.append(agent)
        return agent.start()

    def load(self, emulator, command, *args):
        """beckon-bench-load, with its standard input open."""
        child = subprocess.Popen(
            [paths.binary("beckon-bench-load"), command, "--url", emulator.websocket_url,
             *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(_Load(child))
        return child


class _Load:
    def __init__(self, child):
        self.child = child

    def clean_up(self):
        self.child.kill()
        self.child.wait()
        for stream in (self.child.stdin, self.child.stdout):
            stream.close()


def read_json_line(child):
    line = child.stdout.readline()
    if not line:
        raise RuntimeError(f"beckon-bench-load ended with {child.wait()}")
    return json.loads(line)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def milliseconds(seconds):
    return round(seconds * 1000, 2)


def percentile(values, share):
    return sorted(values)[int((len(values) - 1) * share)]


def start(runs):
    """From exec of the emulator to an accepted connection, and to the first WebSocket that is open
    (through authorize and connect, whose processes start then)."""
    accepted, opened = [], []
    for _ in range(runs):
        with Bench() as bench:
            port = free_port()
            began = time.monotonic()
            emulator = bench.emulator(port=port)
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    if not emulator.running() or time.monotonic() - began > 30:
                        raise RuntimeError(emulator.report()) from None
                    time.sleep(0.0005)
            accepted.append(time.monotonic() - began)
            WebSocket(f"ws://127.0.0.1:{port}/dev", {"X-User-Id": "Bob", "X-Device-Id": "Laptop"})
            opened.append(time.monotonic() - began)
    return [Row("emulator: exec to listening", milliseconds(statistics.median(accepted)), "ms", 100,
                note=f"median of {runs}"),
            Row("emulator: exec to first open WebSocket", milliseconds(statistics.median(opened)),
                "ms", 100, note="two functions started on the way")]


def first_next(runs):
    """From exec of a function to its first request for an invocation, against a bare listener."""
    rows = []
    environment = {"CONNECTIONS_TABLE": "c", "STREAMS_TABLE": "s", "DEVICES_TABLE": "d",
                   "AUTH_MODE": "open", "ALLOW_BROADCAST": "false", "ALLOWED_ORIGINS": "",
                   "CONNECTIONS_ENDPOINT": "http://127.0.0.1:1/dev", "AWS_REGION": "us-east-1",
                   "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
                   "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "PATH": "/usr/bin:/bin"}
    for function in ("deliver", "sync"):
        binary = str(paths.binary(f"lambdas/{function}/bootstrap"))
        took = []
        for _ in range(runs):
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", 0))
                listener.listen()
                listener.settimeout(10)
                api = f"127.0.0.1:{listener.getsockname()[1]}"
                began = time.monotonic()
                pid = os.posix_spawn(binary, [binary],
                                     {**environment, "AWS_LAMBDA_RUNTIME_API": api})
                try:
                    connection, _ = listener.accept()
                    request = connection.recv(4096)
                    took.append(time.monotonic() - began)
                    assert b"/runtime/invocation/next" in request, request
                    connection.close()
                finally:
                    os.kill(pid, 9)
                    os.waitpid(pid, 0)
        rows.append(Row(f"function {function}: exec to first next",
                        milliseconds(statistics.median(took)), "ms", 10, note=f"median of {runs}"))
    return rows


def echo(seconds):
    """Round trips client → gateway → function process → gateway → client."""
    rows = []
    for clients, target in ((1, None), (50, 5000)):
        with Bench() as bench:
            emulator = bench.emulator(template=ECHO_TEMPLATE,
                                      args=("--message-rate", "0")).start()
            load = bench.load(emulator, "echo", "--connections", clients, "--seconds", seconds)
            result = read_json_line(load)
            if result["errors"]:
                raise RuntimeError(f"{result['errors']} answers were not what was sent")
            rows.append(Row(f"echo, {clients} client{'s' if clients > 1 else ''}",
                            result["per_s"], "/s", target, better_low=False,
                            note=f"p50 {result['p50_us']} µs, p99 {result['p99_us']} µs, "
                                 f"{len(emulator.function_processes())} function processes"))
    return rows


def posted_to_action(events):
    """From the call of PutEvents to the agent's line for the event, one event at a time."""
    with Bench() as bench:
        emulator = bench.emulator().start()
        agent = bench.agent(emulator, "Bob", "Laptop")
        took = []
        for number in range(events + 5):
            began = time.monotonic()
            event_id = emulator.post("Bob", {"n": number})
            took.append(agent.wait_stamp(event_id, start=number) - began)
        took = took[5:]  # the first ones start function processes
        return [Row("posted to action, p50", milliseconds(percentile(took, 0.5)), "ms", 5,
                    note=f"{events} events, one at a time"),
                Row("posted to action, p99", milliseconds(percentile(took, 0.99)), "ms", 20)]


def fan_out(sizes, rounds):
    """From the call of PutEvents to the last of the user's connections that received the event."""
    rows = []
    for size in sizes:
        with Bench() as bench:
            emulator = bench.emulator(args=("--connect-rate", "0")).start(timeout_s=60)
            load = bench.load(emulator, "hold", "--connections", size, "--user", "Bob",
                              "--opens-per-s", 2000)
            read_json_line(load)
            took = []
            for number in range(rounds + 2):
                began = time.monotonic_ns()
                emulator.post("Bob", {"n": number})
                took.append((read_json_line(load)["last_ns"] - began) / 1e9)
            rows.append(Row(f"fan-out to {size}, last delivery",
                            milliseconds(statistics.median(took[2:])), "ms",
                            note=f"median of {rounds}"))
    return rows


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def idle(connections):
    """The emulator's resident memory before and after the connections are open."""
    with Bench() as bench:
        emulator = bench.emulator(template=ECHO_TEMPLATE, args=("--connect-rate", "0")).start()
        WebSocket(emulator.websocket_url).close()
        wait_until(lambda: not emulator.control("connections").get("connections"), "no connections")
        before = resident_kb(emulator.pid)
        load = bench.load(emulator, "hold", "--connections", connections,
                          "--opens-per-s", 5000)
        opened = read_json_line(load)
        after = resident_kb(emulator.pid)
        load.stdin.close()
        closed = read_json_line(load)["closed"]
        if closed:
            raise RuntimeError(f"{closed} idle connections were closed")
        return [Row(f"memory per idle connection ({connections} open)",
                    round((after - before) / connections, 2), "kB", 12,
                    note=f"{before} kB before, {after} kB after, opened in "
                         f"{opened['seconds']:.1f} s")]
