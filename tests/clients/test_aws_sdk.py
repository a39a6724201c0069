# SPDX-License-Identifier: Apache-2.0
"""The AWS SDK for JavaScript v3 against the emulator: see aws_sdk.mjs, which asserts."""

import json

import clients
from clients import Case
from harness import Process, main

clients.aws_sdk()
NODE = clients.node()


class AwsSdk(Case):
    def test_the_sdk_posts_reads_pushes_and_invokes(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        alice = emulator.connect("Alice", "Desktop")
        alice.sync()
        sdk = self.launch(Process([NODE, clients.HERE / "aws_sdk.mjs"], "AWS SDK",
                                  env=clients.aws_environment(emulator)))
        self.assertEqual(sdk.wait_exit(timeout_s=60), 0, sdk.report())
        done = json.loads(sdk.lines()[-1])
        self.assertEqual(laptop.wait_event(done["eventId"])["data"], {"text": "from the SDK"})
        self.assertEqual(alice.recv(), "hello alice")
        self.assertEqual(alice.expect_close().code, 1000)


if __name__ == "__main__":
    main()
