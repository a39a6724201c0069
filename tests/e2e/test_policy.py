# SPDX-License-Identifier: Apache-2.0
"""The operators' IAM policy in docs/OPERATING.md: what beckon calls, no less and no more."""

import fnmatch
import http.client
import http.server
import json
import re
import subprocess
import threading

import harness
from harness import Case, paths
from support.process import Process

ACCOUNT = "eu-west-1:123456789012"


class Recorder:
    """A listener between beckon and the emulator that passes requests on and keeps them."""

    def __init__(self, port_behind):
        self.calls = set()      # (action, resource)
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                recorder.calls |= set(recorder.needs(self.command, self.path, self.headers, body))
                # The name that was signed stays.
                behind = http.client.HTTPConnection("127.0.0.1", port_behind, timeout=60)
                behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() != "connection":
                        behind.putheader(name, value)
                behind.endheaders(body)
                answer = behind.getresponse()
                content = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                behind.close()

            do_DELETE = do_GET = do_POST

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    @staticmethod
    def needs(method, path, headers, body):
        """What IAM asks for before this request is done."""
        target = headers.get("X-Amz-Target")
        if target is None:
            found = re.fullmatch(r"/([^/]+)/(@connections/[^/?]+)", path)
            assert found, f"{method} {path}"
            return [("execute-api:ManageConnections",
                     f"arn:aws:execute-api:{ACCOUNT}:abc123/prod/{method}/{found[2]}")]
        service, operation = target.split(".")
        said = json.loads(body)
        if service.startswith("DynamoDB"):
            def table(one):
                index = f"/index/{one['IndexName']}" if "IndexName" in one else ""
                return f"arn:aws:dynamodb:{ACCOUNT}:table/{one['TableName']}{index}"
            if operation != "TransactWriteItems":
                return [(f"dynamodb:{operation}", table(said))]
            actions = {"Update": "UpdateItem", "Delete": "DeleteItem", "Put": "PutItem",
                       "ConditionCheck": "ConditionCheckItem"}
            return [(f"dynamodb:{actions[kind]}", table(one)) for item in said["TransactItems"]
                    for kind, one in item.items()]
        if service == "AWSEvents":
            names = [entry["EventBusName"] for entry in said["Entries"]] if "Entries" in said else [said["Name"]]
            return [(f"events:{operation}", f"arn:aws:events:{ACCOUNT}:event-bus/{name}") for name in names]
        if service == "AmazonSSM":
            return [(f"ssm:{operation}", f"arn:aws:ssm:{ACCOUNT}:parameter{said['Path']}")]
        assert service == "AmazonSQS", target
        return [(f"sqs:{operation}", f"arn:aws:sqs:{ACCOUNT}:{said['QueueUrl'].rpartition('/')[2]}")]


class Policy(Case):
    def setUp(self):
        super().setUp()
        text = (paths.SOURCE_DIR / "docs" / "OPERATING.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        self.statements = [one for block in blocks for one in json.loads(block)["Statement"]]
        rows = re.findall(r"^\| (\w+)[^|]*\| (`[^|]*`) \|$", text, re.MULTILINE)
        self.rows = {first: re.findall(r"`(\w+)`", names) for first, names in rows}

    def allowed(self, sids):
        """What these statements allow: pairs of action and resource, which may hold a *."""
        chosen = [one for one in self.statements if one["Sid"] in sids]
        self.assertEqual({one["Sid"] for one in chosen}, set(sids))
        return {(action, resource) for one in chosen for action in one["Action"] for resource in one["Resource"]}

    def covered(self, calls, allowed):
        """Every call is allowed; returns what allowed it."""
        used = set()
        for action, resource in calls:
            by = {(one, place) for one, place in allowed if one == action and fnmatch.fnmatchcase(resource, place)}
            self.assertTrue(by, f"{action} on {resource} is not in the policy")
            used |= by
        return used

    def recording(self, emulator):
        recorder = Recorder(emulator.port)
        self.addCleanup(recorder.stop)

        def run(*args, status=0):
            return self.run_beckon("--endpoint-url", recorder.url, "--connections-endpoint", f"{recorder.url}/dev",
                                   *args, status=status)
        return recorder, run

    def new_key(self, name):
        key = self.directory / f"{name}.key"
        done = subprocess.run([paths.binary("beckon-agent"), "keygen", "--out", key], capture_output=True, text=True,
                              check=True)
        public = self.directory / f"{name}.pub"
        public.write_text(done.stdout, encoding="utf-8")
        return key, str(public)

    def keyed_agent(self, emulator, device, key, *args):
        return self.launch(Process(
            [paths.binary("beckon-agent"), "--url", emulator.websocket_url, "--device", device, "--key", key,
             "--no-state", "--verbose-lines", "--timing", "refused_delay=300ms", *args], f"agent {device}"))

    def test_each_statement_is_what_its_commands_call_and_nothing_else(self):
        emulator = self.emulator("--parameter", "Enrolment=claim", open_mode=False)
        key, public = self.new_key("laptop")
        _, other = self.new_key("other")
        recorder, run = self.recording(emulator)

        def devices():
            agent = self.keyed_agent(emulator, "laptop", key, "--claim")
            line = agent.wait_line(lambda text: '"type":"claim"' in text, "the code")
            run("device", "claim", json.loads(line)["code"], "--user", "Bob")
            agent.wait_line(lambda text: '"type":"online"' in text, "'online'")
            run("device", "disable", "laptop")  # closes its connection
            run("device", "enable", "laptop")
            run("device", "rotate", "laptop", "--key", other)
            run("device", "remove", "laptop")
            run("device", "add", "laptop", "--user", "Bob", "--key", public)

        def posts():
            run("post", "Bob", "hi")
            run("--bus", "beckon", "post", "Bob", "hi")

        def looks():
            event_id = run("post", "Bob", "hi", "--wait", "100ms", status=4).stdout.split()[0]
            recorder.calls -= {call for call in recorder.calls if call[0].startswith("events:")}
            run("status", event_id)
            run("events", "Bob")
            run("device", "show", "laptop")
            lists = (["connections"], ["devices"], ["device", "list"])
            for command in lists:
                run(*command, "--user", "Bob")
            self.assertFalse([call for call in recorder.calls if "Scan" in call[0]], "of one user")
            for command in lists:
                run(*command)

        def reads():
            emulator.put_detail({"text": "for whom?"})
            self.wait_until(emulator.dead_letters, "the dead letter", timeout_s=30)
            run("dead-letters")

        run("device", "add", "laptop", "--user", "Bob", "--key", public)
        for do, row in ((looks, "looks"), (posts, "posts"), (reads, "reads"),
                        (devices, "decides")):
            if do is devices:
                run("device", "remove", "laptop")
            with self.subTest(row=row):
                recorder.calls.clear()
                do()
                allowed = self.allowed(self.rows.pop(row))
                unused = allowed - self.covered(recorder.calls, allowed)
                # What is shared with those who look is theirs.
                self.assertEqual({one for one in unused if row == "looks" or not self.is_look(one)}, set())
        self.assertEqual(self.rows, {})

    @staticmethod
    def is_look(allowed):
        return allowed[0] in ("dynamodb:GetItem", "dynamodb:Query")


if __name__ == "__main__":
    harness.main()
