"""A long compilation says so before it goes on: in the log, and with it on standard error."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import numba
import pytest
from numba.core import event

import lunarsim as ls
from lunarsim.kernels.notice import HOW_LONG, CompilationNotice


@pytest.fixture
def compile_one():
    """Return what compiles another function each time, as of a module."""

    def compile_now(module="lunarsim.kernels.some"):
        def add(x):
            return x + 1.0

        add.__module__ = module
        numba.njit(add)(1.0)

    return compile_now


def records(caplog):
    return [record for record in caplog.records if record.name == "lunarsim.kernels.notice"]


def test_a_compilation_that_goes_on_is_told_once_and_a_short_one_never(caplog, compile_one):
    with event.install_listener("numba:compile", CompilationNotice(after_s=1e-6)):
        compile_one()  # nothing was compiled before it: it may be short
        assert records(caplog) == []
        compile_one()
        compile_one()
    assert len(records(caplog)) == 1
    assert records(caplog)[0].levelno == logging.WARNING  # which Python prints where nobody has set up a log
    with event.install_listener("numba:compile", CompilationNotice(after_s=1e6)):
        compile_one()
        compile_one()
    assert len(records(caplog)) == 1


def test_the_notice_says_what_takes_how_long_and_where_it_is_kept(caplog, tmp_path, compile_one):
    with event.install_listener("numba:compile", CompilationNotice(after_s=1e-6)):
        compile_one()
        compile_one()
    assert "compiling the physics" in caplog.text
    assert HOW_LONG in caplog.text
    assert "no folder can be written to that would keep it: set NUMBA_CACHE_DIR to one" in caplog.text


def test_of_what_others_wrote_the_notice_does_not_say_that_nothing_keeps_it(caplog, compile_one):
    with event.install_listener("numba:compile", CompilationNotice(after_s=1e-6)):
        compile_one(module="a_users_law")
        compile_one(module="a_users_law")
    assert "compiling the physics" in caplog.text
    assert "no folder" not in caplog.text


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md"])
def test_a_page_says_of_that_wait_what_the_notice_says(page):
    text = (Path(__file__).parents[1] / page).read_text(encoding="utf-8")
    assert HOW_LONG in " ".join(text.split())


def test_no_other_sentence_of_the_command_line_says_how_long_compiling_takes():
    folder = Path(ls.__file__).parent / "cli"
    said = [line for path in folder.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    assert not [line for line in said if re.search("compil.*(minute|second)", line)]


def test_the_package_listens_to_its_own_compilations():
    assert ls.Moon  # type: ignore[truthy-function]  # whatever loads kernels
    listeners = event._registered["numba:compile"]
    assert sum(isinstance(each, CompilationNotice) for each in listeners) == 1


@pytest.mark.slow
def test_the_first_flight_on_a_machine_says_on_standard_error_that_it_compiles(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "lunarsim", "run", "luna25", "--out", str(tmp_path / "out"), "--json"]
    for first in (True, False):
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        assert done.stderr.count("compiling the physics") == first
        assert "compiling" not in done.stdout
        assert not first or str(tmp_path / "cache") in done.stderr
