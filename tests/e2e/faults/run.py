# SPDX-License-Identifier: Apache-2.0
"""One run: a backend, its devices and posters, trouble, calm, judgement, report."""

import collections
import json
import random
import time

from place import harness
from harness import wait_until
from backend import Backend, harsh_limits
from device import Device, FAILS, RENEWALS
from network import OUTSIDE
from poster import Poster
from trouble import Trouble
from verdict import (count_repetitions, events_of, judge_brief, judge_device, judge_posts,
                     judge_receipts, judge_stream)

USERS_MAX = 5
CALM_S = 90  # by then everything must have arrived
STATUS_SAMPLE = 10  # events of each user that `beckon status` is asked about


class Run:
    """options: seed, events, agents, seconds. house: a network.House in which every fourth agent
    lives, or None. beckon(emulator, *arguments): the operator's tool, its answer as JSON."""

    def __init__(self, directory, options, beckon, house=None):
        self.options = options
        self.beckon = beckon
        self.breaches = []
        self.report = collections.Counter()
        self.posters, self.devices = [], []
        self.directory = directory
        self.backend = Backend(directory, harsh_limits(), "0.0.0.0" if house else "127.0.0.1",
                               "info" if options.keep else "warning")
        url = self.backend.emulator.websocket_url
        users = [f"user{i}" for i in range(max(1, min(USERS_MAX, options.agents // 3)))]
        for i in range(options.agents):
            user = users[i % len(users)]
            inside = house is not None and i % 4 == 0
            self.devices.append(Device(
                url.replace("127.0.0.1", OUTSIDE) if inside else url, user, f"{user}-device{i}",
                directory / f"device{i}", exec_record=i % 4 == 1,
                renewal=RENEWALS[i % len(RENEWALS)], prefix=house.prefix if inside else ()))
        numbers = list(range(options.events))
        random.Random(options.seed).shuffle(numbers)
        for i, user in enumerate(users):
            self.posters.append(Poster(self.backend, user, [d.name for d in self.of(user)],
                                       numbers[i::len(users)], options.seconds, options.seed))
        self.trouble = Trouble(self.backend, self.devices, options.seed, house)

    def of(self, user):
        return [device for device in self.devices if device.user == user]

    def go(self):
        begun = time.monotonic()
        for part in [*self.devices, *self.posters]:
            part.start()
        self.trouble.run(lambda: any(poster.is_alive() for poster in self.posters))
        self.report["seconds of trouble"] = round(time.monotonic() - begun)
        for poster in self.posters:
            if poster.broken:
                raise poster.broken
        calm = time.monotonic()
        self._redrive()
        self._wait_for_all()
        self.report["seconds until all was there"] = round(time.monotonic() - calm)
        self._judge()

    def _stored(self):
        numbers = {posted.id: n for poster in self.posters for n, posted in poster.ledger.items() if posted.id}
        return events_of(self.backend.emulator.rows("streams"), numbers, time.time())

    def _redrive(self):
        """Waits until each answered event is stored or a dead letter; then gives the dead letters to
        deliver again, as an operator does."""
        answered = {posted.id for poster in self.posters for posted in poster.ledger.values()}

        def settled():
            stored = {event.id for events in self._stored()[0].values() for event in events}
            dead = {id_of(letter) for letter in self.backend.emulator.dead_letters()}
            missing = answered - stored - dead
            assert not missing, f"{len(missing)} events, such as {sorted(missing)[:3]}"
            return True
        wait_until(settled, "every answered event to be stored or a dead letter", CALM_S, poll_s=1)
        for letter in self.backend.emulator.dead_letters():
            self.report["dead letters, delivered again by hand"] += 1
            response = self.backend.emulator.aws.invoke("beckon-deliver", payload_of(letter))
            assert "x-amz-function-error" not in response.headers, response.body

    def _wait_for_all(self):
        streams, heads = self._stored()

        def arrived():
            cursors = {row["deviceId"]: row.get("cursor", "")
                       for row in self.backend.emulator.rows("devices")}
            for device in self.devices:
                epoch, head = heads[device.user]
                due = [event for event in streams[device.user]
                       if event.is_for(device.name) and not event.is_brief]
                assert not due or device.last_seq() >= due[-1].seq, \
                    f"{device.name}: recorded up to {device.last_seq()} of {due[-1].seq}"
                assert cursors.get(device.name) == f"{epoch}:{head}", \
                    f"{device.name}: acknowledged {cursors.get(device.name)} of {epoch}:{head}"
            return True
        wait_until(arrived, "every device to have recorded and acknowledged everything", CALM_S,
                   poll_s=0.5)

    def _judge(self):
        for device in self.devices:
            device.stop()
        streams, heads = self._stored()
        for user, events in streams.items():
            self.breaches += [f"{user}: {text}" for text in judge_stream(events, heads[user][1])]
        ledger = {n: posted for poster in self.posters for n, posted in poster.ledger.items()}
        everything = [event for events in streams.values() for event in events]
        self.breaches += judge_posts(ledger, everything)
        self.report["events posted"] = len(ledger)
        self.report["of them sent by devices"] = sum(poster.sent for poster in self.posters)
        self.report["attempts to post without an answer"] = sum(p.errors for p in self.posters)
        self.report["events stored"] = len(everything)
        for device in self.devices:
            lives = device.read_record()
            due = [event for event in streams[device.user] if event.is_for(device.name)]
            self.breaches += [f"{device.name}: {text}" for text in judge_device(due, lives)]
            self.report["events due at devices"] += len(due)
            self.report["repetitions, each after a kill"] += count_repetitions(lives)
        self._judge_receipts({user: [event for event in events if not event.is_brief]
                              for user, events in streams.items()})
        self._judge_brief(streams)

    def _status(self, event):
        """{device: (state, action)}, as `beckon status` says."""
        status = self.beckon(self.backend.emulator, "status", event.id)
        if status["seq"] != event.seq:
            self.breaches.append(f"beckon status {event.id} says it is {status['seq']}, not {event.seq}")
        return {one["device"]: (one["state"], one.get("action", "")) for one in status["devices"]}

    def _judge_brief(self, streams):
        for user, events in streams.items():
            brief = [event for event in events if event.is_brief]
            asked = {event.seq: self._status(event) for event in random.Random(self.options.seed).sample(
                brief, min(2 * STATUS_SAMPLE, len(brief)))}
            for device in self.of(user):
                due = [event for event in events if event.is_for(device.name)]
                states = {seq: of_event.get(device.name, ("unlisted", ""))[0] for seq, of_event in asked.items()}
                breaches, unseen = judge_brief(due, device.name, device.lives, states)
                self.breaches += breaches
                self.report["events that expired unseen, and were told as lost"] += unseen

    def _judge_receipts(self, streams):
        for user, events in streams.items():
            answer = self.beckon(self.backend.emulator, "events", user, "--limit", "10000")
            states = collections.defaultdict(dict)
            for event in answer["events"]:
                for status in event["devices"]:
                    states[status["device"]][event["seq"]] = (status["state"],
                                                              status.get("action", ""))
            for device in self.of(user):
                due = [event for event in events if event.is_for(device.name)]
                breaches, failed = judge_receipts(due, device.name, states[device.name], FAILS)
                self.breaches += breaches
                self.report["failed actions, reported"] += failed
            for event in random.Random(self.options.seed).sample(
                    events, min(STATUS_SAMPLE, len(events))):
                found = self._status(event)
                listed = {device: of_device[event.seq] for device, of_device in states.items()
                          if event.seq in of_device}
                if found != listed:
                    self.breaches.append(f"beckon status {event.id} says {found}, beckon events "
                                         f"says {listed}")

    def _as_agents_saw_it(self):
        """What the limits did; nobody injects those, so the agents' words are counted."""
        words = {"link ended by the compressed 2 h or 10 min": "code 1001 (Going away)",
                 "link renewed before the compressed 2 h": "connection is renewed",
                 "connection refused with 429": "HTTP 429"}
        lines = [line for device in self.devices for agent in device.agents
                 for line in agent.lines("stderr")]
        return {name: sum(word in line for line in lines) for name, word in words.items()}

    def text(self):
        """The report."""
        kinds = {**self.trouble.counts, **self._as_agents_saw_it(),
                 **{name: count for name, count in self.backend.counts.items() if count}}
        lines = [f"  {count:7}  {name}" for name, count in self.report.items()]
        lines += [f"  {sum(kinds.values()):7}  faults survived:"]
        lines += [f"  {count:7}    {name}" for name, count in sorted(kinds.items())]
        return "\n".join(lines)

    def write_logs(self):
        """What every process said, into the run's folder."""
        for device in self.devices:
            for number, agent in enumerate(device.agents):
                (device.directory / f"log-{number}").write_text(agent.report(10**6), "utf-8")
        for number, emulator in enumerate(self.backend.emulators):
            (self.directory / f"emulator-{number}" / "log").write_text(emulator.report(10**6),
                                                                       "utf-8")

    def clean_up(self):
        for device in self.devices:
            device.clean_up()
        self.backend.clean_up()


def payload_of(letter):
    """The EventBridge event in a dead letter."""
    body = letter["body"]
    record = json.loads(body) if isinstance(body, str) else body
    return record.get("requestPayload", record)


def id_of(letter):
    return payload_of(letter)["id"]
