# SPDX-License-Identifier: Apache-2.0
"""The command line and the configuration of beckon-agent."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program_case import AGENT, WAIT_S, Case  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[4]


def mistakes(done):
    """What a check said, but for the warnings about programs that this machine does not have."""
    return "".join(line for line in done.stderr.splitlines(keepends=True) if " cannot be run now: " not in line)


class Usage(Case):
    def run_agent(self, *arguments):
        return subprocess.run([AGENT, *arguments], capture_output=True, text=True, timeout=WAIT_S,
                              check=False)

    def copied(self, name, text):
        """A file like it: a work tree may belong to somebody else."""
        copy = self.folder / name
        copy.write_text(text)
        copy.chmod(0o600)
        return str(copy)

    def test_help_and_version(self):
        self.assertIn("Examples:", self.run_agent("--help").stdout)
        self.assertRegex(self.run_agent("--version").stdout, r"^beckon-agent \d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_status_2_and_says_what(self):
        for arguments, text in ((["--nonsense"], "unknown option"), ([], "url: expected"),
                                (["--url", "wss://x/dev", "--"], 'expected a command behind "--"'),
                                (["--url", "ws://example.org", "--user", "B", "--device", "d"], "wss://")):
            done = self.run_agent(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(text, done.stderr)

    def test_check_says_every_mistake_and_starts_nothing(self):
        good = {"url": "wss://x/dev", "user": "Bob", "device": "d"}
        done = self.run_agent("--check", "--config", self.configured(**good, rules=[]))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.run_agent("--check", "--config", self.configured(
            **good, wrong=1, rules=[{"actions": [{"type": "exec", "command": "ls -l"}]}]))
        self.assertEqual(done.returncode, 2)
        self.assertIn("wrong: unknown", done.stderr)
        self.assertIn("rules[0].actions[0].command: expected an array", done.stderr)

    def test_the_examples_are_right_and_the_schema_names_every_setting(self):
        folder = ROOT / "config"
        examples = [path for path in folder.glob("*.json") if "schema" not in path.name]
        self.assertGreaterEqual(len(examples), 2)
        key = str(self.folder / "device.key")
        self.assertEqual(self.run_agent("keygen", "--out", key).returncode, 0)
        for path in examples:
            copy = self.copied(path.name, path.read_text())
            done = self.run_agent("--check", "--config", copy)
            if theirs := json.loads(path.read_text()).get("key"):
                self.assertEqual(mistakes(done), f"beckon-agent: {copy}: key: cannot read {theirs}: No such file or "
                                                 f"directory; make this device's key with: beckon-agent keygen "
                                                 f"--out {theirs}\n", "nothing else is wrong with it")
                done = self.run_agent("--check", "--config", copy, "--key", key)
            self.assertEqual((done.returncode, mistakes(done)), (0, ""))
        schema = json.loads((folder / "beckon-agent.schema.json").read_text())
        unknown = self.run_agent("--check", "--config", self.configured(no_such_setting=1, timing={"none": 1}))
        for prefix, names in (("no_such_setting: unknown; known here are ", schema["properties"]),
                              ("timing.none: unknown; known here are ",
                               schema["properties"]["timing"]["properties"])):
            line = next(line for line in unknown.stderr.splitlines() if prefix in line)
            self.assertEqual(set(line.split(prefix)[1].split(", ")), set(names))
        shown = self.run_agent("--help").stdout
        for name in schema["properties"]["timing"]["properties"]:
            self.assertRegex(shown, rf"[ ,]{name}(,|\n)", "--timing takes it, so the help names it")

    def test_the_configurations_in_the_readme_are_right_as_they_stand(self):
        blocks = re.findall(r"^```json\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
        self.assertGreaterEqual(len(blocks), 2)
        for text in blocks:
            if "…" in text:
                continue  # it says that something is left out
            whole = [] if "url" in json.loads(text) else ["--url", "wss://x/dev", "--user", "Bob", "--device", "laptop"]
            done = self.run_agent("--check", "--config", self.copied("agent.json", text), *whole)
            self.assertEqual((done.returncode, mistakes(done)), (0, ""), text)

    def test_a_mistake_about_the_key_says_where_the_key_was_named(self):
        none = str(self.folder / "none.key")
        config = self.configured(url="wss://x/dev", device="d", key=none)
        done = self.run_agent("--check", "--config", config)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"beckon-agent: {config}: key: cannot read {none}: No such file", done.stderr)
        done = self.run_agent("--check", "--url", "wss://x/dev", "--device", "d", "--key", none)
        self.assertIn(f"beckon-agent: --key: cannot read {none}: No such file", done.stderr)

    def test_a_configuration_that_others_can_write_is_refused(self):
        path = pathlib.Path(self.configured(url="wss://x/dev", user="Bob", device="d"))
        path.chmod(0o664)
        done = self.run_agent("--check", "--config", str(path))
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{path} has mode 0664: others than its owner can change what this agent does; "
                      f"chmod go-w {path}", done.stderr)

    def test_a_program_that_is_not_there_is_said_before_the_first_event(self):
        rule = {"actions": [{"type": "exec", "command": ["no-such-program"]}]}
        said = "no-such-program cannot be run now: in no folder of PATH"
        config = self.configured(url="wss://x/dev", user="Bob", device="d", rules=[rule])
        done = self.run_agent("--check", "--config", config)
        self.assertEqual(done.returncode, 0, "it may come later")
        self.assertIn(said, done.stderr)
        late = self.folder / "late"
        agent = self.online("--", str(late))
        self.assertTrue(any(f"{late} cannot be run now: no file that" in line for line in agent.err), agent.err)
        late.write_text("#!/bin/sh\ntouch \"$0.ran\"\n")
        late.chmod(0o700)
        self.server.post()
        agent.wait(lambda: pathlib.Path(f"{late}.ran").exists(), "the program that came later")
        self.assertEqual(agent.end(), 0)

    def test_a_state_folder_that_cannot_be_is_said(self):
        blocked = self.folder / "file"
        blocked.write_text("x")
        done = self.run_agent("--url", self.server.url, "--user", "B", "--device", "d",
                              "--state-dir", str(blocked / "state"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("--no-state", done.stderr)
        done = self.run_agent("--url", self.server.url, "--user", "B", "--device", "d",
                              "--state-dir", str(blocked))
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"expected a directory, but {blocked} is a file", done.stderr)

    def test_a_state_folder_that_others_can_write_is_refused(self):
        state = self.folder / "shared"
        state.mkdir()
        state.chmod(0o777)
        done = self.run_agent("--url", self.server.url, "--user", "B", "--device", "d", "--state-dir", str(state))
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"the folder {state} has mode 0777: others than its owner could replace what is kept in it; "
                      f"chmod go-w {state}", done.stderr)
        self.assertEqual(list(state.iterdir()), [], "nothing was left there")

    def cursor_of_a_device_that_is_known(self):
        """Its file, after one event was handled and acknowledged, and the agent has ended."""
        self.server.remembers = True
        agent = self.online()
        self.server.post()
        self.server.wait_until(lambda: self.server.acknowledged() == 1, "the acknowledgement")
        agent.end()
        return next(path for path in (self.folder / "state").iterdir() if not path.suffix)

    def test_a_cursor_that_others_can_write_is_not_believed_and_the_server_knows_where_to_go_on(self):
        cursor = self.cursor_of_a_device_that_is_known()
        cursor.chmod(0o666)
        syncs_before = len(self.server.syncs)
        self.server.post()
        agent = self.online()
        agent.wait_events(1)
        self.assertTrue(any(f"{cursor} has mode 0666" in line for line in agent.err), agent.err)
        self.assertNotIn("cursor", self.server.syncs[syncs_before])
        self.server.wait_until(lambda: self.server.acknowledged() == 2, "it")
        self.assertEqual(agent.end(), 0)
        self.assertEqual(cursor.stat().st_mode & 0o777, 0o600, "a new one is in its place")

    def test_a_damaged_cursor_is_said_and_the_server_knows_where_to_go_on(self):
        cursor = self.cursor_of_a_device_that_is_known()
        whole = cursor.read_bytes()
        torn = [b"", whole[:-1], whole[:3], b"k3f9:9\nnonsense\n", bytes(1000), b"\xff" * 20000]
        for turn, damaged in enumerate(torn, start=1):
            with self.subTest(damaged=damaged[:20]):
                cursor.write_bytes(damaged)
                self.server.post()  # while it is away
                syncs_before = len(self.server.syncs)
                agent = self.online()
                agent.wait_events(1)
                self.assertTrue(any("damaged" in line for line in agent.err))
                self.assertNotIn("cursor", self.server.syncs[syncs_before])
                self.server.wait_until(lambda seq=turn + 1: self.server.acknowledged() == seq, "it")
                self.assertEqual(agent.end(), 0)
                self.assertEqual(agent.seqs(), [turn + 1])
                self.assertEqual(len(cursor.read_bytes()), len(whole), "a whole one is in its place")

    def test_a_cursor_that_cannot_be_read_or_replaced_is_said_and_nothing_is_acknowledged(self):
        self.online().end()
        cursor = next(path for path in (self.folder / "state").iterdir() if not path.suffix)
        cursor.unlink()
        cursor.mkdir()
        agent = self.online()
        self.server.post()
        agent.wait_events(1)
        agent.wait_log("nothing is acknowledged until it can")
        self.assertEqual(self.server.acknowledged(), 0)
        self.assertTrue(any("cannot be used" in line for line in agent.err))


if __name__ == "__main__":
    unittest.main()
