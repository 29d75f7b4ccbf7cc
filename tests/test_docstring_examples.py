"""Each public function has an example in its docstring, and what is shown there comes out."""

from __future__ import annotations

import doctest
import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import matplotlib.pyplot as plt
import pytest

import lunarsim as ls
from lunarsim.craft import PACKINGS, SENSORS
from lunarsim.faults.faults import FAULTS
from lunarsim.moon.own_forces import FORCES
from lunarsim.plan.laws.law import LAWS
from lunarsim.plan.own_termination import CONDITIONS
from lunarsim.plan.steering import STEERING

STUB = Path(ls.__file__).with_suffix(".pyi")


def public() -> Iterator[tuple[str, Any]]:
    """Return the names that ``import lunarsim`` offers, and the figures."""
    for name in re.findall(r"^from \.[\w.]+ import \w+ as (\w+)$", STUB.read_text(encoding="utf-8"), re.MULTILINE):
        yield name, getattr(ls, name)
    for name in ls.plots.__all__:
        yield f"plots.{name}", getattr(ls.plots, name)


FUNCTIONS = [(name, value) for name, value in public() if inspect.isfunction(value)]
SHOWN = [(name, value) for name, value in public() if "Examples\n---" in (inspect.getdoc(value) or "")]


def names(pairs: list[tuple[str, Any]]) -> list[str]:
    return [name for name, _ in pairs]


def test_the_stub_of_the_package_lists_functions() -> None:
    assert {"simulate", "propagate", "plots.burn"} <= set(names(FUNCTIONS))


@pytest.mark.parametrize(("name", "function"), FUNCTIONS, ids=names(FUNCTIONS))
def test_a_public_function_shows_how_it_is_called(name: str, function: Callable[..., Any]) -> None:
    shown = doctest.DocTestParser().get_examples(inspect.getdoc(function) or "")
    assert any(name.rpartition(".")[2] in example.source for example in shown), f"ls.{name} has no example"


@pytest.fixture
def only_parts_of_the_package() -> Iterator[None]:
    """Forget parts that other tests have made, for an example may call its own by the same title; bring them back."""
    with ExitStack() as stack:
        for known in (CONDITIONS, FAULTS, FORCES, LAWS, PACKINGS, SENSORS, STEERING):
            ours = {title: kind for title, kind in known.items() if kind.__module__.startswith("lunarsim.")}
            stack.enter_context(mock.patch.dict(known, ours, clear=True))
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("only_parts_of_the_package")
@pytest.mark.parametrize(("name", "value"), SHOWN, ids=names(SHOWN))
def test_the_example_of_a_docstring_runs(
    name: str, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example = doctest.DocTestParser().get_doctest(inspect.getdoc(value) or "", {}, f"ls.{name}", None, None)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(example, out=report.append)
    plt.close("all")
    assert runner.summarize(verbose=False).failed == 0, "".join(report)
