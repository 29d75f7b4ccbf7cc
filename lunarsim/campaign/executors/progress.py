"""How far a campaign is, on standard error: a bar, runs per second, time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from lunarsim.arguments import checked


@checked
@contextmanager
def progress_bar(
    title: str, total: int, *, done: int = 0, quiet: bool = False, console: Console | None = None
) -> Iterator[Callable[[int], None]]:
    """Show a bar while the block runs; give a function that takes how many runs have ended since its last call.

    Parameters
    ----------
    title : str
        What is under way.
    total : int
        How many runs there are.
    done : int
        How many of them were there before, as of a resumed campaign; the rate does not count them.
    quiet : bool
        Show nothing.
    console : Console, optional
        Where to. Default: standard error. Nothing is shown where that is no terminal.
    """
    shown = console or Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        _Runs(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=shown, disable=quiet or not shown.is_terminal, expand=True) as progress:
        task = progress.add_task(title, total=total, completed=done)
        yield lambda count: progress.advance(task, count)


class _Runs(ProgressColumn):
    """How many runs of how many."""

    def render(self, task: Task) -> Text:
        return Text(f"{int(task.completed):,} of {int(task.total or 0):,} runs")


class _Rate(ProgressColumn):
    """Runs per second, of late; over all when it is finished."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else runs_a_second(speed))


def runs_a_second(speed: float) -> str:
    """Return a rate in words; below ten, with two digits."""
    return f"{speed:,.0f} runs/s" if speed >= 10.0 else f"{speed:.2g} runs/s"
