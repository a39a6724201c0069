# SPDX-License-Identifier: Apache-2.0
"""What every end-to-end test starts from: an empty folder, and processes that end with the test."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from . import paths
from .agent import Agent
from .emulator import Emulator
from .wait import seconds, wait_until


class Case(unittest.TestCase):
    """Starts processes in a folder of its own; shows their output when a test fails."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="beckon-e2e-"))
        self.processes = []

    def tearDown(self):
        failed = self._failed_now()
        for process in reversed(self.processes):
            process.clean_up()
        if failed:
            for process in self.processes:
                print(process.report(), file=sys.stderr)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _failed_now(self):
        """True if this test has failed."""
        result = self._outcome.result
        return any(test is self for test, _ in result.failures + result.errors)

    def launch(self, process):
        self.processes.append(process)
        return process

    def emulator(self, *args, wait=True, name="emulator", **options):
        """A running emulator. wait=False: it is started only, for tests of failing starts."""
        folder = self.directory / f"{name}-{len(self.processes)}"
        folder.mkdir()
        process = self.launch(Emulator(folder, args=args, name=name, **options))
        return process.start() if wait else process

    def agent(self, emulator, user, device, args=(), command=(), wait=True):
        """A running agent; the same user and device again continues from its stored cursor."""
        process = self.launch(Agent(emulator.websocket_url, user, device,
                                    self.directory / f"agent-{user}-{device}", args, command))
        return process.start() if wait else process

    def beckon(self, emulator, *args, status=0, timeout_s=30.0):
        """Runs the operator's tool against the emulator; the finished process."""
        return self.run_beckon("--endpoint-url", emulator.endpoint, *args, status=status,
                               timeout_s=timeout_s)

    def run_beckon(self, *args, status=0, env=None, timeout_s=30.0):
        """The same with nothing said about where. status None: any will do."""
        done = subprocess.run(
            [paths.binary("beckon"), *args], capture_output=True, text=True, check=False,
            env={**paths.clean_environment(), **(env or {})}, timeout=seconds(timeout_s))
        if status is not None:
            self.assertEqual(done.returncode, status,
                             f"beckon {' '.join(map(str, args))}\n{done.stdout}\n{done.stderr}")
        return done

    def beckon_json(self, emulator, *args, status=0):
        return json.loads(self.beckon(emulator, "--json", *args, status=status).stdout)

    def barrier(self, emulator, agent, user):
        """Posts a marker and waits until the agent printed it: what was posted for the agent's user
        before has been delivered, or never will be."""
        marker = emulator.post(user, {"text": "marker"}, name="test.marker")
        agent.wait_event(marker)
        return marker

    wait_until = staticmethod(wait_until)
