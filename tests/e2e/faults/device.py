# SPDX-License-Identifier: Apache-2.0
"""One device over many processes of its agent: what it recorded, and where its storage stood when
each process began. The record is written by the agent's own actions and survives any kill: a line is
one write()."""

import collections
import json
import pathlib
import re

from place import harness
from harness import Agent, Process, paths
from backend import milliseconds
from verdict import Life

FAILS = "fault.fails"  # events of this name have an action that fails

# Beckon's minutes as fractions of seconds.
TIMING_S = {
    "ack_delay": 0.2, "heartbeat": 1.5, "heartbeat_spread": 0.3, "answer_timeout": 1.5,
    "connect_timeout": 1.5, "backoff_base": 0.05, "backoff_cap": 1, "throttled_cap": 2,
    "backoff_reset": 2, "refused_delay": 0.3, "renew_min": 2, "renew_max": 3, "ping": 1,
    "store_interval": 0.3, "stop_grace": 2}


# How a device meets the compressed 2 h limit: a new link first, a pause first, or not at all.
RENEWALS = ("make_before_break", "break_before_make", None)


class Device:
    """exec_record: the record is written by a command for each event, not by the agent itself.

    renewal: one of RENEWALS. prefix: what runs the agent, such as nsenter with its arguments."""

    def __init__(self, url, user, name, directory, exec_record=False, renewal=RENEWALS[0],
                 prefix=(), timing_s=None):
        self.url, self.user, self.name = url, user, name
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        self.record = self.directory / "record"
        self.exec_record = exec_record
        self.prefix = [str(part) for part in prefix]
        # A cursor that is stored often moves while events wait; one that is stored seldom leaves more
        # to repeat.
        store = {"store_interval": 0.03} if exec_record else {}
        never = {} if renewal else {"renew_min": 3600, "renew_max": 3600}
        self.timing_s = {**(timing_s or TIMING_S), **store, **never}
        self.renewal = renewal or RENEWALS[0]
        self.lives = []
        self.agents = []

    @property
    def agent(self) -> Agent:
        return self.agents[-1]

    def start(self):
        number = len(self.lives)
        self.lives.append(Life(cursor=self.stored_seq()))
        config = self.directory / "agent.json"
        config.write_text(json.dumps(self._config(number)), encoding="utf-8")
        self.agents.append(Process(
            [*self.prefix, paths.binary("beckon-agent"), "--config", config, "--insecure",
             "--verbose-lines"],
            f"agent {self.user}/{self.name}, life {number}", cwd=self.directory))

    def _config(self, life):
        if self.exec_record:
            # Slow enough that events wait behind it: a kill then finds some taken in, one begun and
            # none of them done.
            recorder = {"type": "exec", "command": [
                "sh", "-c", f'sleep 0.02; echo "$1 $2 $3 {life}" >> {self.record}', "sh", "${seq}", "${id}",
                "${data.n}"]}
        else:
            recorder = {"type": "file", "path": str(self.record),
                        "text": "${seq} ${id} ${data.n} " + str(life)}
        return {
            "url": self.url, "user": self.user, "device": self.name, "start": "oldest",
            "state_dir": str(self.directory / "state"), "concurrency": 1,
            "renewal": self.renewal, "timing": {name: milliseconds(span) for name, span in self.timing_s.items()},
            "rules": [{"actions": [recorder]},
                      {"name": FAILS, "actions": [
                          {"type": "file", "path": str(self.directory / "no-folder" / "x")}]}]}

    def kill(self):
        self.lives[-1].killed = True
        self.agent.kill()

    def stop(self):
        """SIGTERM; an agent that does not end is killed. Until the agent is connecting, the signal ends it
        as it ends any program, and there is nothing to end in order: that is not what is tried here."""
        try:
            self.agent.wait_line(lambda line: "agent: connecting" in line, "its start", kind="stderr")
            status = self.agent.stop(timeout_s=10)
        except harness.Timeout:
            self.kill()
            raise
        assert status == 0, self.agent.report()

    def stored_seq(self):
        """The cursor in the device's storage, 0 without one."""
        files = [file for file in (self.directory / "state").glob("cursor-*")
                 if re.fullmatch(r"cursor-[0-9a-f]{16}", file.name)]
        assert len(files) <= 1, files
        return int(files[0].read_text(encoding="utf-8").split()[0].rpartition(":")[2]) if files else 0

    def lines(self):
        return self.record.read_text(encoding="utf-8").splitlines() if self.record.exists() else []

    def last_seq(self):
        """The newest recorded event's number, 0 before the first."""
        lines = self.lines()
        return int(lines[-1].split()[0]) if lines else 0

    def read_record(self):
        """The lives with what each has recorded and said was lost."""
        by_life = collections.defaultdict(list)
        for line in self.lines():
            seq, event_id, n, life = line.split()
            by_life[int(life)].append((int(seq), event_id, int(n)))
        for number, (life, agent) in enumerate(zip(self.lives, self.agents, strict=True)):
            life.entries = by_life[number]
            said = [json.loads(line) for line in agent.lines() if line.startswith('{"type":"lost"')]
            life.lost = sum(line["count"] for line in said)
        return self.lives

    def clean_up(self):
        for agent in self.agents:
            agent.clean_up()
