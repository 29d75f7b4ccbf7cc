"""What ways to the Moon cost, by departure and time of flight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.ticker import MaxNLocator

from lunarsim.errors import InputError
from lunarsim.orbits import LaunchWindow
from lunarsim.plots.style import placing, style
from lunarsim.plots.style.colours import ink, shade
from lunarsim.plots.style.notes import Note

_MOST_MPS = 1000.0  # above the least, that is told apart


def porkchop(
    window: LaunchWindow, *, mark: Mapping[str, tuple[Time, u.Quantity]] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a launch window to the Moon: delta-v by departure and time of flight (a porkchop plot).

    Parameters
    ----------
    window : LaunchWindow
        From :func:`lunarsim.orbits.launch_window`, of two departures and two times of flight at least.
    mark : mapping of str to (Time, Quantity), optional
        Departures and times of flight to mark, by name.
    ax : Axes, optional
        Where to draw; default: a new figure.

    Returns
    -------
    Axes
        Filled: injection and insertion together, up to 1 km/s above the least; dashed: C3. A star where the delta-v is
        least. Grey is where there is no transfer: the Moon stands further from the equator than the inclination.

    Raises
    ------
    InputError
        If there is no transfer, or too few to draw.

    Examples
    --------
    >>> import lunarsim as ls
    >>> import numpy as np
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> days = Time("2023-08-01") + np.linspace(0, 28, 57) * u.day
    >>> window = ls.orbits.launch_window(days, np.linspace(4, 6, 21) * u.day, inclination=51.7 * u.deg)
    >>> axes = ls.plots.porkchop(window, mark={"Luna-25": (Time("2023-08-11T00:15:00"), 5.4 * u.day)})
    """
    if min(window.delta_v.shape) < 2:
        raise InputError("porkchop needs two departures and two times of flight at least, to draw contours")
    i, j = window.best
    ax = style.axes_for(ax, 4.0, "Ways to the Moon by patched conics: injection and insertion")
    x, y = _days(window.departures), window.durations.to_value(u.day)
    total = window.delta_v.to_value(u.m / u.s)
    most = min(float(np.nanmax(total)), total[i, j] + _MOST_MPS)
    levels = MaxNLocator(12).tick_values(total[i, j], most)
    filled = ax.contourf(x, y, total.T, levels=levels, cmap="viridis_r", extend="max", alpha=0.75)
    ax.set_facecolor(shade(style.GROUND, ax))
    lines = ax.contour(
        x, y, window.c3.to_value(u.km**2 / u.s**2).T, levels=6, colors=ink(ax), linewidths=0.7, linestyles="dashed"
    )
    ax.clabel(lines, fmt=lambda value: f"C3 {value:g}", fontsize=style.text_size(ax) - 1.0)
    notes = [Note(float(x[i]), float(y[j]), f"least: {total[i, j]:,.0f} m/s", radius=6.0)]
    ax.plot(x[i], y[j], "*", color=ink(ax), markersize=9.0)
    for name, (departure, duration) in (mark or {}).items():
        there = float(_days(departure)), float(duration.to_value(u.day))
        ax.plot(*there, "o", markerfacecolor="none", markeredgecolor=ink(ax), markersize=7.0)
        notes.append(Note(*there, name, radius=4.0))
    style.dress(ax, "Departure (UTC)", "Time of flight (d)")
    ax.grid(visible=False)
    ax.xaxis.set_major_locator(locator := AutoDateLocator())  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    bar = ax.figure.colorbar(filled, ax=ax, ticks=levels, format=lambda value, _: f"{value:,.0f}")
    bar.set_label("Delta-v (m/s); dashed: C3 (km²/s²)", fontsize=style.AXIS_SIZE)
    bar.ax.tick_params(labelsize=style.TEXT_SIZE)
    placing.place(ax, notes, legend=False)
    return ax


def _days(times: Time) -> Any:
    """Return times as matplotlib counts them."""
    return date2num(times.utc.datetime64)  # type: ignore[no-untyped-call]
