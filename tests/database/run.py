# SPDX-License-Identifier: Apache-2.0
"""Runs database_contract_test against the emulator's DynamoDB, or against DynamoDB Local.

    run.py emulator|dynamodb-local PROGRAM [GOOGLETEST-ARGUMENT…]

The tables of DynamoDB Local are made as the emulator describes them, so both have the template's.
Exit status 77: DynamoDB Local is not there.
"""

import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from support import paths  # noqa: E402
from support.aws import Aws  # noqa: E402
from support.emulator import Emulator  # noqa: E402
from support.process import Process  # noqa: E402
from support.wait import wait_until  # noqa: E402

DYNAMODB_LOCAL = paths.SOURCE_DIR / "third_party" / "dynamodb-local"
SKIPPED = 77
TABLE_MEMBERS = ("TableName", "AttributeDefinitions", "KeySchema")
INDEX_MEMBERS = ("IndexName", "KeySchema", "Projection")


def definition(table):
    """CreateTable's input for what DescribeTable shows."""
    made = {name: table[name] for name in TABLE_MEMBERS}
    made["BillingMode"] = "PAY_PER_REQUEST"
    indexes = [{name: index[name] for name in INDEX_MEMBERS}
               for index in table.get("GlobalSecondaryIndexes", [])]
    if indexes:
        made["GlobalSecondaryIndexes"] = indexes
    return made


def start_dynamodb_local(folder):
    """The process, which writes files into the folder, and a client of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    java = Process(["java", f"-Djava.library.path={DYNAMODB_LOCAL}", "-cp", f"{DYNAMODB_LOCAL}/*",
                    "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
                    "-inMemory", "-sharedDb", "-port", str(port)], "DynamoDB Local", cwd=folder,
                   env={"DDB_LOCAL_TELEMETRY": "0"})
    aws = Aws(f"http://127.0.0.1:{port}")

    def answers():
        if not java.running():
            raise RuntimeError(java.report())
        try:
            return "TableNames" in aws.call("dynamodb", "ListTables")
        except OSError:
            return False
    wait_until(answers, "DynamoDB Local to answer", timeout_s=60)
    return java, aws


def main():
    which, program, *arguments = sys.argv[1:]
    if which == "dynamodb-local" and not (shutil.which("java") and DYNAMODB_LOCAL.is_dir()):
        print("SKIP: needs DynamoDB Local: run scripts/setup --with-clients")
        return SKIPPED
    processes = []
    with tempfile.TemporaryDirectory(prefix="beckon-database-") as folder:
        try:
            emulator = Emulator(pathlib.Path(folder))
            processes.append(emulator)
            aws = emulator.start().aws
            if which == "dynamodb-local":
                java, local = start_dynamodb_local(folder)
                processes.append(java)
                for name in emulator.ready["tables"]:
                    table = aws.call("dynamodb", "DescribeTable", TableName=name)["Table"]
                    local.call("dynamodb", "CreateTable", **definition(table))
                aws = local
            status = subprocess.run(
                [program, *arguments], check=False,
                env={**paths.clean_environment(), "AWS_ENDPOINT_URL": aws.endpoint,
                     "AWS_REGION": aws.region, "AWS_ACCESS_KEY_ID": aws.key_id,
                     "AWS_SECRET_ACCESS_KEY": aws.secret}).returncode
            if status != 0:
                for process in processes:
                    print(process.report(lines_max=50), file=sys.stderr)
            return 1 if status else 0
        finally:
            for process in reversed(processes):
                process.clean_up()


if __name__ == "__main__":
    sys.exit(main())
