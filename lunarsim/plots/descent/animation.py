"""A descent as a moving picture: the side view, what lies near, and the numbers of the moment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure

from lunarsim import checks
from lunarsim.errors import InputError, LunarsimError
from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.plots.descent import history as descent_history
from lunarsim.plots.descent.animation_scene import Scene

if TYPE_CHECKING:
    from matplotlib.animation import AbstractMovieWriter, FuncAnimation

_DPI = 100.0
_SIZE_IN = (6.4, 4.0)  # 640 x 400 pixels, even numbers as MP4 wants them
_WRITERS = {".gif": ("pillow", "python -m pip install pillow"), ".mp4": ("ffmpeg", "install ffmpeg, or write a .gif")}


def animate_descent(
    flight: Flight,
    path: str | os.PathLike[str] | None = None,
    *,
    fps: float = 10.0,
    duration: u.Quantity = 8.0 * u.s,
    view: tuple[u.Quantity, u.Quantity] | None = None,
) -> FuncAnimation:
    """Draw a descent as a moving picture, and write it where a path is given.

    Parameters
    ----------
    flight : Flight
        Of a craft.
    path : path-like, optional
        A ``.gif``, or a ``.mp4``, which needs ffmpeg. What stood there stays until the new file is whole.
    fps : float
        Pictures a second, 1 to 60.
    duration : Quantity
        How long the picture runs; the descent runs through in it evenly, and its last moment stays for a second.
    view : tuple of two Quantity, optional
        What is shown of the flight, in time after the first ignition of the powered descent; default: from there to the
        ground, or to the last cut-off.

    Returns
    -------
    FuncAnimation
        Keep it for as long as it is shown. Its figure holds the side view, with the true ground below, and on the right
        the craft and what lies near it, to scale; the craft itself is not.

    Raises
    ------
    InputError
        If the flight has no craft, or an argument is not of the kind above.
    LunarsimError
        If what writes files of that kind is not installed.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flight = ls.simulate(ls.load_scenario("apollo11"))
    >>> moving = ls.plots.animate_descent(flight, "descent.gif")  # doctest: +SKIP
    """
    from matplotlib.animation import FuncAnimation  # noqa: PLC0415  (a third of a second that no other figure needs)

    if not isinstance(flight, Flight):
        raise InputError(f"animate_descent got {flight!r}: expected a Flight from simulate()")
    if flight.scenario.craft is None:
        raise InputError("animate_descent got a flight without a craft, and so without thrust: simulate a Spacecraft")
    checks.number("fps", fps, minimum=1.0, maximum=60.0)
    seconds = float(checks.quantity("duration", duration, u.s, positive=True).value)
    writer = None if path is None else _writer(Path(path), fps)
    zero_s = descent_history.zero_s(flight, None)
    view_s = descent_history.view_s([flight], [zero_s], view)
    figure = plt.figure(figsize=_SIZE_IN, dpi=_DPI)
    scene = Scene(figure, flight, zero_s, view_s)
    moments = np.linspace(*view_s, max(round(fps * seconds), 2))
    frames = [*moments, *([moments[-1]] * round(fps))]
    make = partial(FuncAnimation, figure, scene.draw, frames=frames, interval=1000.0 / fps, blit=False, repeat=True)
    if path is None or writer is None:
        return make()
    with written_whole(path) as draft:
        picture = make()  # not before there is a place for it: matplotlib warns of pictures that were never drawn
        with _drawn_once(figure):
            picture.save(str(draft), writer=writer, dpi=_DPI)
    return picture


@contextmanager
def _drawn_once(figure: Figure) -> Iterator[None]:
    """Give the figure a canvas that draws nothing by itself: the writer draws each picture, and once is enough."""
    own = figure.canvas
    FigureCanvasBase(figure)
    try:
        yield
    finally:
        figure.set_canvas(own)


def _writer(path: Path, fps: float) -> AbstractMovieWriter:
    from matplotlib import animation  # noqa: PLC0415

    if path.suffix.lower() not in _WRITERS:
        raise InputError(f"path = {str(path)!r}: expected a file that ends in {' or '.join(_WRITERS)}")
    name, remedy = _WRITERS[path.suffix.lower()]
    if not animation.writers.is_available(name):
        raise LunarsimError(f"{path}: a {path.suffix} is written by {name}, which was not found: {remedy}")
    make: Any = animation.writers[name]
    made: AbstractMovieWriter = make(fps=fps)
    return made
