"""``lunarsim`` as at a terminal of 80 columns: in this process, or for what only a process of its own shows."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from lunarsim.cli import main

TERMINAL = {"COLUMNS": "80", "TERM": "dumb"}


@dataclass
class Done:
    """What a command left on the terminal."""

    status: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Standard output with one space between words."""
        return " ".join(self.out.split())


def here(*arguments: str, cwd: Path) -> Done:
    """Run ``lunarsim`` in this process, which has loaded already what a new one loads for seconds."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["lunarsim", *arguments])
        for name, value in TERMINAL.items():
            patch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main()
    return Done(int(left.value.code or 0), out.getvalue(), err.getvalue())


def in_a_process(*arguments: str, cwd: Path) -> Done:
    """Run ``lunarsim`` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "lunarsim", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **TERMINAL},
    )
    lines = done.stderr.splitlines(keepends=True)  # on a machine's first run one of them says that it compiles
    said = "".join(line for line in lines if not line.startswith("compiling the physics"))
    return Done(done.returncode, done.stdout, said)
