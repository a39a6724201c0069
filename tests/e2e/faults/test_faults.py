# SPDX-License-Identifier: Apache-2.0
"""The real binaries under fire: numbered events to agents while links, processes, the database and
the clock of the limits fail at random. Then calm, and nothing may be missing, repeated without a kill,
or out of order. The first line names the seed; --seed repeats its faults (not their exact moments).

By hand: scripts/faults, or with the environment: BECKON_FAULTS="--events 10000 --agents 20".
"""

import argparse
import os
import random
import shlex
import sys
import unittest

from place import harness
from harness import Case, seconds
from run import Run
import network

OPTIONS = None
EVENTS_PER_S = 75  # what two busy cores carry


def read_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seed", type=int, default=random.randrange(2**31),
                        help="default: a new one")
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--agents", type=int, default=8)
    parser.add_argument("--minutes", type=float,
                        help=f"spread the events over so long (default: {EVENTS_PER_S} a second)")
    parser.add_argument("--network", action="store_true",
                        help="every fourth agent in a network namespace whose packets are dropped "
                             "at times (root, or users may make namespaces)")
    parser.add_argument("--keep", metavar="DIR", help="a new folder for the run's files and everything that was logged")
    options = parser.parse_args(arguments)
    options.seconds = (options.minutes * 60 if options.minutes
                       else seconds(options.events / EVENTS_PER_S))
    return options


class Faults(Case):
    def test_every_event_comes_once_in_order_and_is_accounted_for_under_every_fault(self):
        house = None
        if OPTIONS.network:
            house = network.House()
            self.addCleanup(house.clean_up)
        print(f"faults: seed {OPTIONS.seed}, {OPTIONS.events} events, {OPTIONS.agents} agents, "
              f"network {'on' if house else 'off'}", flush=True)
        directory = self.directory
        if OPTIONS.keep:
            os.makedirs(OPTIONS.keep)
            directory = type(self.directory)(OPTIONS.keep).resolve()
        run = Run(directory, OPTIONS, self.beckon_json, house)
        self.addCleanup(run.clean_up)
        try:
            run.go()
        finally:
            if OPTIONS.keep:
                run.write_logs()
        print(run.text(), flush=True)
        self.assertEqual(run.breaches, [], f"seed {OPTIONS.seed}; --keep DIR keeps what was logged")


if __name__ == "__main__":
    OPTIONS = read_options([*shlex.split(os.environ.get("BECKON_FAULTS", "")), *sys.argv[1:]])
    if OPTIONS.network:
        network.enter_own()
    unittest.main(argv=sys.argv[:1], verbosity=2)
