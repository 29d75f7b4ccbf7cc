"""What stands on the panels of a descent's page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.mission import ProfilePoint
from lunarsim.plots.descent.history import History
from lunarsim.plots.descent.published_points import CIRCLE, DIAMOND, TRIANGLE, Axis, is_level, overlay, overlay_levels
from lunarsim.plots.style import placing, style
from lunarsim.plots.style.colours import ink, paper, shade
from lunarsim.plots.style.style import Curve

_MPS = u.m / u.s
_FAR_M = 3000.0  # lengths beyond this are told in kilometres
_STRONG_N = 3000.0
_HALF_WAY_M = np.pi * constants.MOON_RADIUS_M
_FEW = 20.0  # times: less than this is drawn on a linear axis
_LEAST_M, _LEAST_MPS = 1.0, 0.1  # where the logarithmic axes end at most
#: The flight-path angle, beside the pitch of the thrust.
THIN: dict[str, Any] = {"linewidth": 1.0, "linestyle": (0.0, (1.2, 1.2))}
#: Where a fault begins or passes.
FAULT_LINE: dict[str, Any] = {"linewidth": 1.0, "linestyle": (0.0, (4.0, 2.0, 1.0, 2.0))}
#: Where the pitch of the thrust was to be, beside where it was.
COMMANDED: dict[str, Any] = {"linewidth": 1.0, "linestyle": (0.0, (4.0, 2.0)), "alpha": 0.7}


class DescentAxes(NamedTuple):
    """The panels of a descent."""

    altitude: Axes  #: against time, as are the others that do not say range
    speed: Axes
    altitude_rate: Axes
    thrust: Axes
    pitch: Axes
    mass: Axes
    altitude_over_range: Axes
    speed_over_range: Axes
    altitude_over_speed: Axes  #: with logarithmic axes, so that the last seconds are seen as well


class Units(NamedTuple):
    """The units of the axes."""

    time: u.UnitBase
    altitude: u.UnitBase
    range: u.UnitBase
    thrust: u.UnitBase

    @classmethod
    def of(cls, histories: Sequence[History], points: Sequence[ProfilePoint], time: u.UnitBase) -> Units:
        """Return units in which the numbers on the axes are neither long nor small."""
        high = max([*(h.altitude_m.max() for h in histories), *(p.value("altitude") or 0.0 for p in points)])
        far = max(np.abs(h.range_m).max() for h in histories)
        strong = max(h.thrust_n.max() for h in histories)
        return cls(
            time=time,
            altitude=u.km if high > _FAR_M else u.m,
            range=u.km if far > _FAR_M else u.m,
            thrust=u.kN if strong > _STRONG_N else u.N,
        )


def fill(
    axes: DescentAxes,
    curves: Sequence[Curve],
    histories: Sequence[History],
    points: Sequence[ProfilePoint],
    units: Units,
) -> None:
    """Draw the flights and the published points on all panels."""
    for curve, drawn in zip(curves, histories, strict=True):
        _draw(axes, curve, drawn, units, several=len(curves) > 1)
    height = style.with_unit("Altitude", units.altitude)
    words = (height, "Speed (m/s)", "Altitude rate (m/s)", style.with_unit("Thrust", units.thrust), "Pitch (deg)")
    for ax, label in zip(axes, (*words, "Mass (kg)", height, "", ""), strict=True):
        style.dress(ax, "", label)
    style.dress(axes.speed_over_range, style.with_unit("Range to go", units.range), "Speed (m/s)")
    style.dress(axes.altitude_over_speed, "Speed (m/s)", "Altitude (m)")
    axes.altitude_over_speed.xaxis.set_minor_formatter(NullFormatter())
    axes.altitude_over_speed.yaxis.set_minor_formatter(NullFormatter())
    for curve, drawn in zip(curves, histories, strict=True):
        _mark_faults(axes, curve, drawn, units)
    _ground(axes.altitude_over_range, histories, units)
    _full_thrust(axes.thrust, curves, units)
    _dry_mass(axes.mass, curves)
    _limit(axes, histories, points, units)
    _overlay(axes, points, units)


def fault_line(color: str, label: str = "") -> Line2D:
    """Return the line where a fault begins or passes, for a legend."""
    return Line2D([], [], color=color, label=label, **FAULT_LINE)


def phase_start(color: str, label: str = "") -> Line2D:
    """Return the marker of the start of a phase, for a legend."""
    return Line2D([], [], marker="o", markersize=3.2, color=color, linestyle="", label=label)


def published_handles(points: Sequence[ProfilePoint]) -> list[Line2D]:
    """Return what the legend shows of the published points."""
    look: dict[str, Any] = {"linestyle": "", "color": ink(), "markerfacecolor": paper(), "markersize": 4.0}
    kinds = []
    if points:
        kinds.append(Line2D([], [], marker=CIRCLE, label="published", **look))
    if any(point.speed is not None for point in points):
        kinds.append(Line2D([], [], marker=DIAMOND, label="published, inertial speed", **look))
    if any(is_level(point) for point in points):
        kinds.append(Line2D([], [], marker=TRIANGLE, label="published altitude, no time", **look))
    return kinds


def _draw(axes: DescentAxes, curve: Curve, drawn: History, units: Units, *, several: bool) -> None:
    """Draw one flight on every panel."""
    t = drawn.time_s * u.s.to(units.time)
    x = _unbroken(drawn.range_m) * u.m.to(units.range)
    altitude = drawn.altitude_m * u.m.to(units.altitude)
    look: dict[str, Any] = {"color": curve.color, "zorder": curve.zorder, "label": curve.label}
    line: dict[str, Any] = {**look, "linestyle": curve.dashes, "linewidth": min(curve.width, 1.6)}
    thin: dict[str, Any] = {**look, **THIN, "label": "_thin"}
    axes.altitude.plot(t, altitude, **line)
    axes.speed.plot(t, drawn.speed_mps, **line)
    axes.altitude_rate.plot(t, drawn.altitude_rate_mps, **line)
    axes.thrust.plot(t, drawn.thrust_n * u.N.to(units.thrust), **line)
    axes.pitch.plot(t, drawn.path_deg, **thin)
    if drawn.commanded_pitch_deg is not None:
        axes.pitch.plot(t, drawn.commanded_pitch_deg, **{**look, **COMMANDED, "label": "_commanded"})
    axes.pitch.plot(t, drawn.pitch_deg, **line)
    axes.mass.plot(t, drawn.mass_kg, **line)
    axes.altitude_over_range.plot(x, altitude, **line)
    axes.speed_over_range.plot(x, drawn.speed_mps, **line)
    starts = np.array([span.start_s for span in drawn.phases])
    dots: dict[str, Any] = {"marker": "o", "markersize": 3.2, "linestyle": "", "color": curve.color, "zorder": 4.0}
    at = partial(_at, starts, drawn.time_s)
    axes.altitude_over_range.plot(at(x), at(altitude), label="_phases", **dots)
    axes.speed_over_range.plot(at(x), at(drawn.speed_mps), label="_phases", **dots)
    slow = np.maximum(drawn.speed_mps, 0.1 * _LEAST_MPS)
    axes.altitude_over_speed.loglog(slow, np.maximum(drawn.altitude_m, 0.1 * _LEAST_M), **line)
    axes.altitude_over_speed.plot(at(slow), at(drawn.altitude_m), label="_phases", **dots)
    if several:
        axes.altitude.plot(starts * u.s.to(units.time), at(altitude), label="_phases", **dots)


def _mark_faults(axes: DescentAxes, curve: Curve, drawn: History, units: Units) -> None:
    """Draw a line on all panels over time where a fault begins or passes."""
    for fault_s in drawn.faults_s:
        for ax in axes[:6]:
            ax.axvline(fault_s * u.s.to(units.time), color=curve.color, zorder=1.5, label="_fault", **FAULT_LINE)


def _unbroken(range_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranges with a NaN where a flight passes the far side of the Moon, and the range jumps."""
    jumps = np.abs(np.diff(range_m, prepend=range_m[:1])) > _HALF_WAY_M
    return np.where(jumps, np.nan, range_m)


def _at(times_s: NDArray[np.float64], known_s: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.interp(times_s, known_s, values)


def _ground(ax: Axes, histories: Sequence[History], units: Units) -> None:
    """Fill the ground below the craft; of several flights, that of the first."""
    first = histories[0]
    if first.ground_m is None:
        return
    order, metre = np.argsort(first.range_m), u.m.to(units.altitude)
    far, ground = first.range_m[order] * u.m.to(units.range), first.ground_m[order] * metre
    wide = float(np.ptp(far)) + 1.0
    far = np.concatenate([[far[0] - wide], far, [far[-1] + wide]])  # as high beyond the ends as there
    ground = np.concatenate([ground[:1], ground, ground[-1:]])
    deep = metre * float(max(np.ptp(first.ground_m), first.altitude_m.max()))
    bottom = min(float(ground.min()), 0.0) - deep  # below the panel
    ax.fill_between(far, ground, bottom, color=shade(style.GROUND, ax), linewidth=0.0, zorder=0.5)


def _full_thrust(ax: Axes, curves: Sequence[Curve], units: Units) -> None:
    """Draw the full thrust as a line, and its share on the right where one engine is full thrust for all."""
    crafts = [c.flight.scenario.craft for c in curves if c.flight.scenario.craft]
    full = {float(craft.engine.total_thrust.to_value(units.thrust)) for craft in crafts}
    ax.set_ylim(0.0, 1.15 * max(full))
    if len(full) > 1:
        return
    (most,) = full
    ax.axhline(most, color=ink(ax), linewidth=0.8, linestyle=":", zorder=1)
    functions: Any = (lambda y: 100.0 * y / most, lambda share: share * most / 100.0)
    share = ax.secondary_yaxis("right", functions=functions)
    share.set_ylabel("Throttle (%)", fontsize=style.axis_size(ax))
    share.set_yticks([0.0, 50.0, 100.0])
    share.tick_params(labelsize=style.text_size(ax))


def _dry_mass(ax: Axes, curves: Sequence[Curve]) -> None:
    """Draw the dry mass of each craft; named at its line where it is one for all, or else once for all lines."""
    masses = {float(c.flight.scenario.craft.dry_mass.to_value(u.kg)): c for c in curves if c.flight.scenario.craft}
    look: dict[str, Any] = {"fontsize": style.TEXT_SIZE - 1.0, "color": ink(ax)}
    for mass, curve in masses.items():
        color = ink(ax) if len(masses) == 1 else curve.color
        ax.axhline(mass, color=color, linewidth=0.8, linestyle=":", zorder=1)
    if len(masses) == 1:
        (mass,) = masses
        at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        ax.annotate(f"dry mass {mass:,.0f} kg", (0.0, mass), (4, 2), **at, **look)
    else:  # masses fall: the upper right corner is free
        ax.text(0.99, 0.97, "dotted: dry masses", ha="right", va="top", transform=ax.transAxes, **look)


def _limit(axes: DescentAxes, histories: Sequence[History], points: Sequence[ProfilePoint], units: Units) -> None:
    """Set the limits of the values, with some room about the lines and the published points."""
    metre = u.m.to(units.altitude)
    tops = [p.value("altitude") or 0.0 for p in points]
    high = metre * max([*(float(h.altitude_m.max()) for h in histories), *tops])
    fast = max(float(h.speed_mps.max()) for h in histories)
    for ax, top in zip(
        (axes.altitude, axes.speed, axes.altitude_over_range, axes.speed_over_range), (high, fast) * 2, strict=True
    ):
        ax.set_ylim(-0.06 * top, (1.4 if points and ax is axes.altitude else 1.12) * top)  # room for letters
    rates = [*(float(edge) for h in histories for edge in (h.altitude_rate_mps.min(), h.altitude_rate_mps.max()))]
    rates += [rate for p in points if (rate := p.value("altitude_rate")) is not None]
    axes.altitude_rate.set_ylim(*_about(rates))
    dry = [float(np.asarray(line.get_ydata())[0]) for line in axes.mass.lines if line.get_linestyle() == ":"]
    axes.mass.set_ylim(
        *_about([*dry, *(float(edge) for h in histories for edge in (h.mass_kg.min(), h.mass_kg.max()))])
    )
    steep = min(float(np.nanmin(h.path_deg, initial=0.0)) for h in histories) < -45.0
    axes.pitch.set_ylim(-99.0 if steep else -49.0, 99.0)
    axes.pitch.set_yticks([-90.0, 0.0, 90.0] if steep else [-45.0, 0.0, 45.0, 90.0])
    axes.altitude_over_range.set_xlim(
        *_about([u.m.to(units.range) * float(x) for h in histories for x in h.range_m])[::-1]
    )
    low_m = min(float(h.altitude_m.min()) for h in histories)
    slow = min(float(h.speed_mps.min()) for h in histories)
    axes.altitude_over_speed.set_ylim(max(0.7 * low_m, _LEAST_M), 1.6 * high / metre)
    axes.altitude_over_speed.set_xlim(1.6 * fast, max(0.7 * slow, _LEAST_MPS))
    if fast < _FEW * max(slow, _LEAST_MPS):  # too little for a decade to be named
        axes.altitude_over_speed.set_xscale("linear")


def _about(values: Sequence[float]) -> tuple[float, float]:
    """Return limits with some room about values."""
    room = 0.08 * (max(values) - min(values)) or 1.0
    return min(values) - room, max(values) + room


def _overlay(axes: DescentAxes, points: Sequence[ProfilePoint], units: Units) -> None:
    """Draw the published points where their values belong; each is named on the first panel that has it."""
    if not points:
        return
    time, far = Axis("time", units.time.to(u.s)), Axis("range_to_go", units.range.to(u.m))
    high = Axis("altitude", units.altitude.to(u.m))
    rows: tuple[tuple[Axes, Axis, Axis, str], ...] = (
        (axes.altitude, time, high, CIRCLE),
        (axes.altitude_over_range, far, high, CIRCLE),
        (axes.speed, time, Axis("ground_speed", 1.0), CIRCLE),
        (axes.speed, time, Axis("speed", 1.0), DIAMOND),
        (axes.speed_over_range, far, Axis("ground_speed", 1.0), CIRCLE),
        (axes.speed_over_range, far, Axis("speed", 1.0), DIAMOND),
        (axes.altitude_rate, time, Axis("altitude_rate", 1.0), CIRCLE),
        (axes.mass, time, Axis("mass", 1.0), CIRCLE),
        (axes.altitude_over_speed, Axis("ground_speed", 1.0), Axis("altitude", 1.0), CIRCLE),
    )  # an inertial speed has no place over a logarithmic axis of ground speeds: at touchdown it is the Moon's rotation
    named: set[str] = set()
    drawn = [(ax, overlay(ax, points, x, y, marker)) for ax, x, y, marker in rows]
    drawn.append((axes.altitude_over_speed, overlay_levels(axes.altitude_over_speed, points, Axis("altitude", 1.0))))
    for ax in dict.fromkeys(ax for ax, _ in drawn):
        texts = {note.text: note for each, found in drawn if each is ax for note in found if note.text not in named}
        named |= texts.keys()
        if texts:
            placing.place(ax, list(texts.values()), legend=False)
