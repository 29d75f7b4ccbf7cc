"""A descent as a moving picture: the side view, what lies near, and the numbers of the moment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

from lunarsim import checks
from lunarsim.errors import InputError
from lunarsim.flight import Flight
from lunarsim.plots.descent import history as descent_history
from lunarsim.plots.descent.animation_scene import Scene
from lunarsim.plots.style import moving

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation

_DPI = moving.DPI
_SIZE_IN = (6.4, 4.0)  # 640 x 400 pixels, even numbers as MP4 wants them


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
    if not isinstance(flight, Flight):
        raise InputError(f"animate_descent got {flight!r}: expected a Flight from simulate()")
    if flight.scenario.craft is None:
        raise InputError("animate_descent got a flight without a craft, and so without thrust: simulate a Spacecraft")
    checks.number("fps", fps, minimum=1.0, maximum=60.0)
    seconds = float(checks.quantity("duration", duration, u.s, positive=True).value)
    moving.check(path)
    zero_s = descent_history.zero_s(flight, None)
    view_s = descent_history.view_s([flight], [zero_s], view)
    figure = plt.figure(figsize=_SIZE_IN, dpi=_DPI)
    scene = Scene(figure, flight, zero_s, view_s)
    moments = np.linspace(*view_s, max(round(fps * seconds), 2))
    return moving.picture(figure, scene.draw, [*moments, *([moments[-1]] * round(fps))], fps, path)
