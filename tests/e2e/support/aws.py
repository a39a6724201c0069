# SPDX-License-Identifier: Apache-2.0
"""AWS calls with the standard library: Signature Version 4, the JSON APIs, Invoke, @connections.

Written from AWS's documents and not from Beckon's own signer, so that the two check each other.
"""

import datetime
import hashlib
import hmac
import http.client
import json
import ssl
import urllib.parse


class AwsError(AssertionError):
    """A call that AWS answers with an error."""

    def __init__(self, status, code, message):
        super().__init__(f"HTTP {status}: {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


class Response:
    def __init__(self, raw):
        self.status = raw.status
        self.headers = {name.lower(): value for name, value in raw.getheaders()}
        self.body = raw.read()

    def json(self):
        return json.loads(self.body)


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sign(method, url, headers, body, *, service, region, key_id, secret, now=None):
    """Adds Host, X-Amz-Date and Authorization to headers. url: as on the wire, already escaped."""
    parts = urllib.parse.urlsplit(url)
    now = now or datetime.datetime.now(datetime.timezone.utc)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    headers["Host"] = parts.netloc
    headers["X-Amz-Date"] = stamp
    signed = sorted((name.lower(), " ".join(str(value).split())) for name, value in headers.items())
    names = ";".join(name for name, _ in signed)
    query = "&".join(
        f"{urllib.parse.quote(n, safe='-_.~')}={urllib.parse.quote(v, safe='-_.~')}"
        for n, v in sorted(urllib.parse.parse_qsl(parts.query, keep_blank_values=True)))
    request = "\n".join([
        method,
        urllib.parse.quote(parts.path or "/", safe="/-_.~"),  # escaped once more: not S3
        query,
        "".join(f"{name}:{value}\n" for name, value in signed),
        names,
        hashlib.sha256(body).hexdigest()])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope,
                         hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        key = _hmac(key, part)
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, "
                                f"SignedHeaders={names}, Signature={signature}")
    return headers


class Aws:
    """Calls one endpoint with one identity. Every call opens its own connection."""

    JSON_APIS = {"dynamodb": ("DynamoDB_20120810", "1.0"), "events": ("AWSEvents", "1.1"),
                 "ssm": ("AmazonSSM", "1.1"), "sqs": ("AmazonSQS", "1.0")}

    def __init__(self, endpoint, region="us-east-1", key_id="local", secret="local",
                 connections_endpoint=None, ca_file=None):
        self.endpoint = endpoint
        self.region = region
        self.key_id = key_id
        self.secret = secret
        self.connections_endpoint = connections_endpoint
        self.ca_file = ca_file

    def send(self, method, url, body=b"", headers=None, service=None, timeout_s=60):
        """One HTTP exchange, signed if a service is named."""
        headers = dict(headers or {})
        if service:
            sign(method, url, headers, body, service=service, region=self.region,
                 key_id=self.key_id, secret=self.secret)
        parts = urllib.parse.urlsplit(url)
        connection = self._connection(parts, timeout_s)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body=body, headers=headers)
            return Response(connection.getresponse())
        finally:
            connection.close()

    def _connection(self, parts, timeout_s):
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout_s,
                                           context=ssl.create_default_context(cafile=self.ca_file))

    def call(self, service, operation, **arguments):
        """A JSON API call; the answer as a dictionary. Raises AwsError."""
        prefix, version = self.JSON_APIS[service]
        response = self.send(
            "POST", self.endpoint + "/", json.dumps(arguments).encode(),
            {"Content-Type": f"application/x-amz-json-{version}",
             "X-Amz-Target": f"{prefix}.{operation}"}, service)
        answer = response.json() if response.body else {}
        if response.status != 200:
            code = answer.get("__type", "?").rpartition("#")[2]
            raise AwsError(response.status, code,
                           answer.get("message", answer.get("Message", "")))
        return answer

    def invoke(self, function, event, kind="RequestResponse"):
        """Lambda's Invoke; the Response (X-Amz-Function-Error tells a function's failure)."""
        return self.send(
            "POST", f"{self.endpoint}/2015-03-31/functions/{function}/invocations",
            json.dumps(event).encode(), {"X-Amz-Invocation-Type": kind}, "lambda")

    def connection(self, method, connection_id, body=b""):
        """@connections: POST, GET or DELETE."""
        name = urllib.parse.quote(connection_id, safe="")
        return self.send(method, f"{self.connections_endpoint}/@connections/{name}", body,
                         {"Content-Type": "application/octet-stream"} if body else {},
                         "execute-api")

    def put_events(self, *entries):
        return self.call("events", "PutEvents", Entries=list(entries))

    def scan(self, table):
        """All rows, as plain dictionaries of their values."""
        rows, start = [], {}
        while True:
            page = self.call("dynamodb", "Scan", TableName=table, **start)
            rows += [plain(item) for item in page["Items"]]
            if not page.get("LastEvaluatedKey"):
                return rows
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def put_item(self, table, **attributes):
        return self.call("dynamodb", "PutItem", TableName=table,
                         Item={name: typed(value) for name, value in attributes.items()})


def plain(item):
    """{"a":{"S":"x"},"n":{"N":"1"}} as {"a":"x","n":1}; the types that Beckon uses."""
    return {name: int(value["N"]) if "N" in value else next(iter(value.values()))
            for name, value in item.items()}


def typed(value):
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
