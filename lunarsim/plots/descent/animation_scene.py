"""The stage of a descent's moving picture, and what moves on it."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import shorten
from typing import Any

import numpy as np
from astropy import units as u
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.transforms import Affine2D, ScaledTranslation
from numpy.typing import NDArray

from lunarsim.flight import Flight
from lunarsim.plots.descent import history as descent_history
from lunarsim.plots.style import style
from lunarsim.plots.style.colours import ink, paper, shade

#: The craft and the plume of its engine, in points, its thrust upwards.
_CRAFT_PT = np.array([[-3.0, 0.0], [-6.5, -5.0], [-5.2, -5.0], [-2.6, -1.5], [-1.2, -2.5], [1.2, -2.5], [2.6, -1.5]])
_CRAFT_PT = np.vstack(
    [_CRAFT_PT, [[5.2, -5.0], [6.5, -5.0], [3.0, 0.0], [3.4, 3.5], [1.5, 6.0], [-1.5, 6.0], [-3.4, 3.5]]]
)
_PLUME_PT = np.array([[-1.4, -2.5], [0.0, -1.0], [1.4, -2.5]])
_PLUME_LENGTH_PT = 22.0  # at full thrust
_NEAR_M = (100.0, 250.0, 1000.0, 2500.0, 10e3, 25e3, 100e3)  # widths of the near view
_FULL_PT = 72.0
_TITLE = 95  # letters that fit into the width
_LINES = ("time", "altitude", "range to go", "altitude rate", "horizontal", "thrust", "mass")


class Scene:
    """The stage of one flight.

    Parameters
    ----------
    figure : Figure
        An empty one.
    flight : Flight
        With a craft.
    zero_s : float
        From when time counts, after the start of the flight.
    view_s : tuple of two floats
        What is shown, after the zero.
    """

    def __init__(self, figure: Figure, flight: Flight, zero_s: float, view_s: tuple[float, float]) -> None:
        datum = descent_history.data([flight])[0]
        self._drawn = descent_history.history(flight, datum, zero_s, view_s)
        self._lean_rad = np.radians(descent_history.lean_deg(flight, zero_s, view_s))
        assert flight.scenario.craft is not None  # the caller has looked
        self._full_n = float(flight.scenario.craft.engine.total_thrust.to_value(u.N))
        self._figure = figure
        high, far = self._drawn.altitude_m.max(), np.abs(self._drawn.range_m).max()
        self._units = (u.km if far > 3000.0 else u.m, u.km if high > 3000.0 else u.m)
        self._wide = figure.add_axes((0.095, 0.125, 0.52, 0.755))
        self._near = figure.add_axes((0.70, 0.125, 0.285, 0.456))
        self._set_wide(datum.words)
        self._set_near()
        self._title = figure.text(0.095, 0.905, "", fontsize=10.0, color=ink(), weight="bold", **style.LITERAL)
        figure.text(
            0.095,
            0.96,
            shorten(flight.scenario.title or flight.scenario.name, _TITLE, placeholder=" ..."),
            fontsize=8.0,
            color=ink(),
            **style.LITERAL,
        )
        self._names = figure.text(0.665, 0.885, "\n".join(_LINES), fontsize=8.0, va="top", color=ink())
        self._numbers = figure.text(0.985, 0.885, "", fontsize=8.0, va="top", ha="right", color=ink())
        self._crafts = [_Craft(self._wide, 0.8), _Craft(self._near, 1.3)]

    def draw(self, time_s: float) -> Iterable[Artist]:
        """Show the moment that lies so many seconds after the zero."""
        drawn = self._drawn
        i = min(int(np.searchsorted(drawn.time_s, time_s, side="right")), drawn.time_s.size - 1)
        before = max(i - 1, 0)  # at a jump, and between samples, what holds: thrust and attitude do not ramp

        def at(values: NDArray[np.float64]) -> float:
            return float(np.interp(time_s, drawn.time_s, values))

        x, y = at(drawn.range_m), at(drawn.altitude_m)
        share = float(drawn.thrust_n[before]) / self._full_n
        lean = float(self._lean_rad[before])
        past = slice(0, i)
        self._path_wide.set_data(
            [*self._x(drawn.range_m[past]), *self._x(x)], [*self._y(drawn.altitude_m[past]), *self._y(y)]
        )
        self._crafts[0].place(float(self._x(x)[0]), float(self._y(y)[0]), lean, share)
        self._crafts[1].place(x, y, lean, share)
        self._follow(x, y)
        name = next((span.name for span in reversed(drawn.phases) if span.start_s <= time_s + 1e-6), "")
        self._title.set_text(name)
        self._numbers.set_text(self._words(time_s, x, y, share, at))
        return [self._path_wide, self._title, self._numbers]

    def _words(self, time_s: float, x: float, y: float, share: float, at: Any) -> str:
        drawn = self._drawn
        minutes, seconds = divmod(abs(round(time_s)), 60)
        mass = float(drawn.mass_kg[0]) if drawn.mass_kg.size == 1 else at(drawn.mass_kg)
        sign = "\N{MINUS SIGN}" if round(time_s) < 0 else ""
        return "\n".join(
            [
                f"{sign}{minutes:d} min {seconds:02d} s",
                _length(y),
                _length(x),
                f"{at(drawn.altitude_rate_mps):+.1f} m/s".replace("-", "\N{MINUS SIGN}"),
                f"{at(drawn.horizontal_mps):.1f} m/s",
                f"{100.0 * share:.0f} %",
                f"{mass:,.0f} kg",
            ]
        )

    def _x(self, range_m: Any) -> NDArray[np.float64]:
        return np.asarray(np.atleast_1d(range_m) * u.m.to(self._units[0]))

    def _y(self, altitude_m: Any) -> NDArray[np.float64]:
        return np.asarray(np.atleast_1d(altitude_m) * u.m.to(self._units[1]))

    def _set_wide(self, above: str) -> None:
        ax, drawn = self._wide, self._drawn
        style.dress(ax, style.with_unit("Range to go", self._units[0]), f"Altitude {above} ({self._units[1]})")
        far, near = float(self._x(drawn.range_m.max())[0]), float(self._x(drawn.range_m.min())[0])
        room = 0.06 * (far - near) or 1.0
        ax.set_xlim(far + room, near - room)
        top = float(self._y(drawn.altitude_m.max())[0])
        ax.set_ylim(-0.08 * top, 1.15 * top)
        ax.plot(self._x(drawn.range_m), self._y(drawn.altitude_m), color=shade(style.GRID, ax), linewidth=1.2, zorder=1)
        (self._path_wide,) = ax.plot([], [], color=style.VERMILION, linewidth=1.6, zorder=2)
        self._fill_ground(ax, self._x, self._y)

    def _set_near(self) -> None:
        ax, drawn = self._near, self._drawn
        style.dress(ax, "", "")
        ax.set_aspect("equal", adjustable="box")
        ax.plot(drawn.range_m, drawn.altitude_m, color=style.VERMILION, linewidth=1.2, zorder=1)
        self._fill_ground(ax, np.atleast_1d, np.atleast_1d)
        ax.plot([0.0], [0.0], marker="+", markersize=9.0, color=ink(), zorder=2)

    def _fill_ground(self, ax: Axes, to_x: Any, to_y: Any) -> None:
        drawn = self._drawn
        ground_m = np.zeros_like(drawn.range_m) if drawn.ground_m is None else drawn.ground_m
        order = np.argsort(drawn.range_m)
        far, ground = drawn.range_m[order], ground_m[order]
        far = np.concatenate([[far[0] - 1e6], far, [far[-1] + 1e6]])
        ground = np.concatenate([ground[:1], ground, ground[-1:]])
        ax.fill_between(
            to_x(far),
            to_y(ground),
            to_y(ground.min() - 1e6)[0],
            color=shade(style.GROUND, ax),
            linewidth=0.0,
            zorder=0.5,
        )

    def _follow(self, x: float, y: float) -> None:
        """Set the edges of the near view: round the craft, its width a round number that holds the ground below."""
        width = next((w for w in _NEAR_M if 0.62 * w >= y), _NEAR_M[-1])
        shift = 0.0 if 0.62 * width >= y else y - 0.5 * width
        unit = u.km if width > 2500.0 else u.m
        self._near.set_xlim(x + 0.5 * width, x - 0.5 * width)
        self._near.set_ylim(shift - 0.15 * width, shift + 0.85 * width)
        metre = u.m.to(unit)
        steps = [k * style.round_number(0.3 * width) for k in range(4)]
        lows = [np.ceil(edge / steps[1]) * steps[1] for edge in (x - 0.5 * width, shift - 0.15 * width)]
        across = [lows[0] + step for step in steps if lows[0] + step <= x + 0.5 * width]
        upwards = [lows[1] + step for step in steps if lows[1] + step <= shift + 0.85 * width]
        self._near.set_xticks(across, [f"{tick * metre:g}" for tick in across])
        self._near.set_yticks(upwards, [f"{tick * metre:g}" for tick in upwards])
        self._near.set_xlabel(f"Near the craft, to scale ({unit})", fontsize=8.0)


class _Craft:
    """The craft on one panel: a symbol that leans as its thrust does, and a plume as long as the throttle says."""

    def __init__(self, ax: Axes, size: float) -> None:
        self._ax, self._size = ax, size
        self._data: Any = ax.transData
        self._plume = Polygon(_PLUME_PT, closed=True, facecolor=style.ORANGE, linewidth=0.0, zorder=7)
        self._body = Polygon(_CRAFT_PT, closed=True, facecolor=style.BLUE, edgecolor=paper(ax), linewidth=0.5, zorder=8)
        for patch in (self._plume, self._body):
            patch.set_in_layout(False)
            ax.add_artist(patch)

    def place(self, x: float, y: float, lean_rad: float, share: float) -> None:
        """Show the craft at a place of the axes; ``lean_rad`` turns its thrust from upwards to the right."""
        dots = self._ax.figure.canvas.figure.dpi / _FULL_PT
        turned = Affine2D().scale(dots * self._size).rotate(-lean_rad)
        there = turned + ScaledTranslation(x, y, self._data)
        plume = _PLUME_PT.copy()
        plume[1, 1] -= 2.5 + _PLUME_LENGTH_PT * share
        self._plume.set_xy(plume)
        self._plume.set_visible(share > 0.0)
        for patch in (self._plume, self._body):
            patch.set_transform(there)


def _length(metres: float) -> str:
    value = f"{metres / 1e3:.2f} km" if abs(metres) >= 3000.0 else f"{metres:.0f} m"
    return value.replace("-", "\N{MINUS SIGN}")
