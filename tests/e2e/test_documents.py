# SPDX-License-Identifier: Apache-2.0
"""What README.md and --help tell people to type works as it stands, typed from top to bottom. Only
ports and ids are other ones, and programs of others (jq, notify-send) are stood in for."""

import json
import os
import re
import shlex
import subprocess

import harness
from harness import Case, Process, paths, seconds

OURS = ("beckon", "beckon-agent", "beckon-emulator")
STANDS_IN = {"jq": "exec python3 -c 'import json, sys; print(json.load(sys.stdin)[\"data\"][\"text\"])'",
             "notify-send": "exit 0"}


def readme_lines():
    """Every line in a code block of the README that somebody can type, continued lines as one."""
    text = (paths.SOURCE_DIR / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines
            if re.match(rf"(build/bin/)?({'|'.join(OURS)}|aws|export|curl) ", line)]


class Typist(Case):
    def setUp(self):
        super().setUp()
        self.running = None      # the emulator
        self.agent_now = None    # one device, one agent
        self.event_id = None     # of the event that was posted last
        self.variables = {}
        others = self.directory / "others"
        others.mkdir()
        for name, text in STANDS_IN.items():
            (others / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
            (others / name).chmod(0o755)
        self.path = f"{others}:{paths.BIN_DIR}:{os.environ['PATH']}"

    def environment(self):
        own = {"HOME": str(self.directory), "PATH": self.path}
        if self.running:
            own.update(URL=self.running.websocket_url, AWS_ENDPOINT_URL=self.running.endpoint)
        return {**own, **self.variables}

    def type(self, line):
        line = line.replace("build/bin/", "")
        if self.running:
            line = line.replace("127.0.0.1:3001", f"127.0.0.1:{self.running.port}")
        if self.event_id:
            line = line.replace("EVENT-ID", self.event_id)
        words = shlex.split(line, comments=True)
        if words[0] == "beckon-emulator" and words[1:2] != ["ca"]:
            self.start_emulator(words[1:])
        elif words[0] == "beckon-agent" and words[1] != "keygen" and "--check" not in words:
            self.start_agent(line)
        elif words[0] == "aws":
            self.put_events(words)
        else:
            self.run_line(line)

    def start_emulator(self, args):
        given = [word for word in args if word not in ("--port", "0", "--json")]  # said anyhow
        self.running = self.emulator(*given, open_mode=False, env=self.environment())

    def start_agent(self, line):
        if self.agent_now:
            self.assertIn(self.agent_now.stop(), (0, 143), self.agent_now.report())
        self.agent_now = self.launch(Process(["bash", "-c", f"exec {line}"], line,
                                             env=self.environment(), cwd=self.directory))
        self.agent_now.wait_line(lambda text: "online" in text, "'online'", kind="stderr")

    def put_events(self, words):
        """The AWS CLI's call, made without it."""
        self.assertEqual(words[1:3], ["events", "put-events"])
        self.assertEqual(words[words.index("--endpoint-url") + 1], self.running.endpoint)
        answer = self.running.aws.put_events(*json.loads(words[words.index("--entries") + 1]))
        self.assertEqual(answer["FailedEntryCount"], 0, answer)

    def run_line(self, line):
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, cwd=self.directory, timeout=seconds(30),
                              env={**paths.clean_environment(), **self.environment()})
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}")
        found = re.match(r"[0-9a-f]{8}-[0-9a-f-]{27}$", done.stdout.strip().partition("\n")[0])
        if found:
            self.event_id = found[0]
            # A person needs a moment to type what is next; by then it is stored.
            self.wait_until(lambda: self.run_beckon("status", found[0], status=None,
                                                    env=self.environment()).returncode == 0,
                            "the event to be stored")
        return done


class Readme(Typist):
    def test_a_reader_can_type_every_line(self):
        lines = readme_lines()
        self.assertGreater(len(lines), 20)
        for name in ("new",):  # the keys that a rotation brings
            self.run_line(f"beckon-agent keygen --out {name}.key > {name}.pub")
        for line in lines:
            with self.subTest(line=line):
                self.type(line)


class Help(Typist):
    def examples(self, *program):
        """The lines under "Examples:" of its --help, without the words behind them."""
        text = self.run_line(shlex.join([*program, "--help"])).stdout
        section = re.search(r"Examples:\n(.*?)\n\n", text, re.DOTALL)[1]
        section = re.sub(r"\\\n +", "", section)
        return [re.split(r" {3,}", line.strip())[0] for line in section.splitlines()
                if re.match(rf" ? ?({'|'.join(OURS)}) ", line)]

    def test_the_examples_of_beckon_run(self):
        self.start_emulator(["--open"])
        self.start_agent('beckon-agent --url "$URL" --user Bob --device laptop')
        self.run_line("beckon-agent keygen --out laptop.key > laptop.pub")
        examples = self.examples("beckon")
        self.assertGreater(len(examples), 8)
        for line in examples:
            with self.subTest(line=line):
                if "signer.key" in line:
                    self.run_line("beckon-agent keygen --signer --out signer.key > signer.pub")
                self.type(line)

    def test_the_examples_of_beckon_device_run(self):
        self.start_emulator(["--parameter", "Enrolment=claim"])
        for name in ("laptop", "new"):
            self.run_line(f"beckon-agent keygen --out {name}.key > {name}.pub")
        for line in self.examples("beckon", "device"):
            with self.subTest(line=line):
                if " claim " in line:
                    line = line.replace("0AXB-93P1", self.code_of_a_new_device())
                if "keygen |" in line:
                    self.run_line("beckon device remove laptop && rm -f device.key")
                if "0s" in line:  # yet another key
                    self.run_line("beckon-agent keygen --out newer.key > newer.pub")
                    line = line.replace("new.pub", "newer.pub")
                self.type(line)

    def code_of_a_new_device(self):
        self.run_line("beckon-agent keygen --out phone.key")
        agent = self.launch(Process(
            [paths.binary("beckon-agent"), "--url", self.running.websocket_url, "--device", "phone",
             "--key", self.directory / "phone.key", "--claim", "--no-state", "--verbose-lines"],
            "phone", env=self.environment(), cwd=self.directory))
        line = agent.wait_line(lambda text: '"type":"claim"' in text, "the code")
        return json.loads(line)["code"]

    def test_the_examples_of_the_agent_run(self):
        self.start_emulator([])
        self.run_line("mkdir -p tmp")
        for line in self.examples("beckon-agent"):
            with self.subTest(line=line):
                if "--user" in line:
                    self.start_emulator(["--open"])
                if "/etc/beckon/agent.json" in line:
                    config = self.directory / "agent.json"
                    config.write_text('{"url":"wss://x/dev","user":"Bob","device":"d"}')
                    config.chmod(0o600)
                    line = line.replace("/etc/beckon", str(self.directory))
                self.type(line.replace("/tmp/names", "tmp/names"))
                if line.startswith("beckon-agent keygen"):
                    self.run_line("beckon-agent keygen --show laptop.key |"
                                  " beckon device add laptop --user Bob --key -")

    def test_the_examples_of_the_emulator_run(self):
        for line in self.examples("beckon-emulator"):
            with self.subTest(line=line):
                self.type(line)
                if self.running:
                    self.running.stop()


if __name__ == "__main__":
    harness.main()
