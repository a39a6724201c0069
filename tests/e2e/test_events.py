# SPDX-License-Identifier: Apache-2.0
"""Events that cannot be delivered, calls that must be refused: named errors, nothing lost silently."""

import json

import harness
from harness import Aws, AwsError, Case


class DeadLetters(Case):
    def dead_letter(self, emulator, event_id):
        """The dead letter that holds this event."""
        def found():
            return next((letter for letter in emulator.dead_letters()
                         if event_id in json.dumps(letter)), None)
        return self.wait_until(found, f"the dead letter of {event_id}", timeout_s=30)

    def test_an_event_without_a_target_becomes_a_dead_letter_with_a_named_error(self):
        emulator = self.emulator()
        letter = self.dead_letter(emulator, emulator.put_detail({"text": "for whom?"}))
        self.assertEqual(letter["queue"], "beckon-dead-letters")
        self.assertIn("target", letter["error_message"])
        self.assertEqual(emulator.rows("streams"), [])

    def test_an_oversized_event_becomes_a_dead_letter_with_a_named_error(self):
        emulator = self.emulator()
        letter = self.dead_letter(emulator, emulator.post("Bob", {"text": "x" * 30_000}))
        self.assertIn("28672", letter["error_message"])
        self.assertEqual(emulator.rows("streams"), [])

    def test_data_nested_deeper_than_a_device_reads_becomes_a_dead_letter(self):
        emulator = self.emulator()
        deep = {"a": 1}
        for _ in range(20):
            deep = {"a": deep}
        letter = self.dead_letter(emulator, emulator.post("Bob", deep))
        self.assertIn("nest", letter["error_message"] + letter["error_code"])

    def test_a_dead_letter_does_not_hold_up_the_events_after_it(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        emulator.put_detail({"target": {"user": ""}})
        good = emulator.post("Bob", {"text": "good"})
        laptop.wait_event(good)
        self.assertEqual(laptop.events()[0]["seq"], 1)


class PutEvents(Case):
    def test_entries_are_checked_one_by_one(self):
        emulator = self.emulator()
        answer = emulator.aws.put_events(
            {"Source": "s", "DetailType": "t", "Detail": "no json", "EventBusName": "beckon"},
            {"Source": "s", "DetailType": "t", "Detail": '{"target":{"user":"Bob"}}',
             "EventBusName": "beckon"},
            {"DetailType": "t", "Detail": "{}", "EventBusName": "beckon"})
        self.assertEqual(answer["FailedEntryCount"], 2)
        self.assertEqual(answer["Entries"][0]["ErrorCode"], "MalformedDetail")
        self.assertIn("EventId", answer["Entries"][1])
        self.assertEqual(answer["Entries"][2]["ErrorCode"], "InvalidArgument")

    def test_eleven_entries_are_refused(self):
        emulator = self.emulator()
        entry = {"Source": "s", "DetailType": "t", "Detail": "{}"}
        with self.assertRaises(AwsError) as refused:
            emulator.aws.put_events(*[entry] * 11)
        self.assertEqual(refused.exception.code, "ValidationException")

    def test_an_event_on_another_bus_reaches_nobody(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        emulator.aws.put_events({"Source": "s", "DetailType": "t", "EventBusName": "default",
                                 "Detail": '{"target":{"user":"Bob"}}'})
        marker = self.barrier(emulator, laptop, "Bob")
        self.assertEqual(laptop.event_ids(), [marker])

    def test_any_source_and_detail_type_is_an_event_with_that_name(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        answer = emulator.aws.put_events({
            "Source": "shop", "DetailType": "order.paid", "EventBusName": "beckon",
            "Detail": '{"target":{"user":"Bob"},"order":7,"data":{"x":1}}'})
        event = laptop.wait_event(answer["Entries"][0]["EventId"])
        self.assertEqual(event["name"], "order.paid")
        self.assertEqual(event["data"], {"order": 7, "data": {"x": 1}})


class Refusals(Case):
    def test_a_wrong_secret_is_refused_everywhere(self):
        emulator = self.emulator()
        wrong = Aws(emulator.endpoint, secret="guessed",
                    connections_endpoint=emulator.ready["connections_endpoint"])
        for service, operation in (("dynamodb", "ListTables"), ("events", "PutEvents"),
                                   ("ssm", "GetParameter")):
            with self.subTest(service=service), self.assertRaises(AwsError) as refused:
                wrong.call(service, operation)
            self.assertIn("Signature", refused.exception.code)
        self.assertEqual(wrong.connection("GET", "AAAAAAAAAAAAAAA=").status, 403)
        self.assertEqual(wrong.invoke("beckon-deliver", {}).status, 403)

    def test_a_call_without_a_signature_is_refused(self):
        emulator = self.emulator()
        answer = emulator.aws.send(
            "POST", emulator.endpoint + "/", b"{}",
            {"X-Amz-Target": "DynamoDB_20120810.ListTables",
             "Content-Type": "application/x-amz-json-1.0"})
        self.assertEqual(answer.status, 400)
        self.assertIn("MissingAuthenticationToken", answer.json()["__type"])

    def test_a_page_of_another_site_is_refused_by_every_api_whatever_it_signs(self):
        emulator = self.emulator()
        page = {"Origin": "https://evil.example"}
        calls = {api: ("POST", emulator.endpoint + "/", service,
                       {"X-Amz-Target": f"{api}.{operation}",
                        "Content-Type": f"application/x-amz-json-{version}"})
                 for service, operation in (("dynamodb", "ListTables"), ("events", "ListEventBuses"),
                                            ("ssm", "GetParameter"), ("sqs", "ListQueues"))
                 for api, version in (emulator.aws.JSON_APIS[service],)}
        calls["a queue's URL"] = ("POST", emulator.endpoint + "/000000000000/queue", "sqs",
                                  {"X-Amz-Target": "AmazonSQS.ReceiveMessage",
                                   "Content-Type": "application/x-amz-json-1.0"})
        calls["Invoke"] = ("POST", emulator.endpoint +
                           "/2015-03-31/functions/beckon-deliver/invocations", "lambda", {})
        calls["@connections"] = ("POST", emulator.aws.connections_endpoint +
                                 "/@connections/AAAAAAAAAAAAAAA%3D", "execute-api", {})
        calls["control"] = ("GET", emulator.endpoint + "/_emulator/health", None, {})
        for name, (method, url, service, headers) in calls.items():
            with self.subTest(api=name):
                refused = emulator.aws.send(method, url, b"{}", {**headers, **page}, service)
                self.assertEqual(refused.status, 403, refused.body)
                self.assertIn("other sites", refused.body.decode())
                own = emulator.aws.send(method, url, b"{}", {**headers, "Origin": emulator.endpoint},
                                        service)
                self.assertNotIn("other sites", own.body.decode())

    def test_an_operation_that_is_not_there_is_named(self):
        emulator = self.emulator()
        with self.assertRaises(AwsError) as refused:
            emulator.aws.call("dynamodb", "ExportTableToPointInTime")
        self.assertIn("ExportTableToPointInTime", str(refused.exception))

    def test_a_service_that_is_not_there_is_named(self):
        emulator = self.emulator()
        answer = emulator.aws.send(
            "POST", emulator.endpoint + "/", b"{}",
            {"X-Amz-Target": "Kinesis_20131202.ListStreams",
             "Content-Type": "application/x-amz-json-1.1"}, "kinesis")
        self.assertEqual(answer.status, 501)
        self.assertIn("does not implement the service kinesis", answer.json()["message"])


if __name__ == "__main__":
    harness.main()
