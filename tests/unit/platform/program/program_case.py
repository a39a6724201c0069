# SPDX-License-Identifier: Apache-2.0
"""A beckon-agent under test and what its tests share."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from stream_server import StreamServer  # noqa: E402

AGENT = os.environ.get("BECKON_AGENT", "beckon-agent")
# Waits are compressed, except where a test is about them.
FAST = ["--timing", "ack_delay=50ms", "--timing", "backoff_base=50ms", "--timing",
        "backoff_cap=200ms", "--timing", "refused_delay=300ms", "--timing", "stop_grace=1s"]
WAIT_S = 20


class Agent:
    """One running agent; its lines are collected while it runs."""

    def __init__(self, arguments, environment=None):
        self.process = subprocess.Popen([AGENT, *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=environment)
        self.out, self.err = [], []
        self._change = threading.Condition()
        self._readers = [threading.Thread(target=self._read, args=pair, daemon=True)
                         for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))]
        for reader in self._readers:
            reader.start()

    def _read(self, stream, lines):
        for line in stream:
            with self._change:
                lines.append(line.rstrip("\n"))
                self._change.notify_all()

    def wait(self, condition, what):
        deadline = time.monotonic() + WAIT_S
        with self._change:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"waited {WAIT_S} s for {what}; stdout {self.out[-20:]}; "
                                         f"stderr {self.err[-20:]}")
                self._change.wait(min(left, 0.5))

    def wait_log(self, text):
        self.wait(lambda: any(text in line for line in self.err), f"{text!r} in the log")

    def events(self):
        return [line for line in map(json.loads, self.out) if line["type"] == "event"]

    def seqs(self):
        return [event["seq"] for event in self.events()]

    def wait_events(self, count):
        self.wait(lambda: len(self.events()) >= count, f"{count} events")

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.finish()

    def finish(self):
        status = self.process.wait(WAIT_S)
        for reader in self._readers:
            reader.join(WAIT_S)
        self.process.stdout.close()
        self.process.stderr.close()
        return status


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="beckon-program-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.server = StreamServer()
        self.addCleanup(self.server.stop)

    def agent(self, *arguments, url=None, state=True, environment=None):
        kept = ["--state-dir", str(self.folder / "state")] if state else ["--no-state"]
        agent = Agent(["--url", url or self.server.url, "--user", "Bob", "--device", "laptop", *kept,
                       *FAST, *arguments], environment)

        def stop():
            if agent.process.poll() is None:
                agent.process.kill()
                agent.finish()
        self.addCleanup(stop)
        return agent

    def online(self, *arguments, **options):
        agent = self.agent(*arguments, **options)
        agent.wait_log("online")
        return agent

    def configured(self, **members):
        path = self.folder / "agent.json"
        path.write_text(json.dumps(members))
        path.chmod(0o600)  # whatever the umask is
        return str(path)
