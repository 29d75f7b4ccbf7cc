"""Processor time of a start: Luna-25 with no compiled kernels and with all, and what people wait for beside it.

    python benchmarks/start_up.py [--rounds 3] [--without-empty]

Each line is a process of its own, user and system time, and stands beside the bare imports of what the package is
built on (numpy, scipy.integrate, astropy.coordinates, matplotlib.pyplot, numba) from the same minute: quote the ratio.
The empty cache is a folder of its own, filled by one flight; the warm lines are the shortest of the rounds.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile

BARE = "import numpy, scipy.integrate, astropy.coordinates, matplotlib.pyplot, numba"
COMMANDS = {
    "lunarsim luna25": ["-m", "lunarsim", "luna25", "--out"],
    "import lunarsim": ["-c", "import lunarsim"],
    "lunarsim --help": ["-m", "lunarsim", "--help"],
    "lunarsim scenarios": ["-m", "lunarsim", "scenarios"],
}


def processor_s(arguments: list[str], cache: str, folder: str) -> float:
    """Return the processor time of one Python process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"NUMBA_CACHE_DIR": cache, "MPLBACKEND": "Agg"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=folder, check=True, capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(rounds: int, *, empty: bool) -> dict[str, float]:
    """Return the processor time of each start."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as cache:
        commands = {
            name: [*command, folder] if name.endswith("luna25") else command for name, command in COMMANDS.items()
        }
        processor_s(["-c", BARE + ", lunarsim.cli.app"], cache, folder)  # byte code of all
        found = {}
        if empty:
            found["lunarsim luna25, empty cache"] = processor_s(commands["lunarsim luna25"], cache, folder)
        else:
            processor_s(commands["lunarsim luna25"], cache, folder)
        commands = {"bare imports": ["-c", BARE], **commands}
        for _ in range(rounds):  # in turns, so that what else the machine does meets all alike
            for name, command in commands.items():
                found[name] = min(found.get(name, float("inf")), processor_s(command, cache, folder))
        return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-empty", action="store_true", help="leave the empty cache out of the table")
    given = parser.parse_args()
    found = measure(given.rounds, empty=not given.without_empty)
    for name, taken_s in found.items():
        print(f"{name:30} {taken_s:6.2f} s  {taken_s / found['bare imports']:5.2f} times the bare imports")


if __name__ == "__main__":
    main()
