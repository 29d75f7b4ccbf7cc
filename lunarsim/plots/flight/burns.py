"""A burn: true and sensed delta-v against the target, and the thrust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.time import Time
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.flight import BurnRecord, Event, EventKind, Flight
from lunarsim.mission import Scenario
from lunarsim.plots.style import notes, placing, style
from lunarsim.plots.style.colours import ink, paper
from lunarsim.plots.style.style import Curve

_MPS = u.m / u.s


def burn(
    *flights: Flight, labels: Sequence[str] | None = None, index: int = 0, axes: Sequence[Axes] | None = None
) -> NDArray[np.object_]:
    """Draw one burn of each flight: true and sensed delta-v against the target above, thrust below.

    Parameters
    ----------
    *flights : Flight
        One to seven; the first of several is dashed blue, the second solid vermilion: give the planned flight
        first.
    labels : sequence of str, optional
        One per flight; default: the scenarios' names, with their faults where names are equal.
    index : int
        Which burn of each flight; default 0, the first.
    axes : sequence of two Axes, optional
        Where to draw delta-v and thrust; default: a new figure.

    Returns
    -------
    ndarray of two Axes
        Delta-v and thrust, with time in seconds after the ignition of the first flight. Delta-v counts from the
        start of the flight, as in the flight's histories.

    Raises
    ------
    InputError
        If a flight has no such burn, or a flight, the labels or the axes are not of the kind above.

    Examples
    --------
    >>> import lunarsim as ls
    >>> luna25 = ls.load_scenario("luna25")
    >>> planned, flown = ls.simulate(luna25.without_faults()), ls.simulate(luna25)
    >>> above, below = ls.plots.burn(planned, flown, labels=["planned", "flown"])
    """
    curves = style.curves("burn", flights, labels)
    records = [_record(curve, index) for curve in curves]
    above, below = panels = _panels(
        axes, style.about("Delta-v, true and as the accelerometer has it, and thrust", curves)
    )
    zero = records[0].ignition
    for curve in curves:
        _draw(above, below, curve, zero)
    _limit(above, below, records, zero)
    texts: list[notes.Note] = []
    for curve, record in zip(curves, records, strict=True):
        ignition, cutoff = _events(curve.flight, index)
        words = _target_in_words(above, curve.flight.scenario, record, index)
        _draw_target(above, ignition.estimated.delta_v + record.target_delta_v, record.target_delta_v, words)
        texts += _mark_cutoff(above, curve, record, cutoff, zero)
        below.axvline((cutoff.time - zero).to_value(u.s), color=curve.color, linewidth=0.8, linestyle=":", zorder=1)
    when = style.with_unit(f"Time after ignition at {style.utc(zero)} UTC", u.s)
    together = above.get_shared_x_axes().joined(above, below)
    style.dress(above, "" if together else when, style.with_unit("Delta-v", _MPS))
    style.dress(below, when, style.with_unit("Thrust", u.N))
    placing.place(above, texts, columns=2 if style.is_narrow(above) else 1)
    return panels


def _draw(above: Axes, below: Axes, curve: Curve, zero: Time) -> None:
    flight, x = curve.flight, style.elapsed(curve.flight, zero).to_value(u.s)
    shared: dict[str, Any] = {"color": curve.color, "zorder": curve.zorder}
    line: dict[str, Any] = {"linestyle": curve.dashes, "linewidth": curve.width}
    sensed: dict[str, Any] = {"linestyle": ":", "linewidth": 1.2, "marker": "o", "markersize": 4.5, "markevery": 0.06}
    above.plot(x, flight.delta_v.to_value(_MPS), label=f"{curve.label}: true", **line, **shared)
    above.plot(
        x,
        flight.delta_v_sensed.to_value(_MPS),
        label=f"{curve.label}: sensed",
        markerfacecolor=paper(above),
        **sensed,
        **shared,
    )
    below.plot(x, flight.thrust.to_value(u.N), label=curve.label, **line, **shared)


def _limit(above: Axes, below: Axes, records: Sequence[BurnRecord], zero: Time) -> None:
    """Limit the view to the burns, in time, delta-v and thrust."""
    ends = [(record.ignition - zero).to_value(u.s) + record.duration.to_value(u.s) for record in records]
    last = max([*ends, 1.0])  # s: a burn without propellant has no length
    above.set_xlim(-0.04 * last, 1.2 * last)
    below.set_xlim(above.get_xlim())
    for ax in (above, below):
        top = max([*(float(np.nanmax(np.asarray(line.get_ydata()))) for line in ax.lines), 1.0])
        ax.set_ylim(-0.08 * top, 1.25 * top)


def _target_in_words(ax: Axes, scenario: Scenario, record: BurnRecord, index: int) -> str:
    """Return a target to the digits that are known, and its interval where there is one and room for it."""
    certificate = scenario.inferred_target(index)
    text = f"target {record.target_delta_v.to_value(_MPS):.{scenario.delta_v_decimals(2)}f} m/s"
    return text if certificate is None or style.is_narrow(ax) else f"{text} (90 %: {certificate.interval_text})"


def _draw_target(ax: Axes, level: u.Quantity, target: u.Quantity, text: str) -> None:
    """Draw the sensed delta-v at which the computer cuts off, once for all flights that share it."""
    y = level.to_value(_MPS)
    if level != target:
        text += " from ignition"
    if text in {other.get_text() for other in ax.texts}:
        return
    top = ax.get_ylim()[1]
    if y > top:
        text, y, shift = f"{text}, above this view", top, -3 - style.text_size(ax)
    else:
        ax.axhline(y, color=ink(ax), linewidth=1.0, linestyle=(0, (1, 1)), zorder=1)
        shift = 3
    ax.annotate(
        text,
        (0.0, y),
        (4, shift),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=style.text_size(ax),
        color=ink(ax),
        **style.LITERAL,
    )


def _mark_cutoff(ax: Axes, curve: Curve, record: BurnRecord, cutoff: Event, zero: Time) -> list[notes.Note]:
    """Mark what was true and what was sensed at cut-off, and return the texts."""
    x = (cutoff.time - zero).to_value(u.s)
    true, sensed = cutoff.true.delta_v.to_value(_MPS), cutoff.estimated.delta_v.to_value(_MPS)
    notes.mark(ax, x, true, cutoff, curve)
    long = f"{record.duration.to_value(u.s):.1f} s"
    what = long if style.is_narrow(ax) else f"{cutoff.name}\nat {long}"
    decimals = curve.flight.scenario.delta_v_decimals(2)
    told_true, told_sensed = f"true {true:.{decimals}f} m/s", f"sensed {sensed:.{decimals}f} m/s"
    if told_true.split()[1] == told_sensed.split()[1]:
        if style.is_narrow(ax):
            return [notes.Note(x, true, long, curve.color)]
        return [notes.Note(x, true, f"{what}, {told_sensed}", curve.color)]
    notes.mark(ax, x, sensed, cutoff, curve)
    return [
        notes.Note(x, true, f"{what}, {told_true}", curve.color),
        notes.Note(x, sensed, told_sensed, curve.color),
    ]


def _events(flight: Flight, index: int) -> tuple[Event, Event]:
    """Return the ignition and the cut-off of a burn."""
    ignitions = [event for event in flight.timeline if event.kind is EventKind.IGNITION]
    cutoffs = [event for event in flight.timeline if event.kind is EventKind.CUTOFF]
    return ignitions[index], cutoffs[index]


def _record(curve: Curve, index: int) -> BurnRecord:
    burns = curve.flight.burns
    if not burns:
        raise InputError(f"'{curve.label}' has no burns to draw: give a flight whose plan has a Burn that was flown")
    if not 0 <= index < len(burns):
        raise InputError(f"index = {index}: '{curve.label}' has {len(burns)} burns, expected 0 to {len(burns) - 1}")
    return burns[index]


def _are_two(axes: Any) -> bool:
    return axes is not None and len(axes) == 2 and all(isinstance(ax, Axes) for ax in axes)


def _panels(axes: Sequence[Axes] | None, title: str) -> NDArray[np.object_]:
    if axes is None:
        _, new = plt.subplots(
            2,
            1,
            sharex=True,
            figsize=(style.WIDTH_IN, 4.6),
            dpi=style.DPI,
            layout="constrained",
            height_ratios=(2.2, 1.0),
        )
        style.write_title(new[0], title)
        return np.asarray(new, dtype=object)
    if not _are_two(axes):
        raise InputError(f"axes = {axes!r}: expected two matplotlib Axes, for delta-v and thrust")
    return np.array(list(axes), dtype=object)
