"""The way between the Earth and the Moon as a moving picture."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lunarsim import checks
from lunarsim.chain import MissionFlight
from lunarsim.flight import Flight
from lunarsim.plots.flight import cislunar_views as views
from lunarsim.plots.flight.cislunar import MOON_COLOUR, CislunarAxes, cislunar
from lunarsim.plots.flight.cislunar_views import Array, Still, Way
from lunarsim.plots.style import moving, style
from lunarsim.plots.style.colours import ink

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation


def animate_cislunar(
    flown: MissionFlight | Flight,
    path: str | os.PathLike[str] | None = None,
    *,
    fps: float = 10.0,
    duration: u.Quantity = 8.0 * u.s,
) -> FuncAnimation:
    """Draw a way between the Earth and the Moon as a moving picture, and write it where a path is given.

    Parameters
    ----------
    flown : MissionFlight or Flight
        As for :func:`cislunar`.
    path : path-like, optional
        A ``.gif``, or a ``.mp4``, which needs ffmpeg. What stood there stays until the new file is whole.
    fps : float
        Pictures a second, 1 to 60.
    duration : Quantity
        How long the picture runs; the flight runs through in it evenly, and its last moment stays for a second.

    Returns
    -------
    FuncAnimation
        Keep it for as long as it is shown. Its figure is that of :func:`cislunar`, with the craft and the Moon where
        they are at the moment, and the time.

    Raises
    ------
    InputError
        If all of it is within the Moon's sphere of influence, or an argument is not of the kind above.
    LunarsimError
        If what writes files of that kind is not installed.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import lunarsim as ls
    >>> flown = ls.fly_mission(ls.load_mission("luna25-mission"))  # doctest: +SKIP
    >>> picture = ls.plots.animate_cislunar(flown, "luna25.gif")  # doctest: +SKIP
    """
    checks.number("fps", fps, minimum=1.0, maximum=60.0)
    seconds = float(checks.quantity("duration", duration, u.s, positive=True).value)
    moving.check(path)
    flights = views.flights_of(flown)
    axes = cislunar(flown)
    scene = _Scene(axes, flights)
    figure = axes.still.get_figure(root=True)
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # the layout stands: to find it for each picture takes most of the time
    moments = np.linspace(0.0, scene.way.seconds[-1], max(round(fps * seconds), 2))
    return moving.picture(figure, scene.draw, [*moments, *([moments[-1]] * round(fps))], fps, path)


class _Scene:
    """What moves in both views: the craft, and in axes that stand still the Moon."""

    def __init__(self, axes: CislunarAxes, flights: tuple[Flight, ...]) -> None:
        self.way, self._start, self._title = Way.of(flights), flights[0].start, axes.turning
        still = Still.towards(self.way, self.way.meeting)
        self._moving = [
            (_marker(axes.still, MOON_COLOUR), still.flat(self.way.moon_km)),
            (_marker(axes.still, style.VERMILION), still.flat(self.way.craft_km)),
            (_marker(axes.turning, style.VERMILION), views.turning(self.way)),
        ]
        self.draw(0.0)

    def draw(self, moment_s: float) -> list[Any]:
        """Move everything to a moment after the start."""
        for marker, (x, y) in self._moving:
            marker.set_data([self._at(moment_s, x)], [self._at(moment_s, y)])
        time = style.utc(self._start + moment_s * u.s, "%d %B %Y, %H:%M UTC")
        self._title.set_title(time, fontsize=style.AXIS_SIZE, loc="right")
        return [marker for marker, _ in self._moving]

    def _at(self, moment_s: float, values: Array) -> float:
        return float(np.interp(moment_s, self.way.seconds, values))


def _marker(ax: Axes, colour: str) -> Line2D:
    (marker,) = ax.plot([], [], "o", color=colour, markeredgecolor=ink(ax), markersize=7.0, zorder=8, label="_moving")
    return marker
