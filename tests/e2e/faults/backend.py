# SPDX-License-Identifier: Apache-2.0
"""One backend over many emulators: each is killed and followed by another on the same port and data.

Knows how an emulator is started and asked; which fault comes when is not decided here.
"""

import collections
import json
import re
import urllib.parse

from place import harness
from harness import Aws, Emulator, Process, paths, seconds

# API Gateway's limits, Lambda's waits and timeouts, compressed: two hours become seconds.
LIFETIME_S = 4
IDLE_S = 2.5
FUNCTION_TIMEOUT_S = 3
DUPLICATES = 0.05
CONNECT_RATE = 6


def milliseconds(span_s):
    """As options and configurations read it, on this machine."""
    return f"{seconds(span_s) * 1000:.0f}ms"


def harsh_limits():
    return ["--connection-lifetime", milliseconds(LIFETIME_S),
            "--idle-timeout", milliseconds(IDLE_S), "--connect-rate", str(CONNECT_RATE),
            "--event-duplicates", str(DUPLICATES)]


class Backend:
    """limits: options of every emulator; the first one takes a free port, the others the same."""

    def __init__(self, directory, limits=(), host="127.0.0.1", log_level="warning"):
        self.directory = directory
        self.counts = collections.Counter()  # injected faults by kind, of all emulators
        self.plan = {}
        self._arguments = [
            "--data", str(directory / "data"), "--host", host, "--log-level", log_level,
            "--async-retry-delays", "200ms,400ms", *limits]
        self._template = directory / "impatient.yaml"
        text = paths.template_for_build(paths.TEMPLATE, self._template).read_text(encoding="utf-8")
        self._template.write_text(
            re.sub(r"\bTimeout: \d+", f"Timeout: {seconds(FUNCTION_TIMEOUT_S):.0f}", text),
            encoding="utf-8")
        self.emulators = []
        self._start(port=0)

    @property
    def emulator(self) -> Emulator:
        return self.emulators[-1]

    def _start(self, port):
        folder = self.directory / f"emulator-{len(self.emulators)}"
        folder.mkdir()
        emulator = Emulator(folder, template=self._template, args=self._arguments, port=port,
                            open_mode=True, name=f"emulator {len(self.emulators)}")
        self.emulators.append(emulator)
        emulator.start()

    def client(self, timeout_s):
        """A client of its own for a thread, valid over all emulators."""
        class Impatient(Aws):
            def send(self, *args, **options):
                return super().send(*args, **{"timeout_s": seconds(timeout_s), **options})
        aws = self.emulator.aws
        return Impatient(aws.endpoint, aws.region, aws.key_id, aws.secret,
                         aws.connections_endpoint)

    def kill(self):
        self._tally()
        self.emulator.kill()

    def restart(self):
        """After kill(): the next one, with the same plan."""
        self._start(self.emulator.port)
        self.set_plan(self.plan)

    def ask(self, method, path, body=None):
        response = self.emulator.aws.send(
            method, f"{self.emulator.endpoint}/_emulator/{path}",
            json.dumps(body).encode() if body is not None else b"")
        assert response.status in (200, 404), f"{method} {path}: {response.status} {response.body}"
        return response.json()

    def set_plan(self, plan):
        """The faults by probability from now on; {} for none."""
        self._tally()
        self.plan = plan
        self.ask("POST", "faults", plan)

    def _tally(self):
        for section, kinds in self.ask("GET", "faults")["injected"].items():
            for kind, count in kinds.items():
                self.counts[f"{section}.{kind}"] += count

    def connection_ids(self):
        return [one["connectionId"] for one in self.ask("GET", "connections")["connections"]]

    def end_link(self, connection_id, verb, body=None):
        """verb: drop, half-open or close. True if the connection was still there."""
        path = f"connections/{urllib.parse.quote(connection_id, safe='')}/{verb}"
        return "message" not in self.ask("POST", path, body)

    def signal(self, function, verb):
        """verb: kill, freeze or thaw. How many processes it hit."""
        return self.ask("POST", f"functions/{function}/{verb}").get("processes", 0)

    def functions(self):
        return sorted({one["function"] for one in self.ask("GET", "functions")["processes"]})

    def calm(self):
        """No faults, and nobody is frozen."""
        self.set_plan({})
        for function in self.functions():
            self.signal(function, "thaw")

    def clean_up(self):
        for emulator in self.emulators:
            Process.clean_up(emulator)
