# SPDX-License-Identifier: Apache-2.0
"""What a device gets after an absence: everything, in order, once; and what is said to be missing."""

import harness
from harness import Case


class Replay(Case):
    def test_what_was_posted_during_an_absence_comes_in_order_on_return(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        laptop.wait_event(emulator.post("Bob", {"n": 0}))
        self.assertEqual(laptop.stop(), 0)

        posted = []
        for number in range(1, 6):
            posted.append(emulator.post("Bob", {"n": number}))
            self.wait_stored(emulator, "Bob", number + 1)
        laptop = self.agent(emulator, "Bob", "Laptop")

        laptop.wait_event(posted[-1])
        self.assertEqual(laptop.event_ids(), posted)

    def test_a_killed_agent_gets_what_it_missed_and_nothing_twice_once_acknowledged(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        first = emulator.post("Bob", {"n": 1})
        laptop.wait_event(first)
        self.wait_cursor(emulator, "Laptop", 1)
        laptop.kill()
        second = emulator.post("Bob", {"n": 2})
        laptop = self.agent(emulator, "Bob", "Laptop")
        laptop.wait_event(second)
        self.assertEqual(laptop.event_ids(), [second])

    def test_a_thousand_events_come_without_a_gap_and_in_order(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        ids = set()
        for batch in range(100):
            entries = [{"Source": "beckon", "DetailType": "message", "EventBusName": "beckon",
                        "Detail": f'{{"target":{{"user":"Bob"}},"n":{batch * 10 + i}}}'}
                       for i in range(10)]
            answer = emulator.aws.put_events(*entries)
            ids.update(entry["EventId"] for entry in answer["Entries"])
        self.wait_until(lambda: len(laptop.events()) >= 1000, "1000 events", timeout_s=60)
        self.assertEqual([event["seq"] for event in laptop.events()], list(range(1, 1001)))
        self.assertEqual(set(laptop.event_ids()), ids)

    # P-42
    def test_events_during_lost_links_still_come_once_and_in_order(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        posted = []
        for number in range(1, 13):
            posted.append(emulator.post("Bob", {"n": number}))
            self.wait_stored(emulator, "Bob", number)
            if number % 6 == 3:
                for row in emulator.rows("connections"):
                    emulator.control(f"connections/{row['connectionId']}/drop", "POST")
        laptop.wait_event(posted[-1], timeout_s=30)
        self.assertEqual(laptop.event_ids(), posted)

    # P-41
    def test_one_eventbridge_id_delivered_twice_arrives_once(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        envelope = {"version": "0", "id": "11111111-2222-3333-4444-555555555555",
                    "detail-type": "message", "source": "beckon", "account": "000000000000",
                    "time": "2026-11-21T07:00:00Z", "region": "us-east-1", "resources": [],
                    "detail": {"target": {"user": "Bob"}, "text": "once"}}
        for _ in range(2):
            answer = emulator.aws.invoke("beckon-deliver", envelope)
            self.assertEqual(answer.status, 200)
            self.assertNotIn("x-amz-function-error", answer.headers, answer.body)
        marker = self.barrier(emulator, laptop, "Bob")
        self.assertEqual(laptop.event_ids(), [envelope["id"], marker])
        self.assertEqual([event["seq"] for event in laptop.events()], [1, 2])

    # P-43
    def test_of_waiting_events_with_one_collapse_key_only_the_newest_is_replayed(self):
        emulator = self.emulator()
        self.leave(emulator, "Bob", "Laptop")
        for kwh in (1, 2):
            emulator.post("Bob", {"kwh": kwh}, name="meter", collapse="meter")
            self.wait_stored(emulator, "Bob", kwh)
        other = emulator.post("Bob", {"text": "between"})
        self.wait_stored(emulator, "Bob", 3)
        newest = emulator.post("Bob", {"kwh": 3}, name="meter", collapse="meter")
        self.wait_stored(emulator, "Bob", 4)
        laptop = self.agent(emulator, "Bob", "Laptop")
        laptop.wait_event(newest)
        self.assertEqual(laptop.event_ids(), [other, newest])

    # P-22
    def test_what_expired_before_the_device_came_back_is_not_delivered_but_counted(self):
        emulator = self.emulator()
        self.leave(emulator, "Bob", "Laptop")
        probe = emulator.connect("Bob", "Probe")
        cursor = probe.sync()["cursor"]
        emulator.post("Bob", {"text": "late"}, ttl_s=1)
        self.wait_stored(emulator, "Bob", 1)
        self.wait_until(lambda: probe.sync(cursor)["lost"] == 1, "the event to expire")
        kept = emulator.post("Bob", {"text": "kept"})
        self.wait_stored(emulator, "Bob", 2)
        laptop = self.agent(emulator, "Bob", "Laptop")
        laptop.wait_event(kept)
        self.assertEqual(laptop.event_ids(), [kept])
        laptop.wait_line(lambda line: "lost" in line or "expired" in line,
                         "a word about the expired event", kind="stderr")

    # P-21
    def test_an_event_too_large_for_a_device_is_named_and_passed(self):
        emulator = self.emulator()
        emulator.post("Bob", {"text": "x" * 2000})
        self.wait_stored(emulator, "Bob", 1)
        emulator.post("Bob", {"text": "small"})
        self.wait_stored(emulator, "Bob", 2)
        tiny = emulator.connect("Bob", "Tiny")
        answer = tiny.sync(start="oldest", max_bytes=1024)
        entries = answer["events"]
        while answer["more"]:
            answer = tiny.sync(answer["cursor"], max_bytes=1024)
            entries += answer["events"]
        self.assertEqual(entries[0]["seq"], 1)
        self.assertGreater(entries[0]["too_large"], 2000)
        self.assertEqual(entries[1]["data"], {"text": "small"})

    def test_a_new_device_starts_at_the_head_and_at_the_oldest_if_it_asks(self):
        emulator = self.emulator()
        old = emulator.post("Bob", {"text": "before"})
        self.wait_stored(emulator, "Bob", 1)
        self.assertEqual(emulator.connect("Bob", "New").sync()["events"], [])
        events = emulator.connect("Bob", "Curious").sync(start="oldest")["events"]
        self.assertEqual([event["id"] for event in events], [old])

    def test_a_cursor_of_an_unknown_epoch_starts_at_the_oldest_and_says_reset(self):
        emulator = self.emulator()
        kept = emulator.post("Bob", {"text": "kept"})
        self.wait_stored(emulator, "Bob", 1)
        answer = emulator.connect("Bob", "Old").sync("zzzz:900")
        self.assertIs(answer["reset"], True)
        self.assertEqual([event["id"] for event in answer["events"]], [kept])

    # --- helpers ---

    def leave(self, emulator, user, device):
        """The device was here once, has a cursor, and is gone."""
        agent = self.agent(emulator, user, device)
        agent.wait_line(lambda line: "online" in line, "'online'", kind="stderr")
        self.assertEqual(agent.stop(), 0)

    def wait_stored(self, emulator, user, seq):
        """Until event number seq is in the stream."""
        def stored():
            return any(row["userId"] == user and row.get("sk") == "head" and row["seq"] >= seq
                       for row in emulator.rows("streams"))
        self.wait_until(stored, f"event {seq} of {user} to be stored")

    def wait_cursor(self, emulator, device, seq):
        """Until the backend knows that the device is done with event number seq."""
        def acknowledged():
            return any(row["deviceId"] == device and
                       row.get("cursor", ":0").rpartition(":")[2] == str(seq)
                       for row in emulator.rows("devices"))
        self.wait_until(acknowledged, f"{device} to acknowledge event {seq}")


if __name__ == "__main__":
    harness.main()
