# SPDX-License-Identifier: Apache-2.0
"""beckon-agent, the program, against a server that misbehaves when told to."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program_case import AGENT, FAST, WAIT_S, Agent, Case  # noqa: E402

class Delivery(Case):
    def test_an_event_is_a_line_on_standard_output(self):
        agent = self.online()
        self.server.post("door.opened", {"door": "front"})
        agent.wait_events(1)
        event = agent.events()[0]
        received_at = event.pop("received_at")
        self.assertRegex(received_at, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(event, {"type": "event", "stream": "k3f9", "seq": 1, "id": "id-k3f9-1",
                                 "name": "door.opened", "time": "2026-11-21T07:00:00Z",
                                 "data": {"door": "front"}})

    def test_the_identity_goes_along_in_headers(self):
        self.online("--header", "X-Site: attic")
        headers = self.server.handshakes[0]
        self.assertEqual((headers["x-user-id"], headers["x-device-id"], headers["x-site"]),
                         ("Bob", "laptop", "attic"))
        self.assertEqual(headers["host"], f"127.0.0.1:{self.server.port}")

    def test_handled_events_are_acknowledged(self):
        self.online()
        self.server.post()
        self.server.wait_until(lambda: self.server.acknowledged() == 1, "the acknowledgement")

    def test_what_came_while_it_did_not_run_comes_when_it_runs_again(self):
        self.online().end()
        for _ in range(5):
            self.server.post()
        agent = self.online()
        agent.wait_events(5)
        self.assertEqual(agent.seqs(), [1, 2, 3, 4, 5])

    # P-42
    def test_a_kill_loses_nothing(self):
        agent = self.online()
        self.server.post()
        agent.wait_events(1)
        self.server.wait_until(lambda: self.server.acknowledged() == 1, "the acknowledgement")
        agent.end(signal.SIGKILL)
        self.server.post()
        agent = self.online()
        agent.wait_events(1)
        self.assertEqual(agent.seqs(), [2])

    def test_a_second_agent_of_the_same_device_is_refused(self):
        self.online()
        second = self.agent()
        self.assertEqual(second.finish(), 1)
        self.assertTrue(any("another agent runs" in line for line in second.err))

    def test_without_state_it_starts_at_the_head_or_the_oldest(self):
        self.server.post()
        head = self.online(state=False)
        oldest = self.online("--start", "oldest", state=False)
        oldest.wait_events(1)
        self.server.post()
        oldest.wait_events(2)
        self.assertEqual(oldest.seqs(), [1, 2])
        head.end()
        self.assertNotIn(1, head.seqs())

    def test_a_long_replay_comes_in_order_and_whole(self):
        self.online().end()
        for index in range(400):
            self.server.post(data={"text": "x" * 500, "index": index})
        agent = self.online()
        agent.wait_events(400)
        self.assertEqual(agent.seqs(), list(range(1, 401)))
        self.assertGreater(len(self.server.syncs), 5)

    # P-24
    def test_gaps_and_duplicates_are_repaired(self):
        agent = self.online()
        self.server.post(push=False)
        self.server.post()
        agent.wait_events(2)
        connection = self.server.open_connections()[-1]
        for event in self.server.events:
            connection.send({"type": "event", "stream": "k3f9", **event})
        self.server.post()
        agent.wait_events(3)
        self.assertEqual(agent.seqs(), [1, 2, 3])

    def test_a_fragmented_message_is_put_together(self):
        agent = self.online()
        data = {"text": "ä" * 4000}
        seq = self.server.post(data=data, push=False)
        self.server.open_connections()[-1].send(
            {"type": "event", "stream": "k3f9", **self.server.events[seq - 1]}, fragment_bytes=777)
        agent.wait_events(1)
        self.assertEqual(agent.events()[0]["data"], data)

    def test_a_message_too_large_is_dropped_and_its_event_reported(self):
        self.online("--config", self.configured(max_bytes=4096))
        self.server.post(data={"text": "x" * 6000})
        self.server.wait_until(self.server.failures, "the report")
        failure = self.server.failures()[0]
        self.assertEqual((failure["seq"], failure["action"]), (1, "receive"))
        self.assertIn("too large", failure["error"])

    def test_lines_about_the_connection_are_there_if_wanted(self):
        agent = self.online("--verbose-lines")
        self.assertEqual(agent.end(), 0)
        kinds = [json.loads(line)["type"] for line in agent.out]
        self.assertEqual(kinds, ["connecting", "syncing", "online", "stopping", "stopped"])


class Connections(Case):
    def test_it_comes_back_after_a_reset(self):
        agent = self.online()
        for turn in range(1, 6):
            self.server.open_connections()[-1].reset()
            self.server.post(push=False)
            agent.wait_events(turn)
        self.assertEqual(agent.seqs(), [1, 2, 3, 4, 5])

    def test_it_says_how_the_server_closed(self):
        agent = self.online()
        self.server.open_connections()[-1].close(1001, "Going away")
        agent.wait_log("closed, code 1001 (Going away)")
        self.server.wait_until(lambda: len(self.server.connections) == 2, "a second connection")

    # P-14
    def test_a_link_that_answers_nothing_is_dead(self):
        agent = self.online("--timing", "heartbeat=300ms", "--timing", "answer_timeout=300ms")
        self.server.silent = True
        agent.wait_log("no answer to a sync")
        self.server.silent = False
        self.server.wait_until(lambda: len(self.server.connections) >= 2, "a second connection")

    # P-33
    def test_a_missing_pong_proves_nothing(self):
        self.server.answers_pings = False
        agent = self.online("--timing", "ping=50ms")
        self.server.wait_until(lambda: self.server.pings >= 10, "ten pings without an answer")
        self.server.post()
        agent.wait_events(1)
        self.assertEqual(len(self.server.connections), 1)

    def test_a_refusal_is_explained_and_not_hurried(self):
        self.server.statuses = [403, 403, 403]
        agent = self.online()
        self.assertTrue(any("HTTP 403" in line and "the URL's stage" in line and "another user" in line
                            for line in agent.err))
        self.assertEqual(len(self.server.handshakes), 4)

    def test_sighup_lets_a_refused_agent_try_at_once_whatever_it_reads(self):
        key = str(self.folder / "device.key")
        subprocess.run([AGENT, "keygen", "--out", key], check=True, capture_output=True)
        config = self.configured(url=self.server.url, device="laptop", key=key)
        for arguments, broken in ((["--config", config], True), (["--config", config], False),
                                  (["--url", self.server.url, "--device", "laptop", "--key", key], False)):
            with self.subTest(arguments=arguments, broken=broken):
                self.server.statuses = [401, 401]
                agent = Agent([*arguments, "--no-state", "--timing", "backoff_base=50ms",
                               "--timing", "refused_delay=24h"])
                self.addCleanup(agent.process.kill)
                agent.wait_log(", at once on SIGHUP")
                self.configured(**({"nonsense": 1} if broken else {}), url=self.server.url,
                                device="laptop", key=key)
                agent.process.send_signal(signal.SIGHUP)
                agent.wait_log("online")
                agent.wait_log("the old one stays" if broken else "was read again")
                self.configured(url=self.server.url, device="laptop", key=key)
                self.assertEqual(agent.end(), 0)

    def test_other_refusals_are_said_too(self):
        self.server.statuses = [401, 429, 500, 503, 404, 302]
        agent = self.agent()
        for status in (401, 429, 500, 503, 404, 302):
            agent.wait_log(f"HTTP {status}")
        agent.wait_log("online")

    def test_nobody_there_is_said(self):
        with socket.socket() as silent:  # bound, so that nobody else gets the port; not listening
            silent.bind(("127.0.0.1", 0))
            agent = self.agent(url=f"ws://127.0.0.1:{silent.getsockname()[1]}/dev")
            agent.wait_log(f"cannot connect: connection refused by 127.0.0.1:{silent.getsockname()[1]};")
            self.assertEqual(agent.end(), 0)

    def test_a_name_that_nobody_has_is_said(self):
        agent = self.agent("--insecure", url="ws://no-such-host.invalid/dev")
        agent.wait_log("cannot connect: host not found: no-such-host.invalid;")

    def test_a_server_that_wants_tls_is_guessed(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            agent = self.agent(url=f"ws://127.0.0.1:{server.getsockname()[1]}/dev")
            accepted, _ = server.accept()
            accepted.recv(4096)
            accepted.close()
            agent.wait_log("closed the connection without an HTTP answer (does it want wss://?)")

    def test_it_says_who_it_is(self):
        self.online()
        self.assertRegex(self.server.handshakes[0]["user-agent"], r"^beckon-agent/\d+\.\d+\.\d+ \(linux; \w+\)$")

    def test_a_renewal_loses_nothing(self):
        agent = self.online("--timing", "renew_min=100ms", "--timing", "renew_max=100ms")
        posted = 0
        while len(self.server.connections) < 4:
            count = len(self.server.connections)
            for _ in range(3):
                self.server.post()
                posted += 1
            self.server.wait_until(lambda: len(self.server.connections) > count, "a renewal")
        agent.wait_events(posted)
        self.assertEqual(agent.seqs(), list(range(1, posted + 1)))
        self.assertFalse(any("waiting" in line or "warning" in line for line in agent.err))


class Actions(Case):
    def test_a_command_runs_for_every_event_in_order(self):
        out = self.folder / "out"
        agent = self.agent("--", "sh", "-c", f'echo "$BECKON_SEQ $BECKON_NAME $1" >> {out}; cat >> {out}.in',
                           "sh", "${data.text|none}")
        agent.wait_log("online")
        self.server.post("a", {"text": "one two; x"})
        self.server.post("b")
        self.server.wait_until(lambda: self.server.acknowledged() == 2, "the acknowledgement")
        self.assertEqual(out.read_text(), "1 a one two; x\n2 b none\n")
        lines = [json.loads(line) for line in (self.folder / "out.in").read_text().splitlines()]
        self.assertEqual([line["seq"] for line in lines], [1, 2])

    def test_of_output_that_is_not_captured_nothing_is_claimed(self):
        agent = self.online("--", "sh", "-c", "echo mine; exit 3")
        self.server.post()
        agent.wait_log("exit status 3")
        self.server.wait_until(lambda: self.server.acknowledged() == 1, "the acknowledgement")
        self.assertFalse([line for line in agent.err if "it wrote" in line])
        agent.wait(lambda: "mine" in "".join(agent.out), "the command's own output")

    def test_rules_choose_and_failures_are_reported(self):
        config = self.configured(rules=[
            {"name": "door.*", "where": {"data.door": {"one_of": ["front", "back"]}},
             "actions": [{"type": "file", "path": str(self.folder / "doors"), "text": "${data.door}"},
                         {"type": "exec", "command": ["false"], "label": "never works"}]}])
        self.online("--config", config)
        self.server.post("door.opened", {"door": "front"})
        self.server.post("door.opened", {"door": "cellar"})
        self.server.post("window.opened", {"door": "front"})
        self.server.wait_until(lambda: self.server.acknowledged() == 3, "the acknowledgement")
        self.assertEqual((self.folder / "doors").read_text(), "front\n")
        self.assertEqual(self.server.failures(),
                         [{"seq": 1, "action": "never works", "error": "exit status 1"}])

    def test_what_comes_too_often_is_reported_as_failed(self):
        self.online("--config", self.configured(rate={"per_minute": 1, "burst": 2}, rules=[
            {"actions": [{"type": "file", "path": str(self.folder / "all"), "text": "${seq}"}]}]))
        for _ in range(3):
            self.server.post()
        self.server.wait_until(lambda: self.server.acknowledged() == 3, "the acknowledgement")
        self.assertEqual((self.folder / "all").read_text(), "1\n2\n")
        self.assertEqual(self.server.failures(), [
            {"seq": 3, "action": "file", "error": "rate limit (1 a minute, all rules together)"}])

    def test_every_descriptor_of_the_agent_is_closed_for_its_commands(self):
        agent = self.online("--config", self.configured(rules=[]))
        agent.process.send_signal(signal.SIGSTOP)  # it opens and closes some while it works
        try:
            infos = list(pathlib.Path(f"/proc/{agent.process.pid}/fdinfo").iterdir())
            flags = {int(info.name): int(info.read_text().split("flags:")[1].split()[0], 8) for info in infos}
        finally:
            agent.process.send_signal(signal.SIGCONT)
        self.assertGreater(len(flags), 5)
        self.assertEqual([fd for fd, bits in flags.items() if fd > 2 and not bits & os.O_CLOEXEC], [])

    def test_a_reload_takes_new_rules_and_keeps_the_old_ones_if_they_are_wrong(self):
        def rules(name):
            return [{"actions": [{"type": "file", "path": str(self.folder / name), "text": "${seq}"}]}]
        agent = self.online("--config", self.configured(rules=rules("one")))
        self.configured(rules=rules("two"), nonsense=1)
        agent.process.send_signal(signal.SIGHUP)
        agent.wait_log("the old one stays")
        self.server.post()
        self.server.wait_until(lambda: self.server.acknowledged() == 1, "the acknowledgement")
        self.configured(rules=rules("two"))
        agent.process.send_signal(signal.SIGHUP)
        agent.wait_log("was read again")
        self.server.post()
        self.server.wait_until(lambda: self.server.acknowledged() == 2, "the acknowledgement")
        self.assertEqual((self.folder / "one").read_text(), "1\n")
        self.assertEqual((self.folder / "two").read_text(), "2\n")


class Ending(Case):
    def test_both_signals_end_it_in_order(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            agent = self.online()
            self.assertEqual(agent.end(number), 0)
            self.server.wait_until(lambda: not self.server.open_connections(), "the close")
            self.assertEqual(self.server.connections[-1].close_code, 1001)

    # P-42
    def test_what_runs_too_long_stays_unacknowledged_and_comes_again(self):
        started = self.folder / "started"
        agent = self.online("--", "sh", "-c", f"echo x >> {started}; exec sleep 60")
        self.server.post()
        agent.wait(started.exists, "the command")
        begun = time.monotonic()
        self.assertEqual(agent.end(), 0)
        self.assertLess(time.monotonic() - begun, 8)
        self.assertEqual(self.server.acknowledged(), 0)
        agent = self.online("--", "sh", "-c", f"echo y >> {started}")
        self.server.wait_until(lambda: self.server.acknowledged() == 1, "the acknowledgement")
        self.assertEqual(started.read_text(), "x\ny\n")

    def test_nobody_reading_standard_output_ends_it_unacknowledged(self):
        read_end, write_end = os.pipe()
        process = subprocess.Popen(
            [AGENT, "--url", self.server.url, "--user", "Bob", "--device", "laptop", "--state-dir",
             str(self.folder / "state"), *FAST], stdout=write_end, stderr=subprocess.DEVNULL)
        os.close(write_end)
        self.server.wait_until(lambda: self.server.syncs, "the first sync")
        os.close(read_end)
        self.server.post()
        self.assertEqual(process.wait(WAIT_S), 1)
        self.assertEqual(self.server.acknowledged(), 0)


if __name__ == "__main__":
    unittest.main()
