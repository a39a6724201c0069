# SPDX-License-Identifier: Apache-2.0
"""What a program asks of AWS, as IAM sees it."""

import http.client
import http.server
import json
import re
import threading

ACCOUNT = "eu-west-1:123456789012"


class Recorder:
    """A listener in front of the emulator that passes requests on and keeps them."""

    def __init__(self, port_behind=None):
        self.calls = set()      # (action, resource)
        self.port_behind = port_behind
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                recorder.calls |= set(recorder.needs(self.command, self.path, self.headers, body))
                # The name that was signed stays.
                behind = http.client.HTTPConnection("127.0.0.1", recorder.port_behind, timeout=60)
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
