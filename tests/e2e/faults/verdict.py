# SPDX-License-Identifier: Apache-2.0
"""What must hold when everything is calm again, as pure functions of what was recorded.

Each function returns the breaches it found, as sentences; an empty list is a pass. Nothing here talks
to a process: test_verdict.py shows that a loss, a repetition and a disorder are seen.
"""

import collections
import dataclasses
import json

BRIEF = "fault.brief"  # events of this name expire within a second, and their rows are removed
ID_KEPT_S = 30 * 3600  # P-41: how much longer than an event its id is kept


@dataclasses.dataclass(frozen=True)
class Event:
    """One event of a stream. n is None if its row is gone and its post was never answered."""
    user: str
    seq: int
    id: str
    n: int
    name: str
    devices: tuple = ()
    sender: str = ""

    def is_for(self, device):
        return device != self.sender and (not self.devices or device in self.devices)

    @property
    def is_brief(self):
        return self.name == BRIEF

    def is_recorded_as(self, entry):
        return (self.seq, self.id) == entry[:2] and self.n in (None, entry[2])


@dataclasses.dataclass
class Life:
    """One process of an agent: where its storage stood when it began, and what it recorded."""
    cursor: int = 0
    killed: bool = False  # ended by SIGKILL, and not in order
    entries: list = dataclasses.field(default_factory=list)  # (seq, id, n) in the record's order
    lost: int = 0  # events that it said were lost


@dataclasses.dataclass
class Posted:
    """What the poster knows about one number."""
    user: str
    name: str
    devices: tuple
    attempts: int = 0
    id: str = ""  # of the attempt that was answered


def events_of(rows, numbers, now_s):
    """The rows of the streams table as {user: [Event, …] by seq}, and {user: (epoch, head)}. What has
    expired and is gone is known by the row of its id.

    numbers: {id: n} of the answered posts."""
    streams, heads = collections.defaultdict(dict), {}
    for row in rows:
        of_user = streams[row["userId"]]
        if row["sk"] == "head":
            heads[row["userId"]] = (row["epoch"], row["seq"])
        elif row["sk"].startswith("seq#"):
            event = Event(row["userId"], row["seq"], row["eventId"], json.loads(row["data"])["n"],
                          row["name"], tuple(json.loads(row.get("devices", "[]"))), row.get("sender", ""))
            of_user.setdefault(row["seq"], []).append(event)
    for row in rows:
        kept = streams[row["userId"]]
        is_gone = row["sk"].startswith("event-id#") and row["seq"] not in kept
        if is_gone and row["expiresAt"] - ID_KEPT_S <= now_s:
            kept[row["seq"]] = [Event(row["userId"], row["seq"], row["eventId"],
                                      numbers.get(row["eventId"]), BRIEF)]
    return {user: [event for seq in sorted(of_user) for event in of_user[seq]]
            for user, of_user in streams.items() if of_user}, heads


def judge_stream(events, head):
    """Numbers without holes up to the head, and each id once."""
    breaches = []
    numbers = [event.seq for event in events]
    if numbers != list(range(1, head + 1)):
        missing = sorted(set(range(1, head + 1)) - set(numbers))
        breaches.append(f"the stream's numbers are not 1 to {head}: {len(numbers)} rows, missing "
                        f"{missing[:10]}")
    for event_id, count in collections.Counter(event.id for event in events).items():
        if count > 1:
            breaches.append(f"event {event_id} is stored {count} times")
    return breaches


def judge_posts(ledger, events):
    """Every answered post is stored, as it was posted; one without an answer at most once per
    attempt; nothing that nobody posted.

    ledger: {n: Posted}; events: those of all streams."""
    breaches = []
    by_id = {event.id: event for event in events}
    counts = collections.Counter(event.n for event in events)
    for n, posted in ledger.items():
        if posted.id:
            event = by_id.get(posted.id)
            if event is None:
                breaches.append(f"event {n} was answered as {posted.id} and is not stored")
            elif (event.n, event.user, event.name, set(event.devices)) != (
                    n, posted.user, posted.name, set(posted.devices)):
                breaches.append(f"event {n} was posted as {posted} and is stored as {event}")
        if counts[n] > posted.attempts:
            breaches.append(f"event {n} was posted {posted.attempts} times and is stored "
                            f"{counts[n]} times")
    unnumbered = counts.pop(None, 0)
    unanswered = sum(posted.attempts - bool(posted.id) for posted in ledger.values() if posted.name == BRIEF)
    if unnumbered > unanswered:
        breaches.append(f"{unnumbered} events without a number have expired, and {unanswered} attempts "
                        "to post such were not answered")
    breaches += [f"event {n} is stored and nobody posted it" for n in counts.keys() - ledger.keys()]
    return breaches


def _take(due, entry):
    """Whether this entry is the next one due, but for brief ones before it; takes it from the queue."""
    while due and due[0].is_brief and due[0].seq != entry[0]:
        due.popleft()
    return bool(due) and due[0].is_recorded_as(entry) and bool(due.popleft())


def judge_device(expected, lives):
    """Each life records the expected events from its cursor on, in order, without a hole, each once;
    what a life did not come to, the next one's cursor has not passed; the last one comes to the end.
    So an event is repeated only after a kill, and only if it lies after the stored cursor. Brief ones
    may be missing anywhere (see judge_brief), but not come in another order.

    expected: the events for this device, by seq; lives: list of Life."""
    breaches = []
    for number, life in enumerate(lives):
        due = collections.deque(event for event in expected if event.seq > life.cursor)
        got = life.entries
        wrong = next((entry for entry in got if not _take(due, entry)), None)
        if wrong is not None:
            breaches.append(f"life {number} (cursor {life.cursor}): it recorded {wrong}, expected "
                            f"{due[0] if due else 'nothing more'}")
            continue
        missing = [event.seq for event in due if not event.is_brief]
        reached = missing[0] if missing else None  # the first that did not come
        if number + 1 == len(lives):
            if reached is not None:
                breaches.append(f"{len(missing)} events never came, from {reached} on")
            continue
        after = lives[number + 1].cursor
        if after < life.cursor:
            breaches.append(f"life {number}: the stored cursor went back from {life.cursor} to "
                            f"{after}")
        if reached is not None and after >= reached:
            breaches.append(f"life {number}: the stored cursor {after} has passed {reached}, which "
                            "was never recorded")
        if not life.killed and got and after < got[-1][0]:
            breaches.append(f"life {number} ended in order at {got[-1][0]} and stored {after}: its "
                            "events come twice")
    return breaches


def count_repetitions(lives):
    """How many entries lie at or below one of an earlier life."""
    highest, repeated = 0, 0
    for life in lives:
        repeated += sum(1 for seq, _, _ in life.entries if seq <= highest)
        highest = max([highest] + [seq for seq, _, _ in life.entries])
    return repeated


def judge_receipts(expected, device, states, fails):
    """Every event for the device is handled, or failed if its action fails; none is pending. A report
    outlives its agent, however that ended (docs/RELIABILITY.md, Receipts): none may be missing.

    states: {seq: (state, action)} of this device; fails: the name of the events that fail.
    Returns (breaches, how many failures were reported)."""
    breaches, failed = [], 0
    for event in expected:
        due = ("failed", "file") if event.name == fails else ("handled", "")
        state, action = states.get(event.seq, ("unlisted", ""))
        failed += state == "failed"
        if (state, action) != due:
            breaches.append(f"{device}: event {event.seq} is {state} {action}, expected "
                            f"{' '.join(due)}")
    return breaches, failed


def judge_brief(expected, device, lives, states):
    """What expires before a device gets it is neither silent nor taken for handled: the device says
    that it was lost, and its receipt is "expired". What expired before the first event that a new device
    can get is none of its (P-22).

    expected: the events for this device, by seq; states: {seq: state} of the brief ones that were asked
    for. Returns (breaches, how many expired unseen)."""
    seen = {entry[0] for life in lives for entry in life.entries}
    first = next((event.seq for event in expected if not event.is_brief), 0)
    brief = [event.seq for event in expected if event.is_brief]
    unseen = [seq for seq in brief if seq not in seen and seq > first]
    told = sum(life.lost for life in lives)
    breaches = []
    if told < len(unseen):
        breaches.append(f"{device}: {len(unseen)} events expired unseen, and it said so of {told}")
    for seq in brief:
        allowed = {"expired"} | ({"handled"} if seq in seen else set()) | ({"unlisted"} if seq < first else set())
        if seq in states and states[seq] not in allowed:
            breaches.append(f"{device}: event {seq}, which expired {'seen' if seq in seen else 'unseen'}, is "
                            f"{states[seq]}, expected {' or '.join(sorted(allowed))}")
    return breaches, len(unseen)
