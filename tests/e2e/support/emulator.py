# SPDX-License-Identifier: Apache-2.0
"""A beckon-emulator of a test's own, on a port of its own."""

import json

from . import paths
from .aws import Aws
from .process import Process, children_of
from .websocket import WebSocket


class Emulator(Process):
    """Starts the emulator; start() waits until it is ready and fills the endpoints."""

    def __init__(self, directory, template=None, args=(), port=0, env=None, name="emulator",
                 open_mode=None, denied=""):
        """open_mode: clients are who they say they are; by default so with Beckon's own template.
        denied: what the kernel shall lack, see denied.py."""
        source = template or paths.TEMPLATE
        if open_mode if open_mode is not None else template is None:
            args = ["--open", *args]
        copy = paths.template_for_build(source, directory / source.name)
        super().__init__(
            [*paths.under_denial(denied), paths.binary("beckon-emulator"), "--template", copy, "--port", str(port), "--json",
             *args], name, env=env, cwd=directory)
        self.template = copy
        self.ready = None

    def start(self, timeout_s=30.0):
        self.ready = json.loads(self.wait_line(lambda _: True, "the ready line",
                                               timeout_s=timeout_s))
        assert self.ready["ready"] is True, self.ready
        self.endpoint = self.ready["endpoint"]
        self.websocket_url = self.ready["websocket_url"]
        self.port = int(self.endpoint.rpartition(":")[2])
        self.aws = Aws(self.endpoint, self.ready["region"], self.ready["access_key_id"],
                       self.ready["secret_access_key"], self.ready["connections_endpoint"],
                       self.ready.get("ca_file"))
        return self

    def post(self, user, data=None, name="message", devices=None, ttl_s=None, collapse=None):
        """Posts an event as `beckon post` does; the event id."""
        detail = {"target": {"user": user, **({"devices": devices} if devices else {})},
                  **({"ttl_s": ttl_s} if ttl_s else {}),
                  **({"collapse": collapse} if collapse else {}), **(data or {})}
        return self.put_detail(detail, name)

    def put_detail(self, detail, name="message"):
        """Puts any detail on the bus; the event id."""
        answer = self.aws.put_events({"Source": "beckon", "DetailType": name,
                                      "Detail": json.dumps(detail),
                                      "EventBusName": self.ready["event_bus"]})
        assert answer["FailedEntryCount"] == 0, answer
        return answer["Entries"][0]["EventId"]

    def connect(self, user, device, **headers):
        """A raw WebSocket with an identity."""
        return WebSocket(self.websocket_url, {"X-User-Id": user, "X-Device-Id": device, **headers},
                         ca_file=self.ready.get("ca_file"))

    def control(self, path, method="GET"):
        """The emulator's control API; the answer as JSON."""
        response = self.aws.send(method, f"{self.endpoint}/_emulator/{path}")
        assert response.status // 100 == 2, f"{path}: {response.status} {response.body!r}"
        return response.json() if response.body else {}

    def dead_letters(self):
        answer = self.control("dead-letters")
        return answer if isinstance(answer, list) else answer["dead_letters"]

    def rows(self, table):
        """All rows of one of the three tables: "connections", "streams" or "devices"."""
        return self.aws.scan(f"beckon-{table}")

    def function_processes(self):
        """Process ids of the functions that run now."""
        return children_of(self.pid)
