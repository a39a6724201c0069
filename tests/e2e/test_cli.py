# SPDX-License-Identifier: Apache-2.0
"""The operator's tool against a running backend."""

import json
import re
import socket
import subprocess

import harness
from harness import Case, paths


class Post(Case):
    def test_a_message_arrives_and_its_id_is_printed(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        event_id = self.beckon(emulator, "post", "Bob", "hey bob").stdout.strip()
        self.assertRegex(event_id, r"^[0-9a-f-]{36}$")
        self.assertEqual(laptop.wait_event(event_id)["data"], {"text": "hey bob"})

    def test_name_data_device_ttl_and_collapse_go_along(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        posted = self.beckon_json(emulator, "post", "Bob", "--name", "door.opened", "--data",
                                  '{"door":"front"}', "--device", "Laptop", "--ttl", "1h",
                                  "--collapse", "door")
        event = laptop.wait_event(posted["event_id"])
        self.assertEqual((event["name"], event["data"]), ("door.opened", {"door": "front"}))
        row = next(row for row in emulator.rows("streams") if row["sk"].startswith("seq#"))
        self.assertEqual(row["collapse"], "door")
        self.assertEqual(json.loads(row["devices"]), ["Laptop"])

    def test_data_comes_from_a_file_too(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        file = self.directory / "data.json"
        file.write_text('{"from":"file"}', encoding="utf-8")
        posted = self.beckon_json(emulator, "post", "Bob", "--data", f"@{file}")
        self.assertEqual(laptop.wait_event(posted["event_id"])["data"], {"from": "file"})

    def test_waiting_ends_with_0_when_every_device_has_handled_it(self):
        emulator = self.emulator()
        for device in ("Laptop", "iPad"):
            self.agent(emulator, "Bob", device)
        done = self.beckon_json(emulator, "post", "Bob", "hey", "--wait", "15s")
        self.assertEqual([(d["device"], d["state"]) for d in done["devices"]],
                         [("Laptop", "handled"), ("iPad", "handled")])

    def test_waiting_ends_with_4_when_a_device_is_away(self):
        emulator = self.emulator()
        self.agent(emulator, "Bob", "Laptop").stop()
        done = self.beckon(emulator, "post", "Bob", "hey", "--wait", "300ms", status=4)
        self.assertRegex(done.stdout, r"Laptop +pending")

    def test_what_no_device_could_take_is_refused_before_it_is_sent(self):
        emulator = self.emulator()
        done = self.beckon(emulator, "post", "Bob", "x" * 30_000, status=2)
        self.assertIn("28672", done.stderr)
        self.assertIn("--data", self.beckon(emulator, "post", "Bob", "--data", "[1]",
                                            status=2).stderr)
        self.assertIn("9007199254740993", self.beckon(emulator, "post", "Bob", "--data", '{"n":9007199254740993}',
                                                      status=2).stderr)
        self.assertEqual(emulator.rows("streams"), [])


class Show(Case):
    def test_status_tells_per_device_what_became_of_an_event(self):
        emulator = self.emulator()
        self.agent(emulator, "Bob", "Laptop")
        self.agent(emulator, "Bob", "Broken", command=["sh", "-c", "exit 7"])
        self.agent(emulator, "Bob", "Away").stop()
        event_id = emulator.post("Bob", {"text": "hi"})

        def states():
            done = self.run_beckon("--endpoint-url", emulator.endpoint, "--json", "status",
                                   event_id)
            return {d["device"]: d for d in json.loads(done.stdout)["devices"]}
        expected = {"Laptop": "handled", "Broken": "failed", "Away": "pending"}
        self.wait_until(lambda: {name: d["state"] for name, d in states().items()} == expected,
                        "the devices' reports")
        broken = states()["Broken"]
        self.assertIn("7", broken["error"])
        self.assertRegex(self.beckon(emulator, "status", event_id).stdout, r"Broken +failed")

    def test_an_event_that_expired_before_a_device_came_is_expired(self):
        emulator = self.emulator()
        self.agent(emulator, "Bob", "Away").stop()
        event_id = emulator.post("Bob", {"text": "hi"}, ttl_s=1)
        self.wait_until(lambda: emulator.rows("streams"), "the event to be stored")
        self.wait_until(lambda: self.beckon_json(emulator, "status", event_id)["devices"] ==
                        [{"device": "Away", "state": "expired"}], "the event to expire")
        back = self.agent(emulator, "Bob", "Away")
        after = emulator.post("Bob", {"text": "still here"})
        back.wait_event(after)
        self.wait_until(lambda: self.beckon_json(emulator, "status", after)["devices"] ==
                        [{"device": "Away", "state": "handled"}], "the next one to be handled")
        self.assertEqual(self.beckon_json(emulator, "status", event_id)["devices"],
                         [{"device": "Away", "state": "expired"}],
                         "passed over is not handled")

    def test_dead_letters_are_shown_with_the_reason_and_stay(self):
        emulator = self.emulator()
        event_id = emulator.put_detail({"text": "for whom?"}, name="lost")

        def letters():
            shown = self.run_beckon("--endpoint-url", emulator.endpoint, "--json", "dead-letters")
            return json.loads(shown.stdout)["dead_letters"]
        letter = self.wait_until(letters, "the dead letter", timeout_s=30)[0]
        self.assertEqual((letter["event_id"], letter["name"]), (event_id, "lost"))
        self.assertIn("target", letter["message"])
        self.assertEqual(len(emulator.dead_letters()), 1)
        self.assertEqual(letters(), [letter], "looking hides nothing from whoever looks next")

    def test_an_unknown_event_ends_with_3(self):
        emulator = self.emulator()
        done = self.beckon(emulator, "status", "11111111-2222-3333-4444-555555555555", status=3)
        self.assertIn("11111111", done.stderr)

    def test_connections_and_devices_show_who_is_there(self):
        emulator = self.emulator()
        self.agent(emulator, "Alice", "Desktop")
        self.agent(emulator, "Bob", "Laptop")
        rows = self.beckon_json(emulator, "connections")["connections"]
        self.assertEqual([(r["user"], r["device"]) for r in rows],
                         [("Alice", "Desktop"), ("Bob", "Laptop")])
        rows = self.beckon_json(emulator, "connections", "--user", "Bob")["connections"]
        self.assertEqual([r["device"] for r in rows], ["Laptop"])
        self.assertRegex(rows[0]["user_agent"], r"^beckon-agent/\d+\.\d+\.\d+ \(linux; \w+\)$")
        devices = self.beckon_json(emulator, "devices")["devices"]
        self.assertEqual([(d["device"], d["online"]) for d in devices],
                         [("Desktop", True), ("Laptop", True)])
        table = self.beckon(emulator, "connections").stdout.splitlines()
        self.assertRegex(table[0], r"^USER +DEVICE +CONNECTION")
        self.assertEqual(len(table), 3)

    def test_events_show_the_stream_in_order(self):
        emulator = self.emulator()
        for number in range(1, 4):
            emulator.post("Bob", {"n": number})
            self.wait_until(lambda: any(row["sk"] == "head" and row["seq"] == number
                                        for row in emulator.rows("streams")), "it to be stored")
        shown = self.beckon_json(emulator, "events", "Bob", "--limit", "2")
        self.assertEqual([event["data"] for event in shown["events"]], [{"n": 2}, {"n": 3}])
        self.assertTrue(shown["head"].endswith(":3"))

    def test_events_tell_per_device_what_became_of_each(self):
        emulator = self.emulator()
        self.agent(emulator, "Bob", "Laptop")
        self.agent(emulator, "Bob", "Broken", command=["sh", "-c", "exit 7"])
        self.agent(emulator, "Bob", "Away").stop()
        emulator.post("Bob", {"text": "hi"})

        def states():
            events = self.beckon_json(emulator, "events", "Bob")["events"]
            return {d["device"]: d["state"] for e in events for d in e["devices"]}
        self.wait_until(lambda: states() == {"Laptop": "handled", "Broken": "failed",
                                             "Away": "pending"}, "the devices' reports")
        table = self.beckon(emulator, "events", "Bob").stdout
        self.assertRegex(table, r"failed: Broken \(.*7.*\); pending: Away; handled: Laptop")
        self.assertIn("Nobody", self.beckon(emulator, "events", "Nobody", status=3).stderr)


class Errors(Case):
    def test_no_emulator_says_what_was_tried_and_what_to_type(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            done = self.run_beckon("--endpoint-url", url, "devices", status=1)
        self.assertIn(url, done.stderr)
        self.assertIn("beckon-emulator", done.stderr)

    def test_a_backend_that_answers_with_errors_was_reached(self):
        emulator = self.emulator()
        faults = json.dumps({"dynamodb": {"fail": 1.0}}).encode()
        emulator.aws.send("POST", f"{emulator.endpoint}/_emulator/faults", faults)
        done = self.beckon(emulator, "devices", status=1)
        self.assertIn(f"{emulator.endpoint} (from --endpoint-url) answered with an error: ", done.stderr)
        self.assertIn("InternalServerError", done.stderr)
        self.assertNotIn("cannot reach", done.stderr)
        self.assertNotIn("Is the emulator running?", done.stderr)

    def test_wrong_credentials_say_so(self):
        emulator = self.emulator()
        done = self.run_beckon("devices", status=1, env={
            "AWS_ENDPOINT_URL": emulator.endpoint, "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "wrong"})
        self.assertIn("refused", done.stderr)
        self.assertIn("AWS_SECRET_ACCESS_KEY", done.stderr)

    def test_a_wrong_region_says_so_and_does_not_blame_the_credentials(self):
        emulator = self.emulator()
        for args in (["devices"], ["post", "Bob", "hey"], ["dead-letters"]):
            done = self.beckon(emulator, "--region", "eu-west-1", *args, status=1)
            self.assertIn("The region is 'eu-west-1', from --region", done.stderr)
            self.assertNotIn("AWS_SECRET_ACCESS_KEY", done.stderr)

    def test_a_stack_that_is_not_there_ends_with_3(self):
        emulator = self.emulator()
        done = self.beckon(emulator, "--stack", "other", "devices", status=3)
        self.assertIn("other", done.stderr)
        self.assertIn("--region", done.stderr)

    def test_a_bus_that_is_not_there_ends_with_3_and_nothing_is_posted(self):
        emulator = self.emulator()
        done = self.beckon(emulator, "--bus", "bekcon", "post", "Bob", "hey", status=3)
        self.assertEqual(done.stdout, "")
        self.assertIn("'bekcon'", done.stderr)
        self.assertIn("--bus", done.stderr)
        self.beckon(emulator, "--bus", "beckon", "post", "Bob", "hey")

    def test_wrong_usage_ends_with_2_and_says_where_help_is(self):
        for args in ([], ["fly"], ["post"], ["post", "Bob"], ["post", "Bob", "x", "--data", "{}"],
                     ["post", "Bob", "x", "--ttl", "soon"], ["events", "Bob", "--limit", "0"]):
            with self.subTest(args=args):
                done = self.run_beckon(*args, status=2)
                self.assertEqual(done.stdout, "")
                self.assertIn("beckon: ", done.stderr)
        for command, args in (("beckon", []), ("beckon", ["fly"]), ("beckon post", ["post"]),
                              ("beckon device add", ["device", "add"]),
                              ("beckon events", ["events", "Bob", "--limit", "0"])):
            with self.subTest(args=args):
                said = self.run_beckon(*args, status=2).stderr
                self.assertTrue(said.endswith(f"\nTry: {command} --help\n"), said)

    def test_an_unknown_command_is_named_and_the_known_ones_too(self):
        for args, known in ((["devces"], "post, "), (["device", "ad"], "add, ")):
            done = self.run_beckon(*args, status=2)
            self.assertIn(f"there is no command '{args[-1]}'; the commands are {known}", done.stderr)
        self.assertIn("--region", self.run_beckon("--region", status=2).stderr)
        self.assertIn("there is no command 'fly'", self.run_beckon("fly", status=2).stderr)
        self.assertIn("there is no command 'fly'", self.run_beckon("device", "fly", status=2).stderr)
        for args in (["--fly"], ["post", "--fly"]):
            self.assertIn("there is no option '--fly'", self.run_beckon(*args, status=2).stderr)

    def test_what_is_typed_goes_out_as_it_is_or_not_at_all(self):
        for wrong, error in ((["Bob", "not UTF-8: \udcff"], "MESSAGE must be UTF-8"),
                             (["Bob", "x", "--collapse", ""], "--collapse: must not be empty")):
            with self.subTest(args=wrong):
                self.assertIn(error, self.run_beckon("post", *wrong, status=2).stderr)


class Completion(Case):
    def complete(self, *words, program="beckon"):
        """What bash offers after these words."""
        script = subprocess.run([paths.binary(program), "completion", "bash"], capture_output=True, text=True,
                                check=True).stdout
        words = [program, *words]
        quoted = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(
            ["bash", "-c", f"{script}\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
                           f'complete -p {program} >/dev/null; _{program.replace("-", "_")}; '
                           'printf "%s\\n" "${COMPREPLY[@]}"'],
            capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands_and_flags_complete(self):
        self.assertEqual(self.complete("con"), ["connections"])
        self.assertEqual(self.complete("post", "--col"), ["--collapse"])
        self.assertEqual(self.complete("--endpoint-url", "x", "events", "--lim"), ["--limit"])
        self.assertEqual(self.complete("completion", ""), ["bash"] + [
            word for word in self.complete("completion", "--")])
        self.assertIn("--endpoint-url", self.complete("status", "--"))
        self.assertEqual(self.complete("device", "r"), ["rotate", "remove"])
        self.assertEqual(self.complete("device", "rotate", "laptop", "--ov"), ["--overlap"])
        self.assertEqual(self.complete("device", "show", ""), [], "an id, not a command")

    def test_every_command_of_the_help_completes(self):
        usage = self.run_beckon("--help").stdout
        commands = re.findall(r"^  ([a-z]+)  +[A-Z]", usage, re.MULTILINE)
        self.assertIn("post", commands)
        self.assertEqual([c for c in commands if c not in self.complete(c)], [])

    def test_the_agent_completes_too(self):
        def complete(*words):
            return self.complete(*words, program="beckon-agent")
        self.assertEqual(complete(""), ["keygen", "completion"])
        self.assertEqual(complete("completion", ""), ["bash"])
        self.assertEqual(complete("--state"), ["--state-dir"])
        self.assertEqual(complete("--url", "x", "--cac"), ["--cacert"])
        self.assertEqual(complete("--config", ""), [], "a file, which bash knows")
        self.assertEqual(complete("keygen", "--s"), ["--show", "--signer"])
        self.assertEqual(complete("--url", "x", "--", "prin"), [word for word in complete("--", "prin")])
        self.assertIn("printf", complete("--", "prin"))
        self.assertEqual(complete("--", "grep", "--url"), [], "the command's own")

    def test_the_emulator_completes_too(self):
        def complete(*words):
            return self.complete(*words, program="beckon-emulator")
        self.assertEqual(complete(""), ["ca", "completion"])
        self.assertEqual(complete("completion", ""), ["bash"])
        self.assertEqual(complete("--idle"), ["--idle-timeout"])
        self.assertEqual(complete("ca", "--ca-"), ["--ca-dir"])
        self.assertEqual(complete("--data", ""), [], "a folder, which bash knows")

    def test_every_flag_of_a_help_completes_and_no_other(self):
        for program, shown in (("beckon-agent", r"^  --.*"), ("beckon-agent keygen", r"^  --.*"),
                               ("beckon-emulator", r"^  (?:-h,)?--.*")):
            with self.subTest(program=program):
                name, *words = program.split()
                usage = subprocess.run([paths.binary(name), *words, "--help"], capture_output=True, text=True,
                                       check=True).stdout
                flags = {flag for line in re.findall(shown, usage, re.MULTILINE)
                         for flag in re.findall(r"(?:^  |^  -h,|, )(--[a-z-]+)", line)} | {"--help"}
                self.assertGreater(len(flags), 3)
                self.assertEqual(set(self.complete(*words, "--", program=name)), flags)

    def test_a_shell_that_is_not_known_is_named(self):
        for program in ("beckon", "beckon-agent", "beckon-emulator"):
            done = subprocess.run([paths.binary(program), "completion", "zsh"], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (2, ""), program)
            self.assertIn("bash", done.stderr)


if __name__ == "__main__":
    harness.main()
