# SPDX-License-Identifier: Apache-2.0
"""The judgement over a run sees each kind of breach, and does not see one where there is none."""

import unittest

from verdict import (Event, Life, Posted, count_repetitions, judge_device, judge_posts,
                     judge_receipts, judge_stream)

STREAM = [Event("Bob", seq, f"id-{seq}", seq * 10, "e") for seq in range(1, 7)]


def entries(*numbers):
    return [(seq, f"id-{seq}", seq * 10) for seq in numbers]


class Stream(unittest.TestCase):
    def test_a_hole_a_short_stream_and_a_second_row_of_an_id_are_seen(self):
        self.assertEqual(judge_stream(STREAM, 6), [])
        self.assertTrue(judge_stream(STREAM[:2] + STREAM[3:], 6))
        self.assertTrue(judge_stream(STREAM, 7))
        self.assertTrue(judge_stream(STREAM + [Event("Bob", 7, "id-1", 10, "e")], 7))


class Posts(unittest.TestCase):
    def setUp(self):
        self.ledger = {event.n: Posted("Bob", "e", (), 1, event.id) for event in STREAM}

    def test_what_was_answered_and_is_not_there_is_seen(self):
        self.assertEqual(judge_posts(self.ledger, STREAM), [])
        self.assertEqual(len(judge_posts(self.ledger, STREAM[1:])), 1)

    def test_what_is_there_more_often_than_it_was_posted_is_seen(self):
        twice = STREAM + [Event("Bob", 7, "id-7", 10, "e")]
        self.assertEqual(len(judge_posts(self.ledger, twice)), 1)
        self.ledger[10].attempts = 2
        self.assertEqual(judge_posts(self.ledger, twice), [])

    def test_what_was_posted_for_somebody_else_or_by_nobody_is_seen(self):
        self.ledger[10].user = "Alice"
        self.assertEqual(len(judge_posts(self.ledger, STREAM)), 1)
        del self.ledger[10]
        self.assertEqual(len(judge_posts(self.ledger, STREAM)), 1)


class Device(unittest.TestCase):
    def judge(self, *lives):
        return judge_device(STREAM, list(lives))

    def test_one_life_with_everything_in_order_passes(self):
        self.assertEqual(self.judge(Life(0, False, entries(1, 2, 3, 4, 5, 6))), [])

    def test_a_missing_event_a_disorder_and_a_repetition_within_a_life_are_seen(self):
        for wrong in ((1, 2, 4, 5, 6), (1, 3, 2, 4, 5, 6), (1, 2, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5)):
            self.assertTrue(self.judge(Life(0, False, entries(*wrong))), wrong)

    def test_a_foreign_event_is_seen(self):
        alien = entries(1, 2, 3, 4, 5, 6) + [(7, "id-7", 70)]
        self.assertTrue(self.judge(Life(0, False, alien)))

    def test_a_repetition_after_a_kill_passes_only_from_the_stored_cursor_on(self):
        first = Life(0, True, entries(1, 2, 3))
        good = (first, Life(1, False, entries(2, 3, 4, 5, 6)))
        self.assertEqual(self.judge(*good), [])
        self.assertEqual(count_repetitions(good), 2)
        self.assertTrue(self.judge(first, Life(2, False, entries(2, 3, 4, 5, 6))))

    def test_a_repetition_after_an_end_in_order_is_seen(self):
        self.assertTrue(self.judge(Life(0, False, entries(1, 2, 3)),
                                   Life(1, False, entries(2, 3, 4, 5, 6))))

    def test_a_cursor_that_passes_what_was_never_recorded_or_goes_back_is_seen(self):
        self.assertTrue(self.judge(Life(0, True, entries(1, 2)), Life(3, False, entries(4, 5, 6))))
        self.assertTrue(self.judge(Life(2, True, entries(3)), Life(1, False,
                                                                   entries(2, 3, 4, 5, 6))))

    def test_a_cursor_passes_events_that_were_not_for_the_device(self):
        own = [STREAM[0], STREAM[5]]
        lives = [Life(0, True, entries(1)), Life(5, False, entries(6))]
        self.assertEqual(judge_device(own, lives), [])


class Receipts(unittest.TestCase):
    def judge(self, states, fails="e.fails"):
        return judge_receipts(STREAM[:2], "Laptop", states, fails)

    def test_pending_unlisted_and_wrongly_failed_are_seen(self):
        handled = ("handled", "")
        self.assertEqual(self.judge({1: handled, 2: handled}), ([], 0))
        for wrong in ({1: handled}, {1: handled, 2: ("pending", "")},
                      {1: handled, 2: ("failed", "file")}):
            self.assertEqual(len(self.judge(wrong)[0]), 1, wrong)

    def test_a_failure_that_is_not_told_or_of_another_action_is_seen(self):
        failed = ("failed", "file")
        self.assertEqual(self.judge({1: failed, 2: failed}, "e"), ([], 2))
        for wrong in (("handled", ""), ("pending", ""), ("failed", "exec")):
            self.assertEqual(len(self.judge({1: failed, 2: wrong}, "e")[0]), 1, wrong)


if __name__ == "__main__":
    unittest.main(verbosity=2)
