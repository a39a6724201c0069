# SPDX-License-Identifier: Apache-2.0
"""Posts numbered events for one user, as operators do and as devices do, until each is answered.

PutEvents names the id in its answer only. So an event counts as posted when it was answered; an
attempt that got an error or no answer may have stored the event or not, and is repeated as a new
event. The ledger knows how many attempts each number took.
"""

import http.client
import json
import random
import threading
import time

from place import harness
from harness import AwsError, Closed, HandshakeRefused, Timeout, WebSocket
from device import FAILS
from verdict import BRIEF, Posted

BATCH_MAX = 10  # PutEvents takes so many

# What a fault can make of a call. Anything else is a mistake and ends the thread.
TROUBLE = (OSError, http.client.HTTPException, AwsError, Closed, HandshakeRefused, Timeout,
           json.JSONDecodeError)


class Poster(threading.Thread):
    """numbers: those to post; seconds_in_all: over which they are spread."""

    def __init__(self, backend, user, devices, numbers, seconds_in_all, seed):
        super().__init__(name=f"poster of {user}", daemon=True)
        self.user = user
        self.sender = f"{user}-sender"
        self.ledger = {}
        self.errors = 0  # attempts without an answer
        self.sent = 0    # events that a device sent
        self.broken = None
        self._aws = backend.client(timeout_s=10)
        self._url = backend.emulator.websocket_url
        self._bus = backend.emulator.ready["event_bus"]
        self._numbers = list(numbers)
        self._span_s = seconds_in_all
        self._random = random.Random(f"{seed}/{user}")
        self._socket = None
        for n in self._numbers:
            name = FAILS if self._random.random() < 0.02 else "fault.event"
            some = self._random.random() < 0.25
            targets = self._random.sample(devices, self._random.randint(1, len(devices)))
            self.ledger[n] = Posted(user, name, tuple(targets) if some else ())
        for n in random.Random(f"{seed}/{user}/brief").sample(self._numbers, len(self._numbers) // 30):
            self.ledger[n] = Posted(user, BRIEF, ())  # to all: once its row is gone, nobody can tell

    def run(self):
        try:
            begun, total, left = time.monotonic(), len(self._numbers), self._numbers
            while left:
                due = begun + self._span_s * (total - len(left)) / total
                time.sleep(max(0.0, due - time.monotonic()))
                batch = left[:self._random.randint(1, BATCH_MAX)]
                done = self._send(batch[0]) if self._random.random() < 0.1 else self._put(batch)
                left = [n for n in batch if n not in done] + left[len(batch):] if done else left
        except Exception as error:  # pylint: disable=broad-exception-caught
            self.broken = error
            raise

    def _detail(self, n):
        posted = self.ledger[n]
        target = {"user": self.user, **({"devices": posted.devices} if posted.devices else {})}
        return json.dumps({"target": target, "n": n, **self._ttl(n)})

    def _ttl(self, n):
        return {"ttl_s": 1} if self.ledger[n].name == BRIEF else {}

    def _put(self, batch):
        """The numbers that were answered with an id."""
        for n in batch:
            self.ledger[n].attempts += 1
        try:
            answer = self._aws.put_events(*[
                {"Source": "beckon", "DetailType": self.ledger[n].name, "EventBusName": self._bus,
                 "Detail": self._detail(n)} for n in batch])
        except TROUBLE:
            self.errors += len(batch)
            time.sleep(0.05)  # as a poster does that is not to hammer a backend that is away
            return set()
        done = {n for n, entry in zip(batch, answer["Entries"]) if entry.get("EventId")}
        for n, entry in zip(batch, answer["Entries"]):
            self.ledger[n].id = entry.get("EventId", "")
        self.errors += len(batch) - len(done)
        return done

    def _send(self, n):
        """As a device of the user; {n} if it was answered with an id."""
        posted = self.ledger[n]
        posted.attempts += 1
        try:
            if self._socket is None:
                self._socket = WebSocket(
                    self._url, {"X-User-Id": self.user, "X-Device-Id": self.sender}, timeout_s=2)
                self._socket.sync()
            self._socket.send({"action": "send", "name": posted.name, "data": {"n": n}, **self._ttl(n),
                               **({"devices": posted.devices} if posted.devices else {})})
            while (answer := self._socket.recv_json()).get("type") in ("event", "synced"):
                pass
        except TROUBLE:
            answer = {}
        if answer.get("type") == "sent":
            posted.id = answer["id"]
            self.sent += 1
            return {n}
        self.errors += 1
        if self._socket is not None:
            self._socket.socket.close()
            self._socket = None
        return set()
