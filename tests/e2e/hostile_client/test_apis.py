# SPDX-License-Identifier: Apache-2.0
"""The emulator's AWS calls, @connections, Invoke and the control API under clients that have no right
to them, or garbage for them: the status that AWS has, and nothing else happens."""

import json

from hostile import MB, HostileCase, harness
from harness import Aws

JSON = "application/x-amz-json-1.0"
EVIL = {"Origin": "https://evil.example"}


def as_bytes(body):
    return body if isinstance(body, bytes) else json.dumps(body).encode()


class Apis(HostileCase):
    def send(self, method, path, body=b"", headers=None, service=None, aws=None):
        self.requests += 1
        return (aws or self.backend.aws).send(method, self.backend.endpoint + path, body, headers,
                                              service)

    def call(self, operation, body, service="dynamodb", aws=None, target="DynamoDB_20120810"):
        """A signed call of a JSON API with any body."""
        return self.send("POST", "/", body, {"Content-Type": JSON,
                                             "X-Amz-Target": f"{target}.{operation}"},
                         service, aws)

    def stranger(self):
        """Whoever does not know the secret."""
        return Aws(self.backend.endpoint, self.backend.ready["region"],
                   self.backend.ready["access_key_id"],
                   "wrong", self.backend.ready["connections_endpoint"])

    def test_connections_answers_nobody_without_a_signature_and_tells_nothing(self):
        target = next(row["connectionId"] for row in self.backend.rows("connections"))
        stage = self.backend.ready["connections_endpoint"][len(self.backend.endpoint):]
        path = f"{stage}/@connections/"
        for identifier in (target, "AAAAAAAAAAAAAAA=", "x" * 4000, "..%2f..", "%00", ""):
            escaped = identifier.replace("=", "%3D")
            for method in ("POST", "GET", "DELETE", "PUT"):
                answer = self.send(method, path + escaped, b"hello" if method == "POST" else b"")
                self.assertEqual(answer.status, 403, (method, identifier[:20], answer.body))
                self.assertNotIn(b"sourceIp", answer.body)
        for method in ("POST", "GET", "DELETE"):
            self.requests += 1
            self.assertEqual(self.stranger().connection(method, target, b"x").status, 403)
        for identifier in ("x", "x" * 3000, "AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA=="):
            self.requests += 1
            self.assertEqual(self.backend.aws.connection("GET", identifier).status, 400)
        self.requests += 2
        self.assertEqual(self.backend.aws.connection("POST", target,
                                                     b"x" * (128 * 1024 + 1)).status, 413)
        self.assertEqual(self.backend.aws.connection("POST", target, b"\xff").status, 400)
        self.assertEqual(len(self.backend.rows("connections")), 1)
        self.finish()

    def test_calls_without_a_good_signature_do_nothing(self):
        body = json.dumps({"TableName": "beckon-devices"}).encode()
        headers = {"Content-Type": JSON, "X-Amz-Target": "DynamoDB_20120810.DeleteTable"}
        self.assertEqual(self.send("POST", "/", body, headers).status, 400)
        self.assertEqual(self.call("DeleteTable", body, aws=self.stranger()).status, 400)
        self.assertEqual(self.call("DeleteTable", body, service="events").status, 400)
        for authorization in ("AWS4-HMAC-SHA256", "x" * 9000,
                              "AWS4-HMAC-SHA256 Credential=////,,,=,"):
            answer = self.send("POST", "/", body, {**headers, "Authorization": authorization})
            self.assertEqual(answer.status, 400, answer.body)
            self.assertIn(b"Exception", answer.body)
        event = json.dumps({"requestContext": {"authorizer": {"userId": "Bob",
                                                              "deviceId": "Phone"}}}).encode()
        answer = self.send("POST", "/2015-03-31/functions/beckon-send/invocations", event)
        self.assertEqual(answer.status, 403, answer.body)
        self.assertEqual(len(self.backend.rows("devices")), 1)
        self.finish()

    def test_garbage_for_dynamodb_is_a_named_error_within_bounds(self):
        key = {"deviceId": {"S": "Phone"}}
        get = {"TableName": "beckon-devices", "Key": key}
        condition = {**get, "Item": key}
        deep = {"S": "x"}
        for _ in range(40):
            deep = {"L": [deep]}
        cases = [
            ("GetItem", b""), ("GetItem", b"{"), ("GetItem", b"[]"), ("GetItem", b"\xff\xfe"),
            ("GetItem", b'{"a":' * 5000), ("GetItem", b'{"TableName":"\\u0000"}'),
            ("No" * 3000, b"{}"),
            ("GetItem", b"{}"), ("GetItem", {**get, "TableName": "x" * 100_000}),
            ("GetItem", {**get, "Key": []}),
            ("GetItem", {**get, "Key": {"deviceId": {"N": "1e999999999999"}}}),
            ("GetItem", {**get, "Key": {"deviceId": {"S": "x" * 3000}}}),
            ("PutItem", {**condition, "Item": {**key, "deep": deep}}),
            ("PutItem", {**condition, "Item": {**key, "n": {"N": "9" * 1_000_000}}}),
            ("PutItem", {**condition, "Item": {**key, "large": {"S": "x" * 500_000}}}),
            ("PutItem", {**condition, "ConditionExpression": "(" * 4000}),
            ("PutItem", {**condition, "ConditionExpression": "NOT " * 1000 + "a = b"}),
            ("PutItem", {**condition, "ConditionExpression": " OR ".join(["a = b"] * 100_000)}),
            ("UpdateItem", {**get, "UpdateExpression": "SET " + "a." * 40_000 + "b = c"}),
            ("UpdateItem", {**get, "UpdateExpression": "SET a[99999999999999999999] = :v",
                            "ExpressionAttributeValues": {":v": {"N": "1"}}}),
            ("Query", {"TableName": "beckon-devices", "Limit": -1}),
            ("Scan", {"TableName": "beckon-devices", "Segment": -1, "TotalSegments": 0}),
            ("TransactWriteItems", {"TransactItems": [{}] * 5000}),
            ("BatchWriteItem", {"RequestItems": {"beckon-devices": [{}] * 5000}}),
            # 16 MB that would be a tree of a gigabyte.
            ("GetItem", b"[" + b"1," * 8_000_000 + b"1]"),
        ]
        for operation, body in cases:
            with self.subTest(operation=operation[:20], body=str(body)[:60]):
                answer = self.call(operation, as_bytes(body))
                self.assertEqual(answer.status, 400, answer.body[:300])
                self.assertIn(b"Exception", answer.body)
                self.look()
        self.assertEqual(self.call("GetItem", b" " * (17 << 20)).status, 413)
        self.finish(emulator_max=192 * MB)

    def test_garbage_for_the_other_services_is_a_named_error(self):
        entry = {"Source": "s", "DetailType": "t", "Detail": "{}"}
        large = {**entry, "Detail": "x" * 2_000_000}
        for service, target, operation, body in (
                ("events", "AWSEvents", "PutEvents", {"Entries": [entry] * 1000}),
                ("events", "AWSEvents", "PutEvents", {"Entries": {}}),
                ("events", "AWSEvents", "PutEvents", {"Entries": [large]}),
                ("ssm", "AmazonSSM", "GetParameter", {"Name": "../" * 1000}),
                ("sqs", "AmazonSQS", "SendMessage", {"QueueUrl": "x" * 5000, "MessageBody": "b"}),
                ("sqs", "AmazonSQS", "ReceiveMessage", {"QueueUrl": [], "MaxNumberOfMessages": -1})):
            with self.subTest(operation=operation, body=str(body)[:60]):
                answer = self.call(operation, json.dumps(body).encode(), service, target=target)
                self.assertEqual(answer.status, 400, answer.body[:300])
        # What EventBridge takes entry by entry: none of them reaches anybody.
        for detail in ("", "[]", "{", '{"target":' * 200, '{"target":{"user":7}}', '{"a":"\\u0000"}'):
            self.call("PutEvents", json.dumps({"Entries": [{
                "EventBusName": self.backend.ready["event_bus"], "Source": "beckon",
                "DetailType": "t", "Detail": detail}]}).encode(), "events", target="AWSEvents")
        form = self.send("POST", "/", b"&" * 1_000_000,
                         {"Content-Type": "application/x-www-form-urlencoded"}, "sqs")
        self.assertEqual(form.status, 400)
        self.finish()

    # P-58; what a function is given past API Gateway has no authorizer's context, or says so itself.
    def test_invoked_functions_name_what_is_missing_and_survive_garbage(self):
        lies = {"userId": "Bob", "headers": {"X-User-Id": "Bob", "X-Device-Id": "Phone"},
                "queryStringParameters": {"user": "Bob", "device": "Phone"},
                "requestContext": {"connectionId": "c", "connectedAt": 1, "userId": "Bob",
                                   "identity": {"userId": "Bob", "deviceId": "Phone"}},
                "body": json.dumps({"action": "sync", "userId": "Bob", "deviceId": "Phone"})}
        deep = json.loads("[" * 500 + "]" * 500)
        for function in ("connect", "disconnect", "sync", "send", "default"):
            for event in ("\0", deep):  # what the emulator's reader does not take
                self.requests += 1
                answer = self.backend.aws.invoke(f"beckon-{function}", event)
                self.assertEqual(answer.status, 400)
                self.assertIn("InvalidRequestContent", answer.headers["x-amzn-errortype"])
            for event in (None, 7, [], {}, lies,
                          {**lies, "requestContext": {**lies["requestContext"], "authorizer": []}},
                          {"x": "y" * 5_000_000}):
                self.requests += 1
                answer = self.backend.aws.invoke(f"beckon-{function}", event)
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers.get("x-amz-function-error"), "Unhandled",
                                 answer.body[:300])
                error = answer.json()["errorMessage"]
                self.assertIn("gateway event: ", error)
                if event is lies:
                    self.assertIn("authorizer.userId", error)
                self.look()
        self.assertEqual(self.backend.aws.invoke("beckon-none", {}).status, 404)
        self.assertEqual(self.backend.aws.invoke("beckon-sync", {"x": "y" * (7 << 20)}).status, 413)
        self.finish(function_max=32 * MB)

    def test_the_control_api_answers_no_page(self):
        connection = self.backend.rows("connections")[0]["connectionId"].replace("=", "%3D")
        for method, call in (("GET", "health"), ("GET", "connections"), ("GET", "functions"),
                             ("GET", "faults"),
                             ("GET", "dead-letters"), ("POST", f"connections/{connection}/drop"),
                             ("POST", f"connections/{connection}/close"),
                             ("POST", "functions/beckon-sync/kill"),
                             ("POST", "functions/beckon-sync/freeze"), ("POST", "faults"),
                             ("POST", "faults/next"), ("DELETE", "faults")):
            for headers in (EVIL, {"Origin": "null"}, {"Origin": ""}, {"Host": "evil.example"}):
                answer = self.send(method, f"/_emulator/{call}", b"{}" if method == "POST" else b"",
                                   headers)
                self.assertEqual(answer.status, 403, (method, call, headers, answer.body))
        for service_path in ("/", "/2015-03-31/functions/beckon-sync/invocations", "/dev"):
            self.assertEqual(self.send("POST", service_path, b"{}", EVIL).status, 403)
        for body in (b"[]", b"{", b'{"dynamodb":{"fail":2}}', b'{"dynamodb":{"fail":"x"}}',
                     b'{"no":1}',
                     b"[" * 5000, b'{"seed":-1}'):
            self.assertEqual(self.send("POST", "/_emulator/faults", body).status, 400, body[:40])
        for path in ("/_emulator/", "/_emulator/none", "/_emulator/connections/%00/drop",
                     "/_emulator/functions/../../kill", "/_emulator/functions/none/kill"):
            self.assertEqual(self.send("POST", path, b"{}").status, 404, path)
        self.finish()


if __name__ == "__main__":
    harness.main()
