# SPDX-License-Identifier: Apache-2.0
"""Good messages without an end: events, answers that nobody asked for, errors, resets, `more`."""

import time
import unittest

from hostile import wait_hang_up
from messages import EVENT, NORMAL_CLOSE, Messages, live, text_frame
from ordeal import WORK, cpu_s


class Unasked(Messages):
    def test_answers_that_nobody_asked_for_are_ignored(self):
        evil = text_frame({**self.synced(), "cursor": "evil:2", "head": "evil:2", "reset": True, "events": [{"seq": 2, **EVENT}]})
        ahead = text_frame({**self.synced(), "cursor": "k3f9:9", "head": "k3f9:9", "events": [{"seq": 9, **EVENT}]})
        used = self.flooded([evil, ahead] * 5000, "an answer came that nobody asked for; it is ignored")
        self.assertLess(used, 3 * WORK)

    def test_an_answer_given_twice_is_ignored_the_second_time(self):
        def attack(connection, sync):
            connection.send(self.server.answer(sync))
            connection.send({**self.server.answer(sync), "cursor": "evil:2", "head": "evil:2", "reset": True})
        self.suffer(self.server.says, attack, "an answer came that nobody asked for; it is ignored")

    def test_errors_without_end_do_not_fill_the_log(self):
        gateway = text_frame({"message": "x" * 900, "connectionId": "c", "requestId": "r"})
        error = text_frame({"type": "error", "code": "invalid", "message": "y" * 900})
        # The longest lines that there are, and two modules of the log at most.
        self.log_bytes_max = 500_000
        used = self.flooded([gateway, error, text_frame("rubbish")] * 5000, "too many lines: from here on one in 5 s")
        self.assertLess(used, 4 * WORK)


class Floods(Messages):
    def test_events_that_are_not_the_next_are_dropped(self):
        frames = [text_frame(live(10**9 + i)) for i in range(10_000)]          # announced, and never there
        frames += [text_frame(live(1)) for _ in range(10_000)]                 # handled long ago
        frames += [text_frame(live(i + 1, "evil")) for i in range(10_000)]     # of another stream
        frames += [text_frame({"type": "from-the-future"}) for _ in range(10_000)]
        self.assertLess(self.flooded(frames), 6 * WORK)

    def rate(self, answers, wait_s):
        """How many syncs there are while each is answered like this, and the processor time of one."""
        self.server.says += [answers] * 100_000
        self.server.drop_all()
        self.wait_server(lambda: self.server.over >= 1, "the first lie")
        before, begun, count = cpu_s(self.pid), time.monotonic(), self.server.over
        self.wait_server(lambda: time.monotonic() - begun >= wait_s, "some time")
        used, count = cpu_s(self.pid) - before, self.server.over - count
        self.server.says.clear()
        self.progress()
        return count, used / max(count, 1)

    def test_more_for_ever_without_progress_slows_down(self):
        count, _ = self.rate(lambda connection, sync: connection.send(
            self.synced(head="k3f9:100", more=True)), 3)
        self.assertLessEqual(count, 8)

    def test_an_event_that_is_announced_for_ever_slows_down(self):
        def attack(connection, sync):
            connection.send(live(10**9))
            connection.send(self.synced())
        count, _ = self.rate(attack, 3)
        self.assertLessEqual(count, 8)

    def test_events_of_other_streams_for_ever_set_no_pace(self):
        def attack(connection, sync):
            connection.send(self.synced())
            connection.send(live(5, "evil"))
        count, _ = self.rate(attack, 3)
        self.assertLessEqual(count, 5)

    def test_errors_as_answers_slow_down(self):
        count, _ = self.rate(lambda connection, sync: connection.send(
            {"type": "error", "code": "invalid", "message": "no"}), 2)
        self.assertLess(count, 200)


class Resets(Messages):
    resets = True

    def test_streams_that_are_made_for_ever_set_no_pace(self):
        made = []

        def attack(connection, sync):
            made.append(len(made))
            epoch = f"evil{len(made)}"
            connection.send({"type": "synced", "cursor": f"{epoch}:1", "head": f"{epoch}:9", "events": [{"seq": 1, **EVENT}],
                             "more": True, "lost": 0, "reset": True})
        count, _ = Floods.rate(self, attack, 3)
        self.assertLessEqual(count, 5)

    def test_more_for_ever_with_progress_costs_what_its_messages_cost(self):
        at = []

        def attack(connection, sync):
            at.append(len(at))
            connection.send({"type": "synced", "cursor": f"evil:{len(at)}", "head": "evil:9000000", "events": [], "more": True,
                             "lost": 0, "reset": len(at) == 1})
        count, cost_s = Floods.rate(self, attack, 3)
        self.assertGreater(count, 1)
        self.assertLess(cost_s, 0.005 * WORK)

    def test_more_failures_than_reports_wait_are_sent_in_portions(self):
        def attack(connection, sync):
            connection.send({"type": "synced", "cursor": "evil:300", "head": "evil:300", "more": False, "lost": 0, "reset": True,
                             "events": [{"seq": seq, "too_large": 20_000} for seq in range(1, 301)]})
        self.suffer(self.server.says, attack, "the stream was made anew; going on at evil:0")
        self.assertLessEqual(max(len(sync.get("failed", [])) for sync in self.server.syncs), 32)


class Busy(Messages):
    """One command that waits, and a server that sends on."""

    @property
    def command(self):
        return ["sh", "-c", f"while [ ! -e {self.directory}/go ]; do sleep 0.02; done; echo $BECKON_SEQ >> {self.directory}/done"]

    def setUp(self):
        self.count = 500
        super().setUp()

    def server_options(self):
        (self.directory / "go").touch()
        return {}

    def test_events_in_order_beyond_the_queue_wait_on_the_server(self):
        (self.directory / "go").unlink()
        for _ in range(self.count):
            self.server.post(data={"text": "x" * 200}, push=False)  # more than the queue may hold
        frames = [text_frame({"type": "event", "stream": "k3f9", **event}) for event in self.server.events[1:]]
        self.server.opened.append(lambda sock: self.push(sock, frames))
        self.server.drop_all()
        self.wait_server(lambda: self.server.over == 1, "the flood")
        (self.directory / "go").touch()
        self.wait_server(lambda: self.server.acknowledged() == self.count + 1, "everything to be handled", 60)
        self.assertEqual((self.directory / "done").read_text("ascii").split(), [str(seq) for seq in range(1, self.count + 2)])

    def push(self, sock, frames):
        sock.sendall(text_frame({**self.synced(), "cursor": "k3f9:1", "head": "k3f9:1"}) + b"".join(frames) + NORMAL_CLOSE)
        wait_hang_up(sock)


if __name__ == "__main__":
    unittest.main(verbosity=2)
