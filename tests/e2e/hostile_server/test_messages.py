# SPDX-License-Identifier: Apache-2.0
"""Messages in good frames: JSON that is none, numbers out of range, answers that contradict
themselves."""

import json
import unittest

from messages import EVENT, Messages, live, text_frame
from ordeal import WORK


class Wrong(Messages):
    def test_what_is_no_message_is_named(self):
        cases = (
            ("", "expected JSON, got nothing"), ("{", "not JSON"), ("nul", "not JSON"), ("[]", "got array without one"),
            ("3", "got number without one"), ("{}", "got object without one"), ('{"type":7}', "got object without one"),
            ('{"a":1,"a":2}', 'the member "a" stands twice'), ('{"a":"\\u0000"}', "U+0000 in a string"),
            ('{"a":"\\ud800"}', "not JSON"), ('{"a":1e999}', "beyond the range of a double"), ('{"a":0x1}', "not a JSON number"),
            ('{"a":NaN}', "not JSON"), ("{}{}", "text after the JSON"), ("[" * 16_000, "JSON nested deeper than 16"),
            ('{"a":' * 3000, "JSON nested deeper than 16"), ("x" * 16_000, "not JSON"))
        for text, says in cases:
            with self.subTest(text[:20]):
                self.told(text, "a message of the server cannot be read: ")
                self.wait_log(says)

    def test_numbers_out_of_range_are_named(self):
        event = "event.seq: expected a whole number from "
        for seq, says in ((0, "1 to 2^53-1, got 0"), (-1, "0 to 2^53-1, got -1"), (2**53, "0 to 2^53-1, got 9007199254740992"),
                          (1e308, "0 to 2^53-1, got 1e+308"), (1.5, "0 to 2^53-1, got 1.5"), ("2", '0 to 2^53-1, got "2"'),
                          (None, "0 to 2^53-1, got null"), ([2], "0 to 2^53-1, got an array")):
            with self.subTest(seq=seq):
                self.told(live(seq), event + says)

    def test_answers_that_contradict_themselves_are_named(self):
        def events(*seqs):
            return [{"seq": seq, **EVENT} for seq in seqs]
        cases = (
            ({"cursor": "k3f9"}, 'synced.cursor: expected a cursor like "k3f9:41"'),
            ({"cursor": "k3f9:-1"}, "synced.cursor: expected a cursor"),
            ({"cursor": "k3f9:9007199254740992"}, "synced.cursor: expected a cursor"),
            ({"cursor": "K3F9:1"}, "synced.cursor: expected a cursor"),
            ({"cursor": "k3f9:9007199254740991"}, "synced.cursor: expected a seq up to the head's"),
            ({"head": "other:1"}, "synced.head: expected the cursor's epoch"),
            ({"lost": -1}, "synced.lost: expected a whole number from 0"), ({"lost": 1e18}, "synced.lost: expected a whole number from 0"),
            ({"lost": 2**53 - 1}, "synced.lost: expected at most the cursor's seq"),
            ({"more": "yes"}, "synced.more: expected true or false"), ({"reset": 1}, "synced.reset: expected true or false"),
            ({"events": {}}, "synced.events: expected an array"), ({"events": [7]}, "synced.events: expected an object"),
            ({"events": events(2**53 - 1)}, "synced.events.seq: expected a number above 0, up to the cursor's"),
            ({"events": events(0)}, "synced.events.seq: expected a whole number from 1"),
            ({"events": events(1, 1)}, "synced.events.seq: expected a number above 1"),
            ({"events": [{"seq": 1, "too_large": 0}]}, "synced.events.too_large: expected a size above 0"))
        for members, says in cases:
            with self.subTest(members):
                self.told(lambda members=members: self.synced(**members), says)

    # P-23
    def test_an_answer_for_another_stream_needs_a_reset(self):
        self.told(lambda: self.synced(cursor="evil:7", head="evil:7", events=[{"seq": 7, **EVENT}]),
                  'the server answered for the stream "evil", asked was "k3f9", and it does not say reset')

    def test_messages_that_cost_the_most_memory_are_let_go(self):
        zeroes = "[" + "0," * 7900 + "0]"
        arrays = "[" + "[]," * 5000 + "[]]"
        names = "{" + ",".join(f'"{i:x}":0' for i in range(1900)) + "}"
        frames = [text_frame(json.dumps(live(10**9)).replace('"data": {}', f'"data":{{"a":{value}}}'))
                  for value in (zeroes, arrays, names)]
        self.assertTrue(all(len(one) < 16384 for one in frames))
        self.assertLess(self.flooded(frames * 100), 5 * WORK)


if __name__ == "__main__":
    unittest.main(verbosity=2)
