# SPDX-License-Identifier: Apache-2.0
"""Signed events: what an operator's key ordered runs, and nothing else, whatever the cloud says."""

import json
import re
import subprocess
import time

import harness
from harness import Case, paths


class Signed(Case):
    """One device of Bob with a rule for everybody and one for signers; the attacker has the account."""

    def setUp(self):
        super().setUp()
        self.key, public = self.keygen("signer")
        self.ran = self.directory / "ran"
        self.config = self.directory / "agent.json"
        self.config.write_text(json.dumps({
            "signers": [public],
            "timing": {"clock_skew": "0s", "ack_delay": "50ms"},
            "rules": [{"name": "backup", "require_signature": True, "actions": [
                {"type": "exec", "command": ["sh", "-c", f'printf "%s\\n" "$BECKON_V" >> {self.ran}'],
                 "environment": {"V": "${data.volume}"}}]}, {"actions": [{"type": "stdout"}]}],
        }), encoding="utf-8")
        self.config.chmod(0o600)
        self.emulator_process = self.emulator()
        self.device = self.start_device()

    def keygen(self, name):
        """The file of a new key, and its public half."""
        key = self.directory / f"{name}.key"
        done = subprocess.run([paths.binary("beckon-agent"), "keygen", "--signer", "--out", key],
                              capture_output=True, text=True, check=True)
        return key, done.stdout

    def start_device(self):
        """The device, once its memory of signed events has begun."""
        device = self.agent(self.emulator_process, "Bob", "nas", args=["--config", self.config])
        for line in device.lines("stderr"):
            if begins := re.search(r"signed events are acted on that are made from (\S+)Z on", line):
                at = time.strptime(begins[1], "%Y-%m-%dT%H:%M:%S")
                self.wait_until(lambda: time.gmtime() >= at, f"the clock to show {begins[1]}")
        return device

    def post(self, volume, *args, key=None, device="nas"):
        """Posts a signed backup; the event's id."""
        return self.beckon(self.emulator_process, "post", "Bob", "--name", "backup", "--data",
                           json.dumps({"volume": volume}), "--device", device, "--sign",
                           key or self.key, *args).stdout.split()[0]

    def state(self, event, user_device="nas"):
        """What became of the event on the device, once it is not pending any more."""
        def settled():
            done = self.run_beckon("--endpoint-url", self.emulator_process.endpoint, "--json",
                                   "status", event)
            one = next(d for d in json.loads(done.stdout)["devices"] if d["device"] == user_device)
            return one if one["state"] != "pending" else None
        self.wait_until(lambda: self.row_of(event), f"event {event} to be stored")
        return self.wait_until(settled, f"event {event} to be settled")

    def row_of(self, event):
        return next((row for row in self.emulator_process.rows("streams")
                     if row.get("eventId") == event and row["sk"].startswith("seq#")), None)

    def signature_of(self, event):
        return json.loads(self.row_of(event)["signature"])

    def forge(self, signature, volume="home", name="backup"):
        """Puts an event with this signature on the bus, as anybody with the account can."""
        return self.emulator_process.put_detail(
            {"target": {"user": "Bob", "devices": ["nas"], "signature": signature},
             "volume": volume}, name)

    def runs(self):
        """What the signers' rule ran for so far, by the event's data."""
        return self.ran.read_text(encoding="utf-8").splitlines() if self.ran.exists() else []

    def assert_refused(self, event, why):
        status = self.state(event)
        self.assertEqual((status["state"], status["action"]), ("failed", "exec"), status)
        self.assertIn(why, status["error"])
        self.device.wait_event(event)  # rules that do not ask run all the same


class Orders(Signed):
    # P-70, P-73
    def test_what_a_signer_signed_for_this_device_runs_and_what_nobody_signed_does_not(self):
        self.assertEqual(self.state(self.post("home"))["state"], "handled")
        self.assertEqual(self.runs(), ["home"])
        unsigned = self.emulator_process.post("Bob", {"volume": "etc"}, name="backup")
        self.assert_refused(unsigned, "the event is not signed")
        self.assertEqual(self.runs(), ["home"])

    # P-72, P-73, P-76
    def test_what_the_account_makes_of_signed_events_does_not_run(self):
        good = self.post("home")
        self.assertEqual(self.state(good)["state"], "handled")
        signature = self.signature_of(good)
        self.assert_refused(self.forge(signature, volume="etc"), "it is wrong")
        self.assert_refused(self.forge({**signature, "exp": signature["exp"] + 1}), "it is wrong")
        stranger, _ = self.keygen("stranger")
        self.assert_refused(self.post("etc", key=stranger), "which is not among the signers")
        elsewhere = self.signature_of_when_stored(self.post("etc", device="desk"))
        self.assert_refused(self.forge(elsewhere, volume="etc"), "it is for other devices")
        self.assert_refused(self.forge({**elsewhere, "devices": ["nas"]}, volume="etc"), "it is wrong")
        short = self.signature_of_when_stored(self.post("tmp", "--ttl", "1s", device="desk"))
        self.wait_until(lambda: time.time() >= short["exp"], "the signature to expire")
        self.assert_refused(self.forge({**short, "devices": ["nas"]}, volume="tmp"), "it expired at")
        self.assertEqual(self.runs(), ["home"])

    def signature_of_when_stored(self, event):
        self.wait_until(lambda: self.row_of(event), f"event {event} to be stored")
        return self.signature_of(event)

    # P-70
    def test_what_cannot_be_a_signature_is_a_dead_letter_that_says_why(self):
        event = self.forge({"key": "0123456789abcdef"})
        self.wait_until(lambda: self.emulator_process.dead_letters(), "a dead letter")
        self.assertIn("BadSignature: detail.target.signature.id: expected",
                      json.dumps(self.emulator_process.dead_letters()))
        self.assertIsNone(self.row_of(event))


class Replays(Signed):
    # P-74
    def test_a_signature_is_good_once_also_after_a_restart(self):
        good = self.post("home")
        self.assertEqual(self.state(good)["state"], "handled")
        signature = self.signature_of(good)
        self.assert_refused(self.forge(signature), "replayed: an event with this signature has ended")
        self.device.kill()
        self.device = self.start_device()
        self.assert_refused(self.forge(signature), "replayed: an event with this signature has ended")
        self.assertEqual(self.runs(), ["home"])

    # P-73, P-75
    def test_rows_that_are_altered_and_streams_that_begin_anew_run_nothing(self):
        good = self.post("home")
        self.assertEqual(self.state(good)["state"], "handled")
        self.device.stop()
        waiting = self.post("var")
        self.wait_until(lambda: self.row_of(waiting), "the event to be stored")
        # The account's holder changes what waits, and gives all rows a new epoch (P-23), so that the
        # device gets everything once more.
        table = self.emulator_process.aws
        for row in self.emulator_process.rows("streams"):
            if row["sk"] == "head" or row["sk"].startswith("seq#"):
                changed = {**row, "epoch": "anew1"}
                if row.get("eventId") == waiting:
                    changed["data"] = json.dumps({"volume": "etc"})
                table.put_item("beckon-streams", **changed)
        self.device = self.start_device()
        self.device.wait_event(waiting)
        self.barrier(self.emulator_process, self.device, "Bob")
        self.assertEqual(self.runs(), ["home"])
        self.wait_until(lambda: any("it is wrong" in line for line in self.device.lines("stderr")),
                        "the refusal in the device's log")

    # P-78
    def test_a_device_that_lost_its_memory_takes_nothing_that_was_signed_before(self):
        good = self.post("home")
        self.assertEqual(self.state(good)["state"], "handled")
        signature = self.signature_of(good)
        for loss in ("damaged", "missing"):
            self.device.stop()
            memory = next((self.directory / "agent-Bob-nas").glob("*.signed"))
            if loss == "damaged":
                memory.write_bytes(memory.read_bytes()[:-5])
            else:
                memory.unlink()
            self.device = self.start_device()
            if loss == "damaged":
                self.assertTrue(any("the memory of signed events cannot be used" in line
                                    for line in self.device.lines("stderr")))
            self.assert_refused(self.forge(signature), "when this device's memory of signed events begins")
        self.assertEqual(self.state(self.post("var"))["state"], "handled")
        self.assertEqual(self.runs(), ["home", "var"])


class Posting(Signed):
    # P-72
    def test_a_signature_names_devices(self):
        done = self.beckon(self.emulator_process, "post", "Bob", "hey", "--sign", self.key, status=2)
        self.assertIn("--sign needs --device", done.stderr)

    def test_a_key_that_others_can_read_is_not_used(self):
        self.key.chmod(0o644)
        done = self.beckon(self.emulator_process, "post", "Bob", "hey", "--device", "nas", "--sign",
                           self.key, status=2)
        self.assertIn("it has mode 0644: others than its owner can use this key", done.stderr)
        self.assertIn(f"chmod 600 {self.key}", done.stderr)


if __name__ == "__main__":
    harness.main()
