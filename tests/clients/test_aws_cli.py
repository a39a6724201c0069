# SPDX-License-Identifier: Apache-2.0
"""The AWS CLI against the emulator: posting, looking at tables, connections, parameters, functions."""

import json
import re
import subprocess

import clients
from clients import Case
from harness import main, seconds

AWS = clients.aws_cli()


class AwsCli(Case):
    def setUp(self):
        super().setUp()
        self.stack = self.emulator()

    def aws(self, *args, endpoint=None, status=0):
        """Runs the CLI; its output as JSON, or the finished process if it must fail."""
        done = subprocess.run(
            [AWS, *args, "--endpoint-url", endpoint or self.stack.endpoint, "--output", "json"],
            capture_output=True, text=True, check=False, timeout=seconds(60),
            env=clients.aws_environment(self.stack))
        self.assertEqual(done.returncode, status, f"aws {' '.join(args)}\n{done.stderr}")
        if status:
            return done
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def file(self, name, content):
        path = self.directory / name
        path.write_text(content, encoding="utf-8")
        return f"fileb://{path}"

    def test_put_events_reaches_the_device(self):
        laptop = self.agent(self.stack, "Bob", "Laptop")
        answer = self.aws("events", "put-events", "--entries", json.dumps([{
            "Source": "shop", "DetailType": "order.paid", "EventBusName": "beckon",
            "Detail": json.dumps({"target": {"user": "Bob"}, "order": 7})}]))
        self.assertEqual(answer["FailedEntryCount"], 0)
        event = laptop.wait_event(answer["Entries"][0]["EventId"])
        self.assertEqual((event["name"], event["data"]), ("order.paid", {"order": 7}))

    # P-23
    def test_what_the_documents_say_of_a_restored_streams_table_keeps_its_events(self):
        """A laptop has handled event 1, a tablet 1 to 3; the backup is of before 3."""
        laptop, tablet = self.stack.connect("Bob", "Laptop"), self.stack.connect("Bob", "Tablet")
        begin = laptop.sync()["cursor"]
        epoch = begin.partition(":")[0]
        ids = [self.stack.post("Bob", {"n": n}) for n in range(1, 4)]
        self.wait_until(lambda: len(tablet.sync(begin)["events"]) == 3, "three events")
        rows = self.stack.rows("streams")
        for row in rows:
            if row["sk"].startswith("seq#") and row["seq"] == 3 or row.get("eventId") == ids[2]:
                self.aws("dynamodb", "delete-item", "--table-name", "beckon-streams", "--key",
                         json.dumps({"userId": {"S": "Bob"}, "sk": {"S": row["sk"]}}))
        self.aws("dynamodb", "put-item", "--table-name", "beckon-streams", "--item", json.dumps(
            {"userId": {"S": "Bob"}, "sk": {"S": "head"}, "epoch": {"S": epoch}, "seq": {"N": "2"}}))

        text = (clients.paths.SOURCE_DIR / "docs/OPERATING.md").read_text(encoding="utf-8")
        commands = re.search(r"^## The streams table, restored.*?^```\n(.*?)^```", text, re.S | re.M)[1]
        folder = self.directory / "path"
        folder.mkdir()
        (folder / "aws").write_text(
            f'#!/bin/sh\nexec {AWS} --endpoint-url {self.stack.endpoint} "$@"\n', encoding="utf-8")
        (folder / "aws").chmod(0o755)
        environment = clients.aws_environment(self.stack)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands], capture_output=True, text=True, check=False,
            timeout=seconds(60), env={**environment, "PATH": f"{folder}:{environment['PATH']}"})
        self.assertEqual(done.returncode, 0, done.stderr)

        new = self.stack.post("Bob", {"n": 4})
        self.wait_until(lambda: any(row.get("eventId") == new for row in self.stack.rows("streams")), "the event")
        self.assertEqual([event["id"] for event in laptop.sync(f"{epoch}:1")["events"]], [ids[1], new])
        self.assertEqual([event["id"] for event in tablet.sync(f"{epoch}:3")["events"]], [new])

    def test_tables_are_listed_described_scanned_and_queried(self):
        laptop = self.stack.connect("Bob", "Laptop")
        laptop.sync()
        self.assertEqual(self.aws("dynamodb", "list-tables")["TableNames"],
                         ["beckon-connections", "beckon-devices", "beckon-streams"])
        table = self.aws("dynamodb", "describe-table", "--table-name", "beckon-streams")["Table"]
        self.assertEqual(table["TableStatus"], "ACTIVE")
        self.assertEqual(table["GlobalSecondaryIndexes"][0]["IndexName"], "lookupId-index")
        ttl = self.aws("dynamodb", "describe-time-to-live", "--table-name", "beckon-streams")
        self.assertEqual(ttl["TimeToLiveDescription"]["AttributeName"], "expiresAt")
        scanned = self.aws("dynamodb", "scan", "--table-name", "beckon-connections")
        self.assertEqual(scanned["Items"][0]["deviceId"], {"S": "Laptop"})
        queried = self.aws(
            "dynamodb", "query", "--table-name", "beckon-connections",
            "--key-condition-expression", "userId = :u", "--filter-expression",
            "attribute_exists(#d)", "--projection-expression", "#d",
            "--expression-attribute-names", '{"#d":"deviceId"}',
            "--expression-attribute-values", '{":u":{"S":"Bob"}}')
        self.assertEqual(queried["Items"], [{"deviceId": {"S": "Laptop"}}])

    def test_items_are_put_got_updated_and_deleted_with_conditions(self):
        key = json.dumps({"deviceId": {"S": "watch"}})
        table = ("--table-name", "beckon-devices")
        self.aws("dynamodb", "put-item", *table, "--item",
                 json.dumps({"deviceId": {"S": "watch"}, "userId": {"S": "Bob"},
                             "tags": {"L": [{"S": "x"}, {"M": {"n": {"N": "1.50"}}}]}}))
        item = self.aws("dynamodb", "get-item", *table, "--key", key)["Item"]
        self.assertEqual(item["tags"]["L"][1]["M"]["n"], {"N": "1.5"})
        refused = self.aws("dynamodb", "put-item", *table, "--item",
                           json.dumps({"deviceId": {"S": "watch"}}), "--condition-expression",
                           "attribute_not_exists(deviceId)", status=254 if self.is_v2() else 255)
        self.assertIn("ConditionalCheckFailedException", refused.stderr)
        updated = self.aws(
            "dynamodb", "update-item", *table, "--key", key, "--update-expression",
            "SET lastSeen = :t REMOVE tags", "--expression-attribute-values",
            '{":t":{"N":"5"}}', "--return-values", "ALL_NEW")
        self.assertEqual(updated["Attributes"]["lastSeen"], {"N": "5"})
        self.assertNotIn("tags", updated["Attributes"])
        self.aws("dynamodb", "delete-item", *table, "--key", key)
        self.assertEqual(self.aws("dynamodb", "get-item", *table, "--key", key), {})

    def is_v2(self):
        version = subprocess.run([AWS, "--version"], capture_output=True, text=True, check=True,
                                 env=clients.aws_environment(self.stack))
        return version.stdout.startswith("aws-cli/2")

    def test_batches_and_transactions_write_several_items(self):
        put = {"PutRequest": {"Item": {"deviceId": {"S": "a"}, "userId": {"S": "Bob"}}}}
        answer = self.aws("dynamodb", "batch-write-item", "--request-items",
                          json.dumps({"beckon-devices": [put]}))
        self.assertEqual(answer["UnprocessedItems"], {})
        self.aws("dynamodb", "transact-write-items", "--transact-items", json.dumps([
            {"Put": {"TableName": "beckon-devices", "Item": {"deviceId": {"S": "b"}}}},
            {"Delete": {"TableName": "beckon-devices", "Key": {"deviceId": {"S": "a"}}}}]))
        rows = self.aws("dynamodb", "scan", "--table-name", "beckon-devices")["Items"]
        self.assertEqual([row["deviceId"]["S"] for row in rows], ["b"])

    def test_connections_are_posted_to_described_and_deleted(self):
        socket = self.stack.connect("Alice", "Desktop")
        socket.sync()
        connection_id = self.stack.rows("connections")[0]["connectionId"]
        endpoint = self.stack.ready["connections_endpoint"]

        def call(operation, *args, **options):
            return self.aws("apigatewaymanagementapi", operation, "--connection-id", connection_id,
                            *args, endpoint=endpoint, **options)
        call("post-to-connection", "--data", self.file("data", "hello alice"))
        self.assertEqual(socket.recv(), "hello alice")
        self.assertEqual(call("get-connection")["Identity"]["SourceIp"], "127.0.0.1")
        call("delete-connection")
        self.assertEqual(socket.expect_close().code, 1000)
        gone = call("post-to-connection", "--data", self.file("data", "x"),
                    status=254 if self.is_v2() else 255)
        self.assertIn("GoneException", gone.stderr)

    def test_parameters_of_the_stack_are_read(self):
        parameter = self.aws("ssm", "get-parameter", "--name", "/beckon/event-bus")["Parameter"]
        self.assertEqual(parameter["Value"], "beckon")
        by_path = self.aws("ssm", "get-parameters-by-path", "--path", "/beckon")["Parameters"]
        self.assertIn("/beckon/streams-table", [entry["Name"] for entry in by_path])
        missing = self.aws("ssm", "get-parameter", "--name", "/beckon/none",
                           status=254 if self.is_v2() else 255)
        self.assertIn("ParameterNotFound", missing.stderr)

    def test_a_function_is_invoked(self):
        out = self.directory / "out.json"
        envelope = {"version": "0", "id": "11111111-2222-3333-4444-555555555555",
                    "detail-type": "message", "source": "cli", "account": "000000000000",
                    "time": "2026-11-21T07:00:00Z", "region": "us-east-1", "resources": [],
                    "detail": {"target": {"user": "Bob"}, "text": "hi"}}
        answer = self.aws("lambda", "invoke", "--function-name", "beckon-deliver", "--payload",
                          self.file("event", json.dumps(envelope)), str(out))
        self.assertEqual(answer["StatusCode"], 200)
        self.assertNotIn("FunctionError", answer)
        self.assertTrue(any(row.get("eventId") == envelope["id"]
                            for row in self.stack.rows("streams")))


class UnderTls(Case):
    def test_it_trusts_the_local_authority_when_told_to_and_not_before(self):
        stack = self.emulator("--tls", "--ca-dir", str(self.directory / "ca"))
        environment = clients.aws_environment(stack)
        told = {**environment, "AWS_CA_BUNDLE": stack.ready["ca_file"]}
        arguments = [AWS, "dynamodb", "list-tables", "--endpoint-url", stack.endpoint, "--output", "json"]
        for variables, expected in ((environment, "CERTIFICATE_VERIFY_FAILED"), (told, "beckon-streams")):
            done = subprocess.run(arguments, capture_output=True, text=True, check=False,
                                  timeout=seconds(60), env=variables)
            self.assertIn(expected, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
