# SPDX-License-Identifier: Apache-2.0
"""What every test of hostile clients starts from and ends with: an emulator, an honest agent that is
served throughout, and a look at what the emulator and its functions hold."""

import os
import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "footprint"))
# pylint: disable=wrong-import-position
import memory  # noqa: E402
import harness  # noqa: E402,F401
from harness import Case, seconds, wait_until  # noqa: E402

MB = 1 << 20
JUDGE_MEMORY = os.environ.get("BECKON_JUDGE_MEMORY") == "1"

# What a hostile client may cost at most, above what the emulator and a function hold at rest.
EMULATOR_GROWTH_MAX = 96 * MB
FUNCTION_GROWTH_MAX = 16 * MB
# Of the log, for each request, message or connection: a few lines.
LOG_BYTES_EACH = 1500
SERVED_WITHIN_S = 20.0


class Raw:
    """A TCP client that sends bytes as they are."""

    def __init__(self, address, timeout_s=20.0, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(seconds(timeout_s))
        self.socket.connect(address)

    def send(self, data):
        """False if the other side has closed."""
        try:
            self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
            return True
        except OSError:
            return False

    def read_to_end(self):
        """Everything until the other side closes."""
        out = b""
        try:
            while data := self.socket.recv(65536):
                out += data
        except ConnectionResetError:
            pass
        return out

    def read_status(self):
        """The status of the next answer; 0 if the connection ended instead."""
        out = b""
        try:
            while b"\r\n" not in out:
                data = self.socket.recv(1)
                if not data:
                    return 0
                out += data
        except ConnectionResetError:
            return 0
        return int(out.split()[1])

    def close(self):
        self.socket.close()


class HostileCase(Case):
    """self.backend and self.agent run from the start. tearDown looks whether everything is as before;
    self.requests is how many requests, messages and connections the test has made."""

    def setUp(self):
        super().setUp()
        self.requests = 0
        self.begin()

    def begin(self):
        self.backend = self.emulator("--connect-rate", "0", "--message-rate", "0")
        self.agent_of_bob = self.agent(self.backend, "Bob", "Phone")
        self.served()
        self.remember()

    def remember(self):
        """What is held now, with one process of each function that a client can reach."""
        self.descriptors_before = memory.descriptors(self.backend.pid)
        self.processes_before = set(self.backend.function_processes())
        self.resident_before = memory.rollup(self.backend.pid)[0]
        self.function_resident = max(memory.rollup(pid)[0] for pid in self.processes_before)
        self.log_before = self.log_bytes()
        self.emulator_peak = self.function_peak = 0

    @property
    def address(self):
        return ("127.0.0.1", self.backend.port)

    def raw(self, **options):
        self.requests += 1
        return Raw(self.address, **options)

    def served(self):
        """The honest agent gets an event now."""
        start = time.monotonic()
        self.agent_of_bob.wait_event(self.backend.post("Bob", {"text": "honest"}),
                                     timeout_s=SERVED_WITHIN_S)
        return time.monotonic() - start

    def log_bytes(self):
        return sum(len(line) + 1 for line in self.backend.lines("stderr"))

    def look(self):
        """Remembers the most memory that was seen."""
        self.emulator_peak = max(self.emulator_peak, memory.rollup(self.backend.pid)[0])
        for pid in self.backend.function_processes():
            try:
                self.function_peak = max(self.function_peak, memory.rollup(pid)[0])
            except OSError:
                pass  # it ended meanwhile

    def assert_memory(self, emulator_max=EMULATOR_GROWTH_MAX, function_max=FUNCTION_GROWTH_MAX):
        self.look()
        emulator = self.emulator_peak - self.resident_before
        function = self.function_peak - self.function_resident
        print(f"{self.id()}: emulator +{emulator / MB:.1f} MB (bound {emulator_max / MB:.0f}), "
              f"a function +{function / MB:.1f} MB (bound {function_max / MB:.0f})", flush=True)
        if JUDGE_MEMORY:
            self.assertLessEqual(emulator, emulator_max)
            self.assertLessEqual(function, function_max)

    def assert_quiet(self):
        """Whoever is connected now and does nothing costs no time."""
        def cpu_s():
            with open(f"/proc/{self.backend.pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        def is_quiet():
            before, begin = cpu_s(), time.monotonic()
            with socket.socket() as silent:  # half a second in which nothing comes
                silent.bind(("127.0.0.1", 0))
                silent.listen()
                silent.settimeout(0.5)
                try:
                    silent.accept()
                except socket.timeout:
                    pass
            return cpu_s() - before < 0.3 * (time.monotonic() - begin)

        wait_until(is_quiet, "the emulator to rest")

    def assert_as_before(self):
        """Everything works, and what the hostile clients took has come back."""
        self.served()
        fresh = self.backend.connect("Bob", "Tablet")
        self.assertEqual(fresh.sync()["type"], "synced")
        fresh.close()

        def descriptors_are_back():
            # A function process has four in the emulator: its listener, its pipe, its id, its status;
            # and its connections: the Runtime API's and two that it calls with.
            more = len(self.backend.function_processes()) - len(self.processes_before)
            now = memory.descriptors(self.backend.pid)
            assert now <= self.descriptors_before + 8 * max(0, more) + 4, \
                f"{now} descriptors, {self.descriptors_before} before, {more} processes more"
            return True

        self.wait_until(descriptors_are_back, "the descriptors to come back", timeout_s=30)

    def assert_log(self, each=LOG_BYTES_EACH):
        written = self.log_bytes() - self.log_before
        print(f"{self.id()}: {written} B of log for {self.requests} requests", flush=True)
        self.assertLessEqual(written, each * self.requests + 64 * 1024)

    def finish(self, **bounds):
        """The end of every test."""
        self.assert_as_before()
        self.assert_memory(**bounds)
        self.assert_log()
