# SPDX-License-Identifier: Apache-2.0
"""Starts that cannot succeed say what was expected, what came and what to do; exit status 1 or 2."""

import socket

import harness
from harness import Case, Process, paths


class Start(Case):
    def failing(self, *args, template_text=None, status=2):
        """The words of an emulator that must not start."""
        template = paths.TEMPLATE
        if template_text is not None:
            template = self.directory / "broken.yaml"
            template.write_text(template_text, encoding="utf-8")
        emulator = self.emulator(*args, template=template, wait=False)
        self.assertEqual(emulator.wait_exit(), status)
        self.assertEqual(emulator.lines("stdout"), [], "no ready line")
        return "\n".join(emulator.lines("stderr"))

    def test_a_port_in_use_is_named(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            emulator = self.emulator(wait=False, port=port)
            self.assertEqual(emulator.wait_exit(), 1)
            words = "\n".join(emulator.lines("stderr"))
        self.assertIn(str(port), words)
        self.assertIn("in use", words)

    def test_a_template_that_is_not_yaml_is_named_with_file_and_line(self):
        words = self.failing(template_text="Resources:\n  A: [1, 2\n  B: {\n")
        self.assertRegex(words, r"broken\.yaml:\d+")

    def test_a_template_with_a_wrong_type_names_the_line_and_what_was_expected(self):
        words = self.failing(template_text=(
            'AWSTemplateFormatVersion: "2010-09-09"\n'
            "Resources:\n"
            "  Table:\n"
            "    Type: AWS::DynamoDB::Table\n"
            "    Properties:\n"
            "      TableName: t\n"
            "      KeySchema: wrong\n"))
        self.assertRegex(words, r"broken\.yaml:7\b")
        self.assertIn("KeySchema", words)

    def test_a_reference_to_nothing_is_named(self):
        words = self.failing(template_text=(
            "Resources:\n"
            "  Table:\n"
            "    Type: AWS::DynamoDB::Table\n"
            "    Properties:\n"
            "      TableName: !Ref Nowhere\n"))
        self.assertRegex(words, r"broken\.yaml:5\b")
        self.assertIn("Nowhere", words)

    def test_a_template_that_is_not_there_is_named(self):
        done = self.launch(Process([paths.binary("beckon-emulator"), "--template",
                                    self.directory / "none.yaml", "--port", "0"], "emulator"))
        self.assertEqual(done.wait_exit(), 2)
        self.assertIn("none.yaml", "\n".join(done.lines("stderr")))

    def test_a_missing_function_binary_is_named(self):
        text = paths.TEMPLATE.read_text(encoding="utf-8")
        text = text.replace("../build/bin/lambdas/authorize", str(self.directory / "nowhere"))
        template = self.directory / "missing.yaml"
        template.write_text(text, encoding="utf-8")
        emulator = self.emulator(template=template, wait=False)
        emulator.wait_line(lambda line: "nowhere" in line and "bootstrap" in line,
                           "the missing binary's path", kind="stderr")

    def test_functions_run_too_where_it_listens_on_all_addresses(self):
        for host in ("127.0.0.1", "0.0.0.0", "::"):
            with self.subTest(host=host):
                self.emulator("--host", host).connect("Bob", "Laptop").sync()

    def test_functions_run_too_where_the_kernel_has_no_netlink(self):
        self.emulator(denied="netlink").connect("Bob", "Laptop").sync()

    def test_where_functions_cannot_be_told_from_other_programs_it_does_not_start(self):
        emulator = self.emulator(denied="netlink,readlink", wait=False)
        self.assertEqual(emulator.wait_exit(), 1)
        self.assertEqual(emulator.lines("stdout"), [], "no ready line")
        self.assertRegex("\n".join(emulator.lines("stderr")),
                         "beckon-emulator: this kernel does not say which process .* expected NETLINK_SOCK_DIAG, or "
                         "/proc/net/tcp and /proc/PID/fd; mount /proc, or run outside of this sandbox")

    def test_a_parameter_that_the_template_does_not_know_is_named(self):
        self.assertIn("Colour", self.failing("--parameter", "Colour=red"))

    def test_a_parameter_value_that_is_not_allowed_is_named(self):
        words = self.failing("--parameter", "AllowBroadcast=perhaps")
        self.assertIn("AllowBroadcast", words)
        self.assertIn("perhaps", words)

    def test_an_unknown_flag_is_a_usage_error(self):
        self.assertIn("there is no option '--no-such-flag'", self.failing("--no-such-flag"))

    def test_every_mistake_is_said_under_the_programs_name(self):
        blocked = self.directory / "file"
        blocked.write_text("not a folder", encoding="utf-8")
        two_mistakes = "Resources:\n  A:\n    Type: AWS::X\n  B:\n    Type: AWS::Y\n"
        usage = (["--no-such-flag"], ["more"], ["ca", "more"], ["--host"], ["--idle-timeout", "soon"],
                 ["--event-duplicates", "2"], ["--allow-host", "a:b"], ["--log-level", "x"],
                 ["--parameter", "X"], ["--open=maybe"])
        for args, text, status, lines in ([(args, None, 2, 1) for args in usage] + [
                ([], two_mistakes, 2, 2), (["--parameter", "Colour=red"], None, 2, 1),
                (["--tls", "--ca-dir", blocked / "ca"], None, 1, 1), (["ca", "--ca-dir", blocked / "ca"], None, 1, 1),
                (["--host", "nope.invalid"], None, 1, 1)]):
            with self.subTest(args=args):
                said = self.failing(*args, template_text=text, status=status).splitlines()
                if args in usage:
                    self.assertEqual(said.pop(), "Try: beckon-emulator --help")
                self.assertEqual([line.partition(": ")[0] for line in said], ["beckon-emulator"] * lines, said)

    def test_a_data_folder_that_cannot_be_written_is_named(self):
        blocked = self.directory / "file"
        blocked.write_text("not a folder", encoding="utf-8")
        self.assertIn(str(blocked), self.failing("--data", str(blocked / "data"), status=1))

    def test_programs_say_their_version_and_help_with_examples(self):
        for name in ("beckon", "beckon-agent", "beckon-emulator"):
            with self.subTest(program=name):
                version = self.launch(Process([paths.binary(name), "--version"], name))
                self.assertEqual(version.wait_exit(), 0)
                self.assertRegex(version.lines()[0], rf"^{name} \d+\.\d+\.\d+")
                usage = self.launch(Process([paths.binary(name), "--help"], name))
                self.assertEqual(usage.wait_exit(), 0)
                self.assertIn("example", "\n".join(usage.lines()).lower())


if __name__ == "__main__":
    harness.main()
