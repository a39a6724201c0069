# SPDX-License-Identifier: Apache-2.0
"""The operators' IAM policy in docs/OPERATING.md, and the functions' roles in the template: what beckon and
they call, no less and no more."""

import fnmatch
import json
import re
import subprocess

import harness
from harness import Case, paths
from support.process import Process
from support.recorder import ACCOUNT, Recorder


class IamCase(Case):
    def covered(self, calls, allowed):
        """Every call is allowed; returns what allowed it."""
        used = set()
        for action, resource in calls:
            by = {(one, place) for one, place in allowed if one == action and fnmatch.fnmatchcase(resource, place)}
            self.assertTrue(by, f"{action} on {resource} is not allowed")
            used |= by
        return used

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

    def claiming_agent(self, emulator, device, key):
        """An agent that nobody knows, and the code that it shows."""
        agent = self.keyed_agent(emulator, device, key, "--claim")
        return agent, json.loads(agent.wait_line(lambda text: '"type":"claim"' in text, "the code"))["code"]


class Policy(IamCase):
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

    def recording(self, emulator):
        recorder = Recorder(emulator.port)
        self.addCleanup(recorder.stop)

        def run(*args, status=0):
            return self.run_beckon("--endpoint-url", recorder.url, "--connections-endpoint", f"{recorder.url}/dev",
                                   *args, status=status)
        return recorder, run

    def test_each_statement_is_what_its_commands_call_and_nothing_else(self):
        emulator = self.emulator("--parameter", "Enrolment=claim", open_mode=False)
        key, public = self.new_key("laptop")
        _, other = self.new_key("other")
        recorder, run = self.recording(emulator)

        def devices():
            agent, code = self.claiming_agent(emulator, "laptop", key)
            run("device", "claim", code, "--user", "Bob")
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


class Roles(IamCase):
    """What the functions ask of DynamoDB and of @connections."""

    def recorded(self, open_mode, *args):
        """An emulator, and a recorder for each function that asks anything of AWS."""
        template = paths.template_for_build(paths.TEMPLATE, self.directory / "template.yaml")
        text = template.read_text(encoding="utf-8")
        recorders = {}

        def in_between(match):
            recorder = recorders[match[2]] = Recorder()
            self.addCleanup(recorder.stop)
            return (f"{match[0]}          AWS_ENDPOINT_URL: {recorder.url}\n"
                    f"          AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: {recorder.url}/dev\n")
        template.write_text(re.sub(r"(^  (\w+)Function:\n(?: {4}.*\n)*? {8}Variables:\n)", in_between, text,
                                   flags=re.MULTILINE), encoding="utf-8")
        emulator = self.emulator(*args, template=template, open_mode=open_mode)
        for recorder in recorders.values():
            recorder.port_behind = emulator.port
        return emulator, recorders

    @staticmethod
    def role(function, open_mode):
        """What the template lets it do with tables and connections."""
        text = paths.TEMPLATE.read_text(encoding="utf-8")
        role = re.search(rf"^  {function}Role:\n((?: {{4}}.*\n|\n)*)", text, re.MULTILINE)[1]
        if open_mode:
            role = re.sub(r"- !If\n +- NamesBelieved\n +- !Ref AWS::NoValue\n(?: {16}.*\n)+", "", role)
        allowed = set()
        for by_mode, names, table in re.findall(
                r"Action: (!If )?(.*)\n +Resource: !GetAtt (\w+)Table\.Arn", role):
            actions = re.findall(r"dynamodb:\w+", names)
            if by_mode:
                actions = actions[:1] if open_mode else actions[1:]
            allowed |= {(action, f"arn:aws:dynamodb:{ACCOUNT}:table/beckon-{table.lower()}") for action in actions}
        for method in re.findall(r"\${Api}/\${StageName}/(\w+)/@connections/\*", role):
            allowed.add(("execute-api:ManageConnections",
                         f"arn:aws:execute-api:{ACCOUNT}:abc123/prod/{method}/@connections/*"))
        return allowed

    def by_name(self, emulator):
        """Clients that make each function do all that it can."""
        def leave_a_connection_of_nobody():
            emulator.aws.put_item("beckon-connections", userId="Bob", connectionId="AAAAAAAAAAAAAAA=", deviceId="gone",
                                  syncedAt=1, expiresAt=1 << 40)

        def wait_connections(count):
            self.wait_until(lambda: len(emulator.rows("connections")) == count, f"{count} connections")

        phone = emulator.connect("Bob", "phone")
        phone.sync()
        for _ in range(2):  # the second stands for the first
            emulator.post("Bob", {"text": "hi"}, collapse="hi")
            event = phone.recv_type("event")
        leave_a_connection_of_nobody()
        emulator.post("Bob", {"text": "hi"})
        wait_connections(1)
        emulator.aws.call("dynamodb", "DeleteItem", TableName="beckon-streams",
                          Key={"userId": {"S": "Bob"}, "sk": {"S": f"seq#{event['seq']:016}"}})
        tablet = emulator.connect("Bob", "tablet")
        seen = tablet.sync(start="oldest")
        tablet.sync(cursor=seen["cursor"],
                    failed=[{"seq": seen["events"][0]["seq"], "action": "exec", "error": "timeout"}])
        again = emulator.connect("Bob", "phone")
        again.sync()
        leave_a_connection_of_nobody()
        for more in ({}, {"collapse": "sent"}, {"collapse": "sent"}, {"to": "everyone"}):
            tablet.send({"action": "send", "name": "hi", "data": {}, **more})
            tablet.recv_type("sent")
        again.close()
        # A device that is not known any more is let go, whatever it says.
        emulator.aws.call("dynamodb", "DeleteItem", TableName="beckon-devices", Key={"deviceId": {"S": "tablet"}})
        tablet.send({"action": "send", "name": "hi", "data": {}})
        wait_connections(0)
        tablet.close()

    def by_key(self, emulator):
        agent, code = self.claiming_agent(emulator, "laptop", self.new_key("laptop")[0])
        self.beckon(emulator, "device", "claim", code, "--user", "Bob")
        agent.wait_line(lambda text: '"type":"online"' in text, "'online'")

    def test_a_role_is_what_its_function_asks_for_and_nothing_else(self):
        for open_mode, use, parameter in ((True, self.by_name, "AllowBroadcast=true"),
                                          (False, self.by_key, "Enrolment=claim")):
            emulator, recorders = self.recorded(open_mode, "--parameter", parameter)
            use(emulator)
            self.assertEqual(set(recorders), {"Authorize", "Connect", "Deliver", "Disconnect", "Send", "Sync"})
            for function, recorder in recorders.items():
                with self.subTest(function=function, open_mode=open_mode):
                    allowed = self.role(function, open_mode)
                    used = self.covered(recorder.calls, allowed)
                    if function == "Connect":  # when a device is disabled in the middle of its handshake
                        used.add(("dynamodb:DeleteItem", f"arn:aws:dynamodb:{ACCOUNT}:table/beckon-connections"))
                    # What is the same in both modes is gone through in one of them.
                    if open_mode or function == "Authorize":
                        self.assertEqual(allowed - used, set())


if __name__ == "__main__":
    harness.main()
