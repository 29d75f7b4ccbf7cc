"""`lunarsim warm-up`, and commands that load what they need."""

import os
import subprocess
import sys

import pytest

#: Flies Luna-25 and a landing, and prints how many kernels that compiled.
FLIGHTS = """
import lunarsim as ls
from numba.core import event

counter = event.RecordingListener()
event.register("numba:compile", counter)
for name in ("luna25", "slim"):
    ls.simulate(ls.load_scenario(name))
print(len(counter.buffer))
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
def test_after_a_warm_up_flights_and_landings_compile_nothing(tmp_path):
    kept = {"NUMBA_CACHE_DIR": str(tmp_path)}
    said = output_of(["-m", "lunarsim", "warm-up"], **kept)
    assert "all is compiled, in" in said
    assert output_of(["-c", FLIGHTS], **kept).split() == ["0"]
