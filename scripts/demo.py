# SPDX-License-Identifier: Apache-2.0
"""What scripts/demo runs once everything is built. Ends its processes however it ends."""

import ctypes
import datetime
import fcntl
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

BIN = pathlib.Path(__file__).resolve().parent.parent / "build" / "bin"
TEXT = "hey bob"
AGENTS = [("Alice", "Desktop"), ("Bob", "Laptop"), ("Bob", "iPad")]
READY_S = 20.0
DELIVERY_S = 20.0
STOPPED_BY = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
QUIET_S = 0.5  # After the last expected event: how long an unexpected one may still come.


class Failure(Exception):
    """The demonstration cannot go on; the text says why."""


def die_with_parent() -> None:
    """Runs in a child before exec: if this script is killed outright, the child is told to end."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1: PR_SET_PDEATHSIG


class Process:
    """A child, its standard output as a queue of lines, its standard error in a file."""

    def __init__(self, name: str, command: list[str], folder: pathlib.Path, environment: dict[str, str]):
        self.name = name
        self.log = folder / (name.replace("/", "-") + ".log")
        self.lines: queue.Queue[str | None] = queue.Queue()
        with self.log.open("wb") as log:
            try:  # A session of its own: Ctrl-C is for this script, which then ends its children.
                self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                                               text=True, env=environment, start_new_session=True,
                                               preexec_fn=die_with_parent)
            except OSError as error:
                raise Failure(f"{name} does not start: {error}") from None
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._child.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def line(self, timeout_s: float) -> str | None:
        """The next line of the output, or None if none came in time. Raises Failure if it has ended."""
        try:
            line = self.lines.get(timeout=max(timeout_s, 0.0))
        except queue.Empty:
            return None
        if line is None:
            raise self.failure(f"ended with status {self._child.wait()}")
        return line

    def failure(self, what: str) -> Failure:
        tail = "".join(self.log.read_text(errors="replace").splitlines(True)[-15:])
        return Failure(f"{self.name} {what}; the end of its log:\n{tail}")

    def ask_to_end(self) -> None:
        if self._child.poll() is None:
            self._child.terminate()

    def end(self) -> None:
        try:
            self._child.wait(5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def own_folder(shared: pathlib.Path) -> tuple[pathlib.Path, int]:
    """A new folder in `shared`, locked as long as the returned descriptor is open; first removes those whose lock
    nobody holds: their demonstrations were killed outright."""
    shared.mkdir(parents=True, exist_ok=True)
    door = os.open(shared, os.O_RDONLY)
    try:
        fcntl.flock(door, fcntl.LOCK_EX)  # Nobody sees a folder between its making and its locking.
        for left in shared.iterdir():
            lock = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            except BlockingIOError:
                pass  # Its demonstration runs.
            finally:
                os.close(lock)
        folder = pathlib.Path(tempfile.mkdtemp(dir=shared))
        lock = os.open(folder, os.O_RDONLY)  # Not inherited by children, so it ends with this process.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return folder, lock
    finally:
        os.close(door)


class Demo:
    def __init__(self, folder: pathlib.Path):
        self._folder = folder
        self._processes: list[Process] = []
        self.agents: dict[str, Process] = {}
        self.ready: dict = {}
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}

    def _start(self, name: str, command: list[str], **more: str) -> Process:
        process = Process(name, command, self._folder, {**self._environment, **more})
        self._processes.append(process)
        return process

    def start_emulator(self) -> None:
        begun = time.monotonic()
        emulator = self._start("emulator", [str(BIN / "beckon-emulator"), "--open", "--port", "0", "--json"])
        line = emulator.line(READY_S)
        if line is None:
            raise emulator.failure(f"said nothing for {READY_S:.0f} s")
        self.ready = json.loads(line)
        self._environment |= {"AWS_ENDPOINT_URL": self.ready["endpoint"], "AWS_REGION": self.ready["region"],
                              "AWS_DEFAULT_REGION": self.ready["region"],  # The AWS CLI and boto read this one.
                              "AWS_ACCESS_KEY_ID": self.ready["access_key_id"],
                              "AWS_SECRET_ACCESS_KEY": self.ready["secret_access_key"]}
        print(f"emulator  {self.ready['websocket_url']}, ready after {(time.monotonic() - begun) * 1000:.0f} ms")

    def start_agents(self) -> None:
        begun = time.monotonic()
        for user, device in AGENTS:
            name = f"{user}/{device}"
            state = self._folder / name
            state.mkdir(parents=True)
            self.agents[name] = self._start(
                name, [str(BIN / "beckon-agent"), "--url", self.ready["websocket_url"], "--user", user,
                       "--device", device, "--state-dir", str(state), "--verbose-lines"])
        for agent in self.agents.values():
            self._wait_online(agent, begun + READY_S)
        print(f"agents    {', '.join(self.agents)}: online after {(time.monotonic() - begun) * 1000:.0f} ms")

    def _wait_online(self, agent: Process, deadline: float) -> None:
        while (line := agent.line(deadline - time.monotonic())) is not None:
            if json.loads(line).get("type") == "online":
                return
        raise agent.failure(f"was not online within {READY_S:.0f} s")

    def beckon(self, *arguments: str) -> str:
        """Runs the operator's command, shows it with its output, and returns the output."""
        shown = " ".join(f'"{a}"' if " " in a else a for a in arguments)
        print(f"\n$ beckon {shown}", flush=True)
        done = subprocess.run([str(BIN / "beckon"), *arguments], env=self._environment, text=True,
                              capture_output=True, timeout=30)
        print(done.stdout, end="", flush=True)
        if done.returncode != 0:
            raise Failure(f"beckon {shown} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def post_and_watch(self) -> bool:
        """Posts for Bob and shows what each agent got. True if exactly Bob's two got exactly this once."""
        posted = time.time()
        event_id = self.beckon("post", "Bob", TEXT).strip()
        received = self._collect(time.monotonic() + DELIVERY_S)
        print()
        for name, events in received.items():
            if not events:
                print(f"{name:<14}  nothing")
            for event in events:
                at = datetime.datetime.fromisoformat(event["received_at"].replace("Z", "+00:00")).timestamp()
                print(f"{name:<14}  {json.dumps(event['data'])}  {max(at - posted, 0) * 1000:.0f} ms after the post")
        return all([(e["id"], e["data"]) for e in events]
                   == ([(event_id, {"text": TEXT})] if name.startswith("Bob/") else [])
                   for name, events in received.items())

    def _collect(self, deadline: float) -> dict[str, list[dict]]:
        """What the agents print until Bob's two have an event each, and a quiet moment longer."""
        received: dict[str, list[dict]] = {name: [] for name in self.agents}
        quiet_until = None
        while time.monotonic() < (quiet_until or deadline):
            for name, agent in self.agents.items():
                line = agent.line(0.002)
                if line and (event := json.loads(line)).get("type") == "event":
                    received[name].append(event)
            if quiet_until is None and all(received[n] for n in received if n.startswith("Bob/")):
                quiet_until = time.monotonic() + QUIET_S
        return received

    def stay(self) -> None:
        """Prints what to type next, then what the agents receive, until Ctrl-C."""
        endpoint, url = self.ready["endpoint"], self.ready["websocket_url"]
        detail = json.dumps(json.dumps({"target": {"user": "Bob"}, "text": "from the AWS CLI"}))
        keys = " ".join(f"{k}={self._environment[k]}" for k in
                        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"))
        print(f"\nAll of it keeps running until Ctrl-C. In another terminal:\n"
              f"  export {keys}\n"
              f"  {BIN}/beckon post Bob \"hello again\"\n"
              f"  {BIN}/beckon devices\n"
              f"  wscat -c '{url}?user=Carol&device=terminal'\n"
              f"  aws events put-events --endpoint-url {endpoint} --entries "
              f"'[{{\"Source\":\"beckon\",\"DetailType\":\"message\",\"EventBusName\":\"{self.ready['event_bus']}\","
              f"\"Detail\":{detail}}}]'\n"
              f"logs: {self._folder}\n", flush=True)
        while True:
            for name, agent in self.agents.items():
                if line := agent.line(0.1):
                    print(f"{name:<14}  {line}", end="", flush=True)

    def end(self) -> None:
        for process in reversed(self._processes):
            process.ask_to_end()
        for process in self._processes:
            process.end()


def stop(number: int, _frame: object) -> None:
    for other in STOPPED_BY:  # Ending takes a moment and is not to be cut short.
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main() -> int:
    for number in STOPPED_BY:
        signal.signal(number, stop)
    folder, _ = own_folder(BIN.parent / "demo")
    demo = Demo(folder)
    try:
        demo.start_emulator()
        demo.start_agents()
        demo.beckon("connections")
        is_right = demo.post_and_watch()
        print("\nExactly Bob's two devices got it." if is_right else
              "\nThis is wrong: exactly Bob's two devices should have got it, once each.", flush=True)
        if "--stay" in sys.argv[1:]:
            try:
                demo.stay()
            except SystemExit:  # Ctrl-C is how this ends.
                print("ending")
        return 0 if is_right else 1
    except Failure as failure:
        print(f"scripts/demo: {failure}", file=sys.stderr)
        return 1
    finally:
        demo.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
