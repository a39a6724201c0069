# SPDX-License-Identifier: Apache-2.0
"""The judgement over a run sees each kind of breach, and does not see one where there is none."""

import unittest

from verdict import (BRIEF, ID_KEPT_S, Event, Life, Posted, count_repetitions, events_of, judge_brief,
                     judge_device, judge_posts, judge_receipts, judge_stream)

STREAM = [Event("Bob", seq, f"id-{seq}", seq * 10, "e") for seq in range(1, 7)]


def entries(*numbers):
    return [(seq, f"id-{seq}", seq * 10) for seq in numbers]


class Stream(unittest.TestCase):
    def test_a_hole_a_short_stream_and_a_second_row_of_an_id_are_seen(self):
        self.assertEqual(judge_stream(STREAM, 6), [])
        self.assertTrue(judge_stream(STREAM[:2] + STREAM[3:], 6))
        self.assertTrue(judge_stream(STREAM, 7))
        self.assertTrue(judge_stream(STREAM + [Event("Bob", 7, "id-1", 10, "e")], 7))


class Rows(unittest.TestCase):
    def test_what_expired_and_is_gone_is_known_by_its_id_and_what_is_gone_without_is_a_hole(self):
        def rows(expired_at_s):
            return [{"userId": "Bob", "sk": "head", "epoch": "ep", "seq": 2},
                    {"userId": "Bob", "sk": "seq#1", "seq": 1, "eventId": "id-1", "data": '{"n":10}', "name": "e"},
                    {"userId": "Bob", "sk": "event-id#id-1", "seq": 1, "expiresAt": 10**9, "eventId": "id-1"},
                    {"userId": "Bob", "sk": "event-id#id-2", "seq": 2, "eventId": "id-2",
                     "expiresAt": expired_at_s + ID_KEPT_S}]
        streams, heads = events_of(rows(expired_at_s=100), {"id-2": 20}, now_s=100)
        self.assertEqual(heads, {"Bob": ("ep", 2)})
        self.assertEqual(streams, {"Bob": [STREAM[0], Event("Bob", 2, "id-2", 20, BRIEF)]})
        streams, _ = events_of(rows(expired_at_s=101), {"id-2": 20}, now_s=100)
        self.assertTrue(judge_stream(streams["Bob"], 2))


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

    def test_what_expired_without_a_number_is_one_of_the_unanswered_attempts(self):
        gone = STREAM + [Event("Bob", 7, "id-7", None, BRIEF)]
        self.assertEqual(len(judge_posts(self.ledger, gone)), 1)
        self.ledger[10] = Posted("Bob", BRIEF, (), 2, "id-1")
        brief = [Event("Bob", 1, "id-1", 10, BRIEF)] + gone[1:]
        self.assertEqual(judge_posts(self.ledger, brief), [])

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


class Brief(unittest.TestCase):
    """Events 2 and 5 expire within a second."""

    def setUp(self):
        self.due = [Event(event.user, event.seq, event.id, event.n, BRIEF if event.seq in (2, 5) else "e")
                    for event in STREAM]

    def test_brief_events_may_be_missing_and_no_others(self):
        for good in ((1, 2, 3, 4, 5, 6), (1, 3, 4, 6), (1, 2, 3, 4, 6)):
            self.assertEqual(judge_device(self.due, [Life(0, False, entries(*good))]), [], good)
        for wrong in ((1, 2, 4, 5, 6), (1, 3, 2, 4, 6), (1, 2, 2, 3, 4, 6), (1, 3, 4)):
            self.assertTrue(judge_device(self.due, [Life(0, False, entries(*wrong))]), wrong)

    def test_a_cursor_passes_brief_events_and_no_others(self):
        last = Life(5, False, entries(6))
        self.assertEqual(judge_device(self.due, [Life(0, True, entries(1, 3, 4)), last]), [])
        self.assertTrue(judge_device(self.due, [Life(0, True, entries(1, 3)), last]))

    def judge(self, lost, states, *seen):
        return judge_brief(self.due, "Laptop", [Life(0, False, entries(*seen), lost)], states)

    def test_what_expired_unseen_is_told_and_is_not_handled(self):
        self.assertEqual(self.judge(2, {2: "expired", 5: "expired"}, 1, 3, 4, 6), ([], 2))
        self.assertEqual(len(self.judge(1, {2: "expired"}, 1, 3, 4, 6)[0]), 1)
        for wrong in ("handled", "pending", "unlisted"):
            self.assertEqual(len(self.judge(2, {2: wrong}, 1, 3, 4, 6)[0]), 1, wrong)

    def test_what_was_seen_is_handled_or_expired(self):
        self.assertEqual(self.judge(0, {2: "handled", 5: "expired"}, 1, 2, 3, 4, 5, 6), ([], 0))
        self.assertEqual(len(self.judge(0, {2: "pending"}, 1, 2, 3, 4, 5, 6)[0]), 1)

    def test_the_past_of_a_new_device_is_not_lost(self):
        self.due = [self.due[1], *self.due[2:4]]  # it begins with a brief one
        self.assertEqual(self.judge(0, {2: "unlisted"}, 3, 4), ([], 0))


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
