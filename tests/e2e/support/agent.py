# SPDX-License-Identifier: Apache-2.0
"""A beckon-agent of a test's own. Its state lives in a folder that survives the process."""

import json
import pathlib

from . import paths
from .process import Process


class Agent(Process):
    """An agent in ad hoc mode; start() waits until it is online."""

    def __init__(self, url, user, device, directory, args=(), command=(), name=None):
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        super().__init__(
            [paths.binary("beckon-agent"), "--url", url, "--user", user, "--device", device,
             "--state-dir", directory, *args, *(["--", *command] if command else [])],
            name or f"agent {user}/{device}", cwd=directory)

    def start(self, timeout_s=20.0):
        self.wait_line(lambda line: "online" in line, "'online'", kind="stderr",
                       timeout_s=timeout_s)
        return self

    def events(self):
        """Every event printed so far, in order."""
        return [line for line in (json.loads(text) for text in self.lines() if text)
                if line.get("type") == "event"]

    def event_ids(self):
        return [event["id"] for event in self.events()]

    def wait_event(self, event_id, timeout_s=15.0):
        """The printed event with this id."""
        return json.loads(self.wait_line(lambda line: json.loads(line).get("id") == event_id,
                                         f"event {event_id}", timeout_s=timeout_s))

    def wait_stamp(self, event_id, start):
        """When (time.monotonic()) the agent printed the event with this id, in line start or
        later."""
        return self.wait_stamped(lambda line: event_id in line, f"event {event_id}",
                                 start=start)[0]
