# SPDX-License-Identifier: Apache-2.0
"""beckon-agent keygen, and what the program says about keys and claims."""

import os
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program_case import AGENT, WAIT_S, Agent, Case  # noqa: E402


class Identity(Case):
    def run_agent(self, *arguments):
        return subprocess.run([AGENT, *map(str, arguments)], capture_output=True, text=True,
                              timeout=WAIT_S, check=False)

    def test_keygen_prints_the_public_key_and_what_to_type_next(self):
        key = self.folder / "my laptop.key"
        done = self.run_agent("keygen", "--out", key, "--device", "my laptop")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^-----BEGIN PUBLIC KEY-----\n[\w+/=\n]+"
                                      r"-----END PUBLIC KEY-----\n$")
        self.assertIn("beckon device add 'my laptop' --user USER --key FILE", done.stderr)
        self.assertIn(f"beckon-agent --url URL --device 'my laptop' --key '{key}'", done.stderr)
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        self.assertNotIn(key.read_text().splitlines()[1], done.stdout + done.stderr)
        shown = self.run_agent("keygen", "--show", key)
        self.assertEqual((shown.returncode, shown.stdout), (0, done.stdout))

    def test_keygen_makes_an_operators_key_and_says_where_its_halves_go(self):
        key = self.folder / "signer.key"
        done = self.run_agent("keygen", "--signer", "--out", key)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^-----BEGIN PUBLIC KEY-----\n")
        self.assertIn('"signers": ["FILE"], "require_signature": true', done.stderr)
        self.assertIn(f"--sign {key}", done.stderr)
        self.assertNotIn("device add", done.stderr)
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)

    def test_keygen_never_overwrites(self):
        key = self.folder / "device.key"
        key.write_text("precious")
        done = self.run_agent("keygen", "--out", key)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("is there already and is left as it is", done.stderr)
        self.assertEqual(key.read_text(), "precious")

    def test_wrong_usage_of_keygen_is_status_2(self):
        for arguments in (["--nonsense"], ["--out"], ["--out", ""], ["stray"]):
            done = self.run_agent("keygen", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("keygen --help", done.stderr)
        self.assertIn("Examples:", self.run_agent("keygen", "--help").stdout)

    def test_a_key_that_others_can_read_is_refused_by_mode_and_with_the_cure(self):
        key = self.folder / "device.key"
        self.run_agent("keygen", "--out", key)
        key.chmod(0o644)
        for check in ([], ["--check"]):
            done = self.run_agent("--url", self.server.url, "--device", "d", "--key", key, *check)
            self.assertEqual(done.returncode, 2)
            self.assertIn("has mode 0644", done.stderr)
            self.assertIn(f"chmod 600 {key}", done.stderr)

    def test_a_device_with_a_key_sends_a_token_and_no_names(self):
        key = self.folder / "device.key"
        self.run_agent("keygen", "--out", key)
        agent = Agent(["--url", self.server.url, "--device", "laptop", "--key", str(key),
                       "--no-state", "--log-level", "debug"])
        agent.wait_log("online")
        headers = self.server.handshakes[0]
        self.assertRegex(headers["authorization"], r"^Bearer [\w-]+\.[\w-]+\.[\w-]{86}$")
        self.assertNotIn("x-user-id", headers)
        self.assertNotIn("x-device-id", headers)
        agent.end()
        self.assertFalse([line for line in agent.err if headers["authorization"][7:30] in line],
                         "a token is no matter for a log")


if __name__ == "__main__":
    unittest.main()
