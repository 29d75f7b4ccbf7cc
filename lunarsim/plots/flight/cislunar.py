"""The whole way between the Earth and the Moon: in axes that stand still, and in axes that turn with the Moon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib.pyplot import subplots
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.chain import MissionFlight
from lunarsim.errors import InputError
from lunarsim.flight import Flight
from lunarsim.kernels.forces.near_earth import SPHERE_SHARE
from lunarsim.plots.flight import cislunar_views as views
from lunarsim.plots.flight.cislunar_views import Array, Still, Way
from lunarsim.plots.style import placing, style
from lunarsim.plots.style.colours import ink, paper, shade
from lunarsim.plots.style.labels import title_of
from lunarsim.plots.style.notes import Note

_EARTH_1000_KM = constants.WGS84_RADIUS_M / 1e6
_MOON_1000_KM = constants.MOON_RADIUS_M / 1e6
_COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE)  # of the stretches outside of the Moon's sphere
_MOON_NOTE = 1  # of the notes, the Moon's: that of the Earth comes first
EARTH_COLOUR, MOON_COLOUR = "#3E6A9E", "#8A8A8A"  # discs


class CislunarAxes(NamedTuple):
    """The two views of a way between the Earth and the Moon."""

    still: Axes  #: 1000 km from the Earth, in the plane of the Moon's motion, towards where the Moon is met
    turning: Axes  #: distances between the Earth, at (0, 0), and the Moon, at (1, 0)


class _Marks(NamedTuple):
    """What is marked on a way."""

    days: Way
    day_names: list[str]
    burns: Way
    burn_names: list[str]


def cislunar(flown: MissionFlight | Flight) -> CislunarAxes:
    """Draw a way between the Earth and the Moon, in axes that stand still and in axes that turn with the Moon.

    Parameters
    ----------
    flown : MissionFlight or Flight
        From :func:`lunarsim.fly_mission`, :func:`lunarsim.simulate` or :func:`lunarsim.propagate`, that begins or ends
        outside of the Moon's sphere of influence. Of a mission that forks, the way to its last link is drawn.

    Returns
    -------
    CislunarAxes
        On the left the plane of the Moon's motion when it is met, seen from the north; on the right, the same in axes
        in which the Earth and the Moon stand still. Dashed is the Moon's sphere of influence, which the model does not
        know; dots are midnights (UTC), triangles are burns. Burns within the sphere share one name.

    Raises
    ------
    InputError
        If all of it is within the Moon's sphere of influence.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> moon = ls.Moon(gravity=ls.GravityField.grail(degree=0), earth=ls.Earth(), ephemeris=ls.Ephemeris.builtin())
    >>> way = ls.orbits.patched_conics(Time("2023-08-11T00:15:00"), 5.2 * u.day, inclination=51.7 * u.deg)
    >>> axes = ls.plots.cislunar(ls.propagate(way.state, 4 * u.day, moon))
    """
    flights = views.flights_of(flown)
    way = Way.of(flights)
    if not views.goes_beyond(flights):
        raise InputError(
            "all of the flight is within the Moon's sphere of influence: give one that begins at the Earth, or draw it "
            "by plots.orbit, or plots.mission"
        )
    figure, (still, turning) = subplots(
        1, 2, figsize=(2.0 * style.WIDTH_IN * 0.78, 4.9), dpi=style.DPI, layout="constrained"
    )
    title = flown.title or flown.name if isinstance(flown, MissionFlight) else title_of(flown)
    figure.suptitle(title, fontsize=style.AXIS_SIZE + 1.0, **style.LITERAL)
    marks = _marks(flights)
    _draw_still(still, way, marks)
    _draw_turning(turning, way, marks)
    return CislunarAxes(still, turning)


def _marks(flights: Sequence[Flight]) -> _Marks:
    days = views.days_of(flights)
    burns = [burn for flight in flights for burn in flight.burns]
    return _Marks(
        Way.at(flights, days),
        [state.epoch.utc.strftime("%d %b").lstrip("0") for state in days],
        Way.at(flights, [burn.before for burn in burns]),
        [burn.name for burn in burns],
    )


def _draw_still(ax: Axes, way: Way, marks: _Marks) -> None:
    met = way.meeting
    axes = Still.towards(way, met)
    moon = axes.flat(way.moon_km)
    ax.plot(*moon, color=shade(0.35, ax), linewidth=0.8, linestyle=(0.0, (4.0, 2.0)), label="way of the Moon", zorder=1)
    ax.add_patch(Circle((0.0, 0.0), _EARTH_1000_KM, color=EARTH_COLOUR, zorder=4))
    there = (float(moon[0][met]), float(moon[1][met]))
    ax.add_patch(Circle(there, _MOON_1000_KM, color=MOON_COLOUR, zorder=4))
    _sphere(ax, there, SPHERE_SHARE * float(np.linalg.norm(way.moon_km[met])) / 1e3)
    flat = [axes.flat(each.craft_km) for each in (way, marks.days, marks.burns)]
    _draw_way(ax, way, flat[0])
    texts = [Note(0.0, 0.0, "Earth", rank=0, reach=30.0), Note(*there, "Moon", rank=0, reach=90.0)]
    _write_marks(ax, marks, flat[1], flat[2], texts)
    ax.set_aspect("equal", adjustable="datalim")
    style.dress(ax, "Towards the Moon when it is met (1000 km)", "Along its motion then (1000 km)")
    placing.place(ax, texts)


def _draw_turning(ax: Axes, way: Way, marks: _Marks) -> None:
    for x, radius_m, colour in (
        (0.0, constants.WGS84_RADIUS_M, EARTH_COLOUR),
        (1.0, constants.MOON_RADIUS_M, MOON_COLOUR),
    ):
        mean_m = 1e3 * float(np.mean(np.linalg.norm(way.moon_km, axis=1)))
        ax.add_patch(Circle((x, 0.0), radius_m / mean_m, color=colour, zorder=4))
    _sphere(ax, (1.0, 0.0), SPHERE_SHARE)
    flat = [views.turning(each) for each in (way, marks.days, marks.burns)]
    _draw_way(ax, way, flat[0])
    texts = [Note(0.0, 0.0, "Earth", rank=0, reach=30.0), Note(1.0, 0.0, "Moon", rank=0, reach=60.0)]
    _write_marks(ax, marks, flat[1], flat[2], texts)
    ax.set_aspect("equal", adjustable="datalim")
    style.dress(ax, "From the Earth to the Moon (distances between them)", "Across, with the Moon's motion")
    placing.place(ax, texts, legend=False)


def _sphere(ax: Axes, middle: tuple[float, float], radius: float) -> None:
    look: dict[str, Any] = {"linestyle": (0.0, (2.0, 2.0)), "color": shade(0.6, ax), "linewidth": 0.8, "zorder": 2}
    angle = np.linspace(0.0, 2.0 * np.pi, 181)
    x, y = middle[0] + radius * np.cos(angle), middle[1] + radius * np.sin(angle)
    ax.plot(x, y, label="its sphere of influence", **look)


def _draw_way(ax: Axes, way: Way, flat: tuple[Array, Array]) -> None:
    """Draw the way, a colour for each stretch outside of the Moon's sphere of influence, and thin within it."""
    stretches = _stretches(way.outside)
    for k, stretch in enumerate(stretches):
        label = (
            "to the Moon"
            if k == 0 and len(stretches) > 1
            else "from the Moon"
            if k == len(stretches) - 1 > 0
            else "craft"
        )
        colour = _COLOURS[k % len(_COLOURS)]
        ax.plot(flat[0][stretch], flat[1][stretch], color=colour, linewidth=1.6, label=label, zorder=3)
    inside = ~way.outside
    if np.any(inside):
        x, y = (np.where(inside, values, np.nan) for values in flat)
        ax.plot(x, y, color=shade(0.75, ax), linewidth=0.8, label="craft about the Moon", zorder=3)


def _stretches(outside: NDArray[np.bool_]) -> list[slice]:
    """Return the runs of samples that are outside."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], outside, [False]]).astype(int)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _write_marks(
    ax: Axes, marks: _Marks, days: tuple[Array, Array], burns: tuple[Array, Array], texts: list[Note]
) -> None:
    """Draw midnights and burns, and add their names: those outside of the sphere, and one for all burns within it."""
    far = marks.days.outside
    ax.plot(days[0][far], days[1][far], ".", color=ink(ax), markersize=4.0, label="midnight, UTC", zorder=5)
    for x, y, name in zip(days[0][far], days[1][far], np.array(marks.day_names)[far], strict=True):
        texts.append(Note(float(x), float(y), str(name), radius=2.0, reach=25.0, rank=2))
    if not marks.burn_names:
        return
    look: dict[str, Any] = {"markerfacecolor": paper(ax), "markeredgecolor": ink(ax), "markersize": 5.0}
    ax.plot(*burns, "^", label="burn", zorder=6, **look)
    near = ~marks.burns.outside
    for x, y, name in zip(burns[0][~near], burns[1][~near], np.array(marks.burn_names)[~near], strict=True):
        texts.append(Note(float(x), float(y), str(name), reach=120.0, rank=1))
    if np.any(near):
        first, more = marks.burn_names[int(np.argmax(near))], int(np.count_nonzero(near)) - 1
        text = f"{texts[_MOON_NOTE].text}\n{first}" + (f"\nand {more} more burn{'s' * (more > 1)}" if more else "")
        texts[_MOON_NOTE] = texts[_MOON_NOTE]._replace(text=text)
