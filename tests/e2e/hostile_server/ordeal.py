# SPDX-License-Identifier: Apache-2.0
"""What every test here asks of an agent that was attacked.

It said what was wrong, used little memory, time and log, ran nothing and kept its cursor; and with the
same server grown honest it goes on where it was.
"""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "footprint"))
# pylint: disable=wrong-import-position
import harness  # noqa: E402
import memory  # noqa: E402
from harness import Case, seconds  # noqa: E402
from hostile import HostileServer  # noqa: E402

KB = 1024
# Resident memory over what the same agent had when it was idle: a message as the most costly JSON, its
# copies, a full queue, and half a megabyte of code that it had unmapped since it needed it last.
GROWTH_BYTES_MAX = 1700 * KB
LOG_BYTES_MAX = 100 * KB
INSTRUMENTED = float(os.environ.get("BECKON_TEST_SLOWNESS", "1")) > 1
# Instrumented code works that much more for the same bytes.
WORK = 20 if INSTRUMENTED else 1
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")

FAST = {"ack_delay": 0.05, "backoff_base": 0.02, "backoff_cap": 0.05, "refused_delay": 0.1, "stop_grace": 1}


def cpu_s(pid):
    """Processor time of a process so far, of all its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


class Ordeal(Case):
    timing = {}       # beside FAST, in seconds
    arguments = ()    # of the agent
    command = ()
    log_bytes_max = LOG_BYTES_MAX
    resets = False    # an attack moves the agent to another stream

    def server_options(self):
        return {}

    def setUp(self):
        super().setUp()
        self.server = HostileServer(**self.server_options())
        self.addCleanup(self.server.stop)
        args = [f"--timing={name}={seconds(value) * 1000:.0f}ms"
                for name, value in {**FAST, **self.timing}.items()]
        self.state = self.directory / "state"
        self.agent_process = self.launch(harness.Agent(
            self.server.url, "Bob", "Laptop", self.state, [*args, *self.arguments], self.command))
        self.agent_process.start()
        self.progress()
        self.idle_bytes = memory.rollup(self.pid)[0]
        self.idle_descriptors = memory.descriptors(self.pid)

    @property
    def pid(self):
        return self.agent_process.pid

    def log_lines(self):
        return self.agent_process.lines("stderr")

    def wait_log(self, text, start=0):
        self.agent_process.wait_line(lambda line: text in line, f"{text!r} in the log", kind="stderr",
                                     start=start)

    def wait_server(self, condition, what, timeout_s=30):
        self.server.wait_until(condition, what, seconds(timeout_s))

    def progress(self):
        """The honest server's next event is handled, acknowledged and stored."""
        seq = self.server.post()
        self.wait_server(lambda: self.server.acknowledged() == seq, f"event {seq} to be acknowledged")
        self.assertIn(f"{self.server.epoch}:{seq}", self.stored_cursor())

    def stored_cursor(self):
        files = [path for path in self.state.glob("cursor-*") if not path.suffix]
        self.assertEqual(len(files), 1, files)
        return files[0].read_text("ascii")

    def suffer(self, place, attack, says, times=1):
        """The agent meets this attack so often, says this, and goes on with the honest server.

        place: the server's list. Returns the seconds of processor time that it took."""
        self.assertNotIn(says, "the connection was closed, code 1006", "that is how drop_all() looks")
        start, over, before = len(self.log_lines()), self.server.over, cpu_s(self.pid)
        place += [attack] * times
        self.server.drop_all()
        self.wait_server(lambda: self.server.over >= over + times, f"the end of {times} attacks: {says}", 60)
        self.assertEqual(self.server.errors, [])
        self.wait_log(says, start)
        used = cpu_s(self.pid) - before
        self.progress()
        return used

    def tearDown(self):
        if not self._failed_now() and self.agent_process.running():
            self.unharmed()
        super().tearDown()

    def unharmed(self):
        """Nothing ran that the honest server did not say, once each and in order; nothing grew."""
        if not self.command:
            ids = [event["id"] for event in self.agent_process.events()
                   if event["stream"] == self.server.epoch]
            if self.resets:  # then the honest server begins its stream again, which is what it says
                ids = list(dict.fromkeys(ids))
            self.assertEqual(ids, [event["id"] for event in self.server.events])
        log_bytes = sum(len(line) + 1 for line in self.log_lines())
        self.assertLess(log_bytes, self.log_bytes_max, self.log_lines()[-20:])
        self.wait_until(lambda: memory.descriptors(self.pid) <= self.idle_descriptors,
                        f"{self.idle_descriptors} descriptors again")
        grown = memory.rollup(self.pid)[0] - self.idle_bytes
        print(f"hostile server: {self.id().rpartition('.')[2]}: resident {self.idle_bytes // KB} kB "
              f"{grown // KB:+} kB, log {log_bytes} bytes", flush=True)
        if not INSTRUMENTED:
            self.assertLess(grown, GROWTH_BYTES_MAX)
        self.assertEqual(self.agent_process.stop(), 0)


def elapsed(begun):
    return time.monotonic() - begun
