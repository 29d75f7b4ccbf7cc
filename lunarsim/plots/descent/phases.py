"""The phases of a flight in figures: shaded, numbered, and listed by name."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from lunarsim.flight import Flight
from lunarsim.mission.clock import seconds_after
from lunarsim.plots.style import style
from lunarsim.plots.style.colours import ink
from lunarsim.plots.style.colours import shade as shade_of

_SHADES = (0.07, 0.0)  # from paper to ink
_DIGIT_PT, _LEVEL_PT, _LEVELS = 5.0, 8.0, 4  # of the numbers above a panel
_SLIVER_S = 1e-3  # a coast to an ignition that follows at once, by the rounding of times
_LINE_CHARACTERS = 104  # of the list, at the width of a page


class PhaseSpan(NamedTuple):
    """A phase, from when to when, in seconds after the start of the flight."""

    name: str
    start_s: float
    end_s: float


def spans(flight: Flight) -> list[PhaseSpan]:
    """Return the phases of a flight: those of its guidance, or else of its plan.

    Cycles of guidance that follow each other under one name are one phase; so are the parts of a burn that the
    edges of the Moon's shadow cut.
    """
    records = flight.phases
    if records:
        return [
            PhaseSpan(
                record.name,
                float(seconds_after(flight.start, record.start)),
                float(seconds_after(flight.start, record.end)),
            )
            for record in records
        ]
    found: list[PhaseSpan] = []
    for phase in flight.trajectory.phases:
        segment = phase.segment
        if segment.end_s - segment.start_s < _SLIVER_S:
            continue
        if found and found[-1].name == phase.name:
            found[-1] = found[-1]._replace(end_s=segment.end_s)
        else:
            found.append(PhaseSpan(phase.name, segment.start_s, segment.end_s))
    return found


def within(phases: Sequence[PhaseSpan], first_s: float, last_s: float) -> list[PhaseSpan]:
    """Return the phases that lie in a view, cut at its edges; slivers of less than a thousandth are left out."""
    cut = [p._replace(start_s=max(p.start_s, first_s), end_s=min(p.end_s, last_s)) for p in phases]
    return [phase for phase in cut if phase.end_s - phase.start_s > 1e-3 * (last_s - first_s)]


def shade(ax: Axes, edges: Sequence[tuple[float, float]]) -> None:
    """Shade phases in alternate light greys, from and to the given places on the x axis."""
    for i, (first, last) in enumerate(edges):
        ax.axvspan(first, last, facecolor=shade_of(_SHADES[i % 2], ax), linewidth=0.0, zorder=0.0)


def number(ax: Axes, edges: Sequence[tuple[float, float]], width_pt: float) -> None:
    """Write the numbers of phases above axes of about that width, in steps upwards where they stand close."""
    left, right = ax.get_xlim()
    ends = [-1e9] * _LEVELS
    for i, (first, last) in enumerate(edges, start=1):
        text = str(i)
        middle = (0.5 * (first + last) - left) / (right - left) * width_pt
        half = 0.5 * _DIGIT_PT * len(text) + 1.0
        level = next((k for k in range(_LEVELS) if ends[k] < middle - half), ends.index(min(ends)))
        ends[level] = middle + half
        ax.annotate(
            text,
            (0.5 * (first + last), 1.0),
            (0.0, 2.0 + level * _LEVEL_PT),
            xycoords=blended_transform_factory(ax.transData, ax.transAxes),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.TEXT_SIZE - 1.0,
            color=ink(ax),
        )


def listed(what: str, words: Sequence[str], marks: Sequence[str]) -> str:
    """Return marks and words as lines of text, such as ``Phases: 1 braking, 2 approach``; no word is torn apart."""
    keep = "\N{NO-BREAK SPACE}"
    parts = [f"{mark} {word}".replace(" ", keep) for mark, word in zip(marks, words, strict=True)]
    lines = textwrap.wrap(f"{what}: {', '.join(parts)}", _LINE_CHARACTERS, break_on_hyphens=False)
    return "\n".join(lines).replace(keep, " ")
