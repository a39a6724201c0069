# SPDX-License-Identifier: Apache-2.0
"""Functions that crash, hang or answer nonsense: the client is told, and the connection lives."""

import json

import harness
from harness import Case, WebSocket, paths


class FaultyFunction(Case):
    def setUp(self):
        super().setUp()
        self.gateway = self.emulator(template=paths.TEST_TEMPLATES / "faulty.yaml")
        self.socket = WebSocket(self.gateway.websocket_url)

    def ask(self, fault=None, action="two-way"):
        self.socket.send({"action": action, **({"fault": fault} if fault else {})})

    def assert_error_frame(self, fault, message="Internal server error", action="two-way"):
        self.ask(fault, action)
        frame = self.socket.recv_json()
        self.assertEqual(frame["message"], message)
        self.assertEqual(set(frame), {"message", "connectionId", "requestId"})

    def assert_alive(self):
        self.ask()
        self.assertIn("pid", self.socket.recv_json())

    def test_a_crash_is_an_error_frame_and_the_next_message_gets_a_fresh_process(self):
        self.ask()
        before = self.socket.recv_json()["pid"]
        for fault in ("exit", "abort"):
            with self.subTest(fault=fault):
                self.assert_error_frame(fault)
                self.ask()
                self.assertNotEqual(self.socket.recv_json()["pid"], before)

    def test_an_error_that_the_function_reports_is_an_error_frame(self):
        self.assert_error_frame("error")
        self.assert_alive()

    def test_an_answer_with_an_unknown_key_or_of_a_wrong_shape_is_an_error_frame(self):
        for fault in ("unknown-key", "not-an-object"):
            with self.subTest(fault=fault):
                self.assert_error_frame(fault)
        self.assert_alive()

    def test_a_function_that_exceeds_its_timeout_is_ended_and_told_about(self):
        self.assert_error_frame("hang")
        self.assert_alive()

    def test_a_one_way_route_answers_nothing_on_success_and_an_error_frame_on_a_crash(self):
        self.ask(action="one-way")
        self.assert_error_frame("exit", action="one-way")
        self.assert_alive()

    def test_forbidden_where_no_route_matches(self):
        self.socket.send({"action": "fly"})
        self.assertEqual(self.socket.recv_json()["message"], "Forbidden")
        self.assert_alive()

    def test_invoke_tells_how_the_function_failed(self):
        self.assert_function_error({"body": '{"fault": "exit"}'}, "Runtime.ExitError",
                                   "exit status 3")
        self.assert_function_error({"body": '{"fault": "error"}'}, "Function.Broken", "asked to")
        self.assert_function_error({"body": '{"fault": "hang"}'}, "Sandbox.Timedout",
                                   "Task timed out after 1.00 seconds")

    def assert_function_error(self, event, error_type, text):
        answer = self.gateway.aws.invoke("beckon-faulty", event)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["x-amz-function-error"], "Unhandled")
        self.assertEqual(answer.json()["errorType"], error_type)
        self.assertIn(text, answer.json()["errorMessage"])

    def test_invoking_a_function_that_does_not_exist_names_it(self):
        answer = self.gateway.aws.invoke("beckon-nobody", {})
        self.assertEqual(answer.status, 404)
        self.assertIn("beckon-nobody", answer.body.decode())

    def test_an_unmodified_runtime_client_gets_the_event_as_aws_sends_it(self):
        answer = self.gateway.aws.invoke("beckon-faulty", {"body": '{"n": 1.5}'})
        self.assertEqual(json.loads(answer.json()["body"])["echo"], '{"n": 1.5}')


if __name__ == "__main__":
    harness.main()
