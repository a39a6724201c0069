# SPDX-License-Identifier: Apache-2.0
"""The agent's footprint against budget.json: over budget fails. The budget is the product's promise to
small devices; raising a figure needs a line in CHANGELOG.md.

stripped_bytes: the program with TLS, libc apart. resident and anonymous bytes: online over TLS and
idle after an event, with the default timing and one trusted certificate (the system's bundle takes
half a megabyte more), in each of ten starts: where libraries are loaded is random, and with it how
many of their pages the kernel maps at once. wakeups_per_minute: of all its threads while nothing happens."""

import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import time
import unittest

import memory
import harness
from harness import Case, paths

sys.path.insert(0, str(paths.SOURCE_DIR / "tests" / "unit" / "platform" / "program"))
from stream_server import StreamServer  # noqa: E402  pylint: disable=wrong-import-position

BUDGET = json.loads((pathlib.Path(__file__).parent / "budget.json").read_text("utf-8"))
IDLE_S = 20
SETTLE_S = 1
STARTS = 10


class Agent(Case):
    def within(self, what, value, text):
        budget = BUDGET["beckon-agent"][what]
        print(f"footprint: {what}: {text} of {budget}", flush=True)
        self.assertLessEqual(value, budget, what)

    def test_the_stripped_program_is_within_its_budget(self):
        stripped = self.directory / "agent"
        subprocess.run(["strip", "-o", stripped, paths.binary("beckon-agent")], check=True)
        size = stripped.stat().st_size
        self.within("stripped_bytes_max", size, size)

    def serve(self):
        """A backend over TLS, and the certificate that is to be trusted."""
        certificate, key = self.directory / "server.pem", self.directory / "server.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=server",
             "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True,
            umask=0o022)  # what others can write is not trusted
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = StreamServer(tls=context)
        self.addCleanup(server.stop)
        return server, certificate

    def online(self, name):
        """An agent that is online over TLS and has handled and acknowledged an event."""
        server, certificate = self.serve()
        agent = self.launch(harness.Agent(server.url, "Bob", "Laptop", self.directory / name,
                                          ["--cacert", certificate]))
        agent.start()
        seq = server.post()
        self.wait_until(lambda: server.acknowledged() == seq, "the acknowledgement")
        return agent

    def test_memory_of_an_online_agent_is_within_its_budgets(self):
        resident, anonymous = zip(*(memory.rollup(self.online(f"start-{start}").pid)
                                    for start in range(STARTS)))
        for what, found in (("resident", resident), ("anonymous", anonymous)):
            self.within(f"{what}_bytes_max", max(found),
                        f"{max(found)} ({STARTS} starts: from {min(found)})")

    def test_an_idle_agent_is_hardly_ever_woken(self):
        agent = self.online("idle")
        time.sleep(SETTLE_S)  # the answer to its last sync is on its way
        before = memory.wakeups(agent.pid)
        time.sleep(IDLE_S)  # the idleness that is measured
        a_minute = (memory.wakeups(agent.pid) - before) * 60 / IDLE_S
        self.within("wakeups_per_minute_max", a_minute, f"{a_minute:g}")


if __name__ == "__main__":
    for tool in ("strip", "openssl"):
        if not shutil.which(tool):
            print(f"SKIP: needs {tool}: sudo apt-get install binutils openssl")
            sys.exit(77)
    unittest.main(verbosity=2)
