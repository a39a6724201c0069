# SPDX-License-Identifier: Apache-2.0
"""The emulator's --data on a disk that is full: what is not stored is not accepted, nothing that was
accepted is lost, and when there is room again everything goes on."""

import resource

import harness
from harness import Case


class FullDisk(Case):
    def setUp(self):
        super().setUp()
        self.data = self.directory / "data"
        self.first = self.emulator("--data", str(self.data), "--async-retry-delays", "1s", name="first")

    def let_files_grow(self, emulator, may_grow):
        """The disk that a test can fill: a limit on the size of the emulator's files. Only pipes
        and sockets are written to while it is 1."""
        _, most = resource.prlimit(emulator.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(emulator.pid, resource.RLIMIT_FSIZE, (most if may_grow else 1, most))

    def put(self, emulator, text):
        return emulator.aws.put_events({
            "Source": "beckon", "DetailType": "message", "EventBusName": emulator.ready["event_bus"],
            "Detail": f'{{"target":{{"user":"Bob"}},"text":"{text}"}}'})

    def test_what_cannot_be_stored_is_refused_and_what_was_accepted_arrives(self):
        laptop = self.agent(self.first, "Bob", "Laptop")
        before = self.first.post("Bob", {"text": "before"})
        laptop.wait_event(before)

        self.let_files_grow(self.first, False)
        for _ in range(3):
            answer = self.put(self.first, "refused")
            self.assertEqual(answer["FailedEntryCount"], 1, answer)
            self.assertEqual(answer["Entries"][0]["ErrorCode"], "InternalFailure")
            self.assertIn("could not be stored", answer["Entries"][0]["ErrorMessage"])
        refused = self.beckon(self.first, "post", "Bob", "refused", status=1)
        self.assertEqual(refused.stdout, "", "no id, no event")
        self.assertIn("could not be stored", refused.stderr)

        self.let_files_grow(self.first, True)
        after = self.first.post("Bob", {"text": "after"})
        laptop.wait_event(after)
        self.assertEqual(laptop.event_ids(), [before, after])
        self.assertEqual(self.first.dead_letters(), [])

        # The files are whole: another emulator goes on with them.
        self.first.kill()
        second = self.emulator("--data", str(self.data), port=self.first.port, name="second")
        last = second.post("Bob", {"text": "last"})
        laptop.wait_event(last, timeout_s=60)
        self.assertEqual(laptop.event_ids(), [before, after, last])

    def test_an_event_that_was_accepted_outlives_a_disk_that_fills_before_it_is_delivered(self):
        laptop = self.agent(self.first, "Bob", "Laptop")
        laptop.wait_event(self.first.post("Bob", {"text": "so that deliver runs"}))
        self.first.control("functions/beckon-deliver/freeze", "POST")
        accepted = self.first.post("Bob", {"text": "accepted"})
        self.let_files_grow(self.first, False)
        self.first.control("functions/beckon-deliver/thaw", "POST")
        self.first.wait_line(lambda line: "SQLite" in line, "a write that fails", kind="stderr")
        self.assertNotIn(accepted, laptop.event_ids())
        self.let_files_grow(self.first, True)
        laptop.wait_event(accepted, timeout_s=60)
        self.assertEqual(laptop.event_ids().count(accepted), 1)


if __name__ == "__main__":
    harness.main()
