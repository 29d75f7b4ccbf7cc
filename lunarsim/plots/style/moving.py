"""Moving pictures: shown, or written into a file that is whole or not there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure

from lunarsim.errors import InputError, LunarsimError
from lunarsim.files import written_whole

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation

DPI = 100.0
_WRITERS = {".gif": ("pillow", "python -m pip install pillow"), ".mp4": ("ffmpeg", "install ffmpeg, or write a .gif")}


def check(path: str | os.PathLike[str] | None) -> None:
    """Check that a picture can be written into a file of that kind.

    Raises
    ------
    InputError
        If it is neither a GIF nor an MP4.
    LunarsimError
        If what writes it is not installed.
    """
    from matplotlib import animation  # noqa: PLC0415

    if path is None:
        return
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        raise InputError(f"path = {str(path)!r}: expected a file that ends in {' or '.join(_WRITERS)}")
    name, remedy = _WRITERS[suffix]
    if not animation.writers.is_available(name):
        raise LunarsimError(f"{path}: a {Path(path).suffix} is written by {name}, which was not found: {remedy}")


def picture(
    figure: Figure,
    draw: Callable[[float], Any],
    frames: Sequence[float],
    fps: float,
    path: str | os.PathLike[str] | None,
) -> FuncAnimation:
    """Return a moving picture, and write it where a path is given.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    from matplotlib import animation  # noqa: PLC0415  (a third of a second that no other figure needs)

    make = partial(animation.FuncAnimation, figure, draw, frames=frames, interval=1000.0 / fps, blit=False, repeat=True)
    if path is None:
        return make()
    writer: Any = animation.writers[_WRITERS[Path(path).suffix.lower()][0]]
    with written_whole(path) as draft:
        made = make()  # not before there is a place for it: matplotlib warns of pictures that were never drawn
        with _drawn_once(figure):
            made.save(str(draft), writer=writer(fps=fps), dpi=DPI)
    return made


@contextmanager
def _drawn_once(figure: Figure) -> Iterator[None]:
    """Give the figure a canvas that draws nothing by itself: the writer draws each picture, and once is enough."""
    own = figure.canvas
    FigureCanvasBase(figure)
    try:
        yield
    finally:
        figure.set_canvas(own)
