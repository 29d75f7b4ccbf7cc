"""The last kilometres of a flight over the ground that it came down on."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lunarsim.analysis import ground_profile
from lunarsim.errors import InputError
from lunarsim.flight import Flight, GroundContact, Impact
from lunarsim.plots.style import notes, placing, scale, style
from lunarsim.plots.style.colours import ink, shade

_BELOW, _ABOVE = 0.15, 0.35  # room below the ground and over the path, of their height, for texts
_MOST = 50.0  # times that heights are drawn too large


def terrain_profile(flight: Flight, *, reach: u.Quantity = 100.0 * u.km, ax: Axes | None = None) -> Axes:
    """Draw how a flight came down: its path over the last kilometres, and the terrain along its ground track.

    Parameters
    ----------
    flight : Flight
        One that ended on the ground.
    reach : Quantity
        How far back along the ground; default 100 km, or as far as the flight goes.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Altitude over the distance along the ground to where the flight ended, to the right; how many times heights are
        drawn too large stands on the figure. The terrain goes on beyond the end, straight ahead. It is as smooth as
        its map: over less than a pixel the Moon is rougher.

    Raises
    ------
    InputError
        If the flight did not come down, or an argument is not of the kind above.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> axes = ls.plots.terrain_profile(ls.simulate(ls.load_scenario("luna25")), reach=50 * u.km)
    """
    if not isinstance(flight, Flight):
        raise InputError(f"terrain_profile got {flight!r}: expected a Flight from simulate()")
    drawn = ground_profile(flight, reach)
    assert isinstance(flight.outcome, GroundContact)  # or else there is no profile
    scenario = flight.scenario
    ax = style.axes_for(
        ax,
        3.6,
        f"The path and the ground below it; altitudes above the {style.SPHERE}\n{scenario.title or scenario.name}",
    )
    curve = style.curves("terrain_profile", (flight,), ["path"], ax)[0]
    unit = u.km if np.ptp(drawn.distance.to_value(u.m)) > 3000.0 else u.m
    x, path, ground = (values.to_value(unit) for values in drawn)
    times = scale.fill(ax, _limits(x, ground, path), (1.0, 1.0), most=_MOST)
    bottom = ax.get_ylim()[0] - float(np.ptp(ax.get_ylim()))
    ax.fill_between(x, ground, bottom, color=shade(style.GROUND, ax), linewidth=0.0, zorder=0.5)
    ax.plot(x, ground, color=shade(0.6, ax), linewidth=1.2, zorder=2, label=f"ground: {scenario.moon.terrain.name}")
    ax.plot(x, path, color=curve.color, linewidth=curve.width, zorder=3, label="path")
    style.dress(
        ax,
        style.with_unit("Distance from the end, along the ground", unit),
        f"{style.with_unit('Altitude', unit)}, {scale.words(times)}",
    )
    placing.place(ax, [_mark_end(ax, flight.outcome, curve, unit)])
    return ax


def _limits(x: NDArray[np.float64], ground: NDArray[np.float64], path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges of a view of the whole path and ground, in rows for distance and height."""
    low, high = float(np.nanmin([ground, path])), float(np.nanmax([ground, path]))
    tall = high - low or 1.0
    return np.array([(x[0], x[-1]), (low - _BELOW * tall, high + _ABOVE * tall)])


def _mark_end(ax: Axes, end: GroundContact, curve: style.Curve, unit: u.UnitBase) -> notes.Note:
    """Mark where the flight ended, and return what is to be said of it."""
    words = f"{'impact' if isinstance(end, Impact) else 'touchdown'}, {style.utc(end.time, '%H:%M:%S')} UTC"
    words += f"\nelevation {end.elevation.to_value(u.m):.0f} m".replace("-", "\N{MINUS SIGN}")
    if isinstance(end, Impact):
        words += (
            f"\npath {end.flight_path_angle.to_value(u.deg):.1f}°, slope {end.slope.to_value(u.deg):.1f}°,\n"
            f"{end.incidence.to_value(u.deg):.1f}° to the ground"
        ).replace("-", "\N{MINUS SIGN}")
    look: dict[str, Any] = {"marker": "X", "markersize": 8.0, "markeredgecolor": ink(ax), "markeredgewidth": 0.7}
    height = float(end.elevation.to_value(unit))
    ax.plot([0.0], [height], color=curve.color, linestyle="", zorder=5, label="_end", **look)
    return notes.Note(0.0, height, words, curve.color, radius=5.0)
