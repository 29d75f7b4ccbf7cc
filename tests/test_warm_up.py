"""`lunarsim warm-up`, and commands that load what they need."""

import os
import subprocess
import sys

import pytest

#: Prints the machine code that a command takes up, compiled or read from disk: a kernel and its types in a line each.
TAKING_UP = """
import sys
from numba.core.dispatcher import Dispatcher

take_up = Dispatcher.add_overload

def add_overload(self, compiled):
    print("kernel", self.py_func.__module__, self.py_func.__qualname__, compiled.signature)
    take_up(self, compiled)

Dispatcher.add_overload = add_overload
"""

WARM_UP = """
import sys

from lunarsim.cli import main

sys.argv = ["lunarsim", "warm-up"]
main()
"""

#: Flies Luna-25 and a landing, and prints how often something was compiled.
FLIGHTS = """
import lunarsim as ls
from numba.core import event

counter = event.RecordingListener()
event.register("numba:compile", counter)
for name in ("luna25", "slim"):
    ls.simulate(ls.load_scenario(name))
print("compiled", len(counter.buffer))
"""


def output_of(arguments, **environment):
    done = subprocess.run(
        [sys.executable, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_help_and_the_list_of_data_load_no_library_for_figures_or_machine_code():
    said = output_of(["-c", "import sys, lunarsim.cli.app; print(*sys.modules)"])
    assert not {"matplotlib", "numba", "scipy", "astropy"} & set(said.split())


@pytest.mark.slow
def test_a_warm_up_takes_up_all_that_flights_and_landings_need():
    warm, flown = (output_of(["-c", TAKING_UP + code]).splitlines() for code in (WARM_UP, FLIGHTS))
    assert "all is compiled, in" in " ".join(warm)
    needed = {line for line in flown if line.startswith("kernel lunarsim.")}
    assert needed
    assert needed <= set(warm)
    assert "compiled 0" in flown
