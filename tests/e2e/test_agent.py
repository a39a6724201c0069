# SPDX-License-Identifier: Apache-2.0
"""The agent's rules, actions, configuration and signals, against a running backend."""

import json
import signal

import harness
from harness import Case, Process, paths


class Rules(Case):
    def config(self, rules, **members):
        """Writes a configuration; the arguments that name it."""
        file = self.directory / "agent.json"
        file.write_text(json.dumps({"rules": rules, **members}), encoding="utf-8")
        file.chmod(0o600)  # whatever the umask is
        return ["--config", str(file)]

    def recorder(self, name):
        """An exec action that appends its standard input to a file; the action and the file."""
        file = self.directory / name
        return {"type": "exec", "command": ["sh", "-c", f"cat >> {file}; echo >> {file}"]}, file

    def recorded(self, file, count):
        """The JSON lines in the file, once there are so many."""
        def enough():
            lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
            return lines if len([line for line in lines if line]) >= count else None
        return [json.loads(line) for line in self.wait_until(enough, f"{count} lines in {file}")
                if line]

    def test_a_rule_runs_its_command_for_matching_events_only(self):
        emulator = self.emulator()
        action, file = self.recorder("front")
        self.agent(emulator, "Bob", "Laptop", args=self.config(
            [{"name": "door.*", "where": {"data.door": "front"}, "actions": [action]}]))
        emulator.post("Bob", {"door": "back"}, name="door.opened")
        emulator.post("Bob", {"door": "front"}, name="window.opened")
        event_id = emulator.post("Bob", {"door": "front"}, name="door.opened")
        events = self.recorded(file, 1)
        self.assertEqual([event["id"] for event in events], [event_id])
        self.assertEqual(events[0]["data"], {"door": "front"})

    def test_what_an_event_says_is_one_argument_and_never_a_program(self):
        emulator = self.emulator()
        file = self.directory / "argument"
        evil = f"$(touch {self.directory}/pwned); `touch {self.directory}/pwned` 'x' \"y\""
        self.agent(emulator, "Bob", "Laptop", args=self.config([{"name": "*", "actions": [
            {"type": "exec", "command": ["sh", "-c", f'printf "%s\\n" "$1" > {file}', "sh",
                                         "${data.text}"]}]}]))
        emulator.post("Bob", {"text": evil})
        self.wait_until(lambda: file.exists() and file.read_text(encoding="utf-8"), "the command")
        self.assertEqual(file.read_text(encoding="utf-8"), evil + "\n")
        self.assertFalse((self.directory / "pwned").exists())

    def test_a_command_that_takes_too_long_is_ended_and_reported(self):
        emulator = self.emulator()
        self.agent(emulator, "Bob", "Laptop", args=self.config([{"name": "*", "actions": [
            {"type": "exec", "command": ["sleep", "3600"], "timeout": "200ms"}]}]))
        event_id = emulator.post("Bob", {"text": "slow"})

        def failed():
            done = self.run_beckon("--endpoint-url", emulator.endpoint, "--json", "status", event_id)
            device = json.loads(done.stdout)["devices"][0]
            return device if device["state"] == "failed" else None
        self.wait_until(lambda: emulator.rows("streams"), "the event to be stored")
        device = self.wait_until(failed, "the failure to be reported")
        self.assertEqual(device["action"], "exec")
        self.assertRegex(device["error"], "time")

    def test_sighup_takes_the_new_rules_and_keeps_the_old_ones_if_they_are_wrong(self):
        emulator = self.emulator()
        first, first_file = self.recorder("first")
        second, second_file = self.recorder("second")
        agent = self.agent(emulator, "Bob", "Laptop",
                           args=self.config([{"name": "*", "actions": [first]}]))
        emulator.post("Bob", {"n": 1})
        self.recorded(first_file, 1)

        seen = len(agent.lines("stderr"))
        self.config([{"nmae": "*", "actions": [second]}])
        agent.signal(signal.SIGHUP)
        line = agent.wait_line(lambda text: "nmae" in text, "the mistake", kind="stderr", start=seen)
        self.assertIn("rules[0]", line)
        emulator.post("Bob", {"n": 2})
        self.recorded(first_file, 2)

        seen = len(agent.lines("stderr"))
        self.config([{"name": "*", "actions": [second]}])
        agent.signal(signal.SIGHUP)
        agent.wait_line(lambda text: "configuration" in text, "the new configuration",
                        kind="stderr", start=seen)
        emulator.post("Bob", {"n": 3})
        self.assertEqual(self.recorded(second_file, 1)[0]["data"], {"n": 3})
        self.assertEqual(len(self.recorded(first_file, 2)), 2)

    def test_an_event_larger_than_the_device_takes_is_passed_and_reported(self):
        emulator = self.emulator()
        action, file = self.recorder("small")
        config = self.config([{"name": "*", "actions": [action]}], max_bytes=2048)
        self.agent(emulator, "Bob", "Tiny", args=config)
        large = emulator.post("Bob", {"text": "x" * 10_000})
        self.wait_until(lambda: emulator.rows("streams"), "the event to be stored")
        small = emulator.post("Bob", {"text": "small"})
        self.assertEqual(self.recorded(file, 1)[0]["id"], small)

        def reported():
            done = self.run_beckon("--endpoint-url", emulator.endpoint, "--json", "status", large)
            return json.loads(done.stdout)["devices"][0]["state"] == "failed"
        self.wait_until(reported, "the report about the large event")

    def test_check_names_every_mistake_with_its_path(self):
        args = self.config([{"name": "*", "actions": [{"type": "fly"}]}], url="ws://127.0.0.1:1/dev",
                           user="Bob", device="Laptop", colour="red")
        check = self.launch(Process([paths.binary("beckon-agent"), *args, "--check"], "check"))
        self.assertEqual(check.wait_exit(), 2)
        words = "\n".join(check.lines("stderr") + check.lines())
        self.assertIn("colour", words)
        self.assertIn("rules[0].actions[0]", words)


class Signals(Case):
    def test_sigterm_and_sigint_end_it_with_0(self):
        emulator = self.emulator()
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                agent = self.agent(emulator, "Bob", "Laptop")
                agent.signal(number)
                self.assertEqual(agent.wait_exit(), 0)

    def test_an_agent_that_started_before_the_backend_gets_online_by_itself(self):
        emulator = self.emulator(name="first")
        agent = self.agent(emulator, "Bob", "Laptop")
        port = emulator.port
        emulator.kill()
        seen = len(agent.lines("stderr"))
        emulator = self.emulator(port=port, name="second")
        agent.wait_line(lambda line: "online" in line, "'online' again", kind="stderr",
                        timeout_s=60, start=seen)
        agent.wait_event(emulator.post("Bob", {"text": "hi"}))


if __name__ == "__main__":
    harness.main()
