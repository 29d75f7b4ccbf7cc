"""A burn: true and sensed delta-v against the target, and the thrust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.time import Time
from matplotlib.axes import Axes
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.flight import Event, EventKind, Flight, Histories
from lunarsim.plots.style import notes, placing, style
from lunarsim.plots.style.colours import ink, paper
from lunarsim.plots.style.style import AnyCurve

_MPS = u.m / u.s
_DECIMALS = 2  # of delta-v, where the scenario does not know fewer


def burn(
    *flights: Flight | Histories,
    labels: Sequence[str] | None = None,
    index: int = 0,
    axes: Sequence[Axes] | None = None,
) -> NDArray[np.object_]:
    """Draw one burn of each flight: true and sensed delta-v against the target above, thrust below.

    Parameters
    ----------
    *flights : Flight or Histories
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
        start of the flight, as in the flight's histories. Of histories alone neither the target nor what ended the
        burn is known, and the burn lasts as long as there is thrust.

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
    curves = style.any_curves("burn", flights, labels)
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
        if isinstance(curve.flight, Flight):
            _draw_target(above, curve.flight, record, index)
        texts += _mark_cutoff(above, curve, record, zero)
        below.axvline((record.cutoff - zero).to_value(u.s), color=curve.color, linewidth=0.8, linestyle=":", zorder=1)
    when = style.with_unit(f"Time after ignition at {style.utc(zero)} UTC", u.s)
    together = above.get_shared_x_axes().joined(above, below)
    style.dress(above, "" if together else when, style.with_unit("Delta-v", _MPS))
    style.dress(below, when, style.with_unit("Thrust", u.N))
    placing.place(above, texts, columns=2 if style.is_narrow(above) else 1)
    return panels


class _Burnt(NamedTuple):
    """A burn as the figure tells it."""

    ignition: Time
    cutoff: Time
    duration: u.Quantity
    name: str  #: of its end
    true_mps: float  #: at its end, since the start of the flight
    sensed_mps: float
    decimals: int  #: of delta-v in words


def _draw(above: Axes, below: Axes, curve: AnyCurve, zero: Time) -> None:
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
    steps: dict[str, Any] = (
        {"drawstyle": "steps-post"} if isinstance(flight, Histories) else {}
    )  # no sample stands before a jump
    below.plot(x, flight.thrust.to_value(u.N), label=curve.label, **steps, **line, **shared)


def _limit(above: Axes, below: Axes, records: Sequence[_Burnt], zero: Time) -> None:
    """Limit the view to the burns, in time, delta-v and thrust."""
    ends = [(record.ignition - zero).to_value(u.s) + record.duration.to_value(u.s) for record in records]
    last = max([*ends, 1.0])  # s: a burn without propellant has no length
    above.set_xlim(-0.04 * last, 1.2 * last)
    below.set_xlim(above.get_xlim())
    for ax in (above, below):
        top = max([*(float(np.nanmax(np.asarray(line.get_ydata()))) for line in ax.lines), 1.0])
        ax.set_ylim(-0.08 * top, 1.25 * top)


def _target_in_words(ax: Axes, flight: Flight, target: u.Quantity, record: _Burnt, index: int) -> str:
    """Return a target to the digits that are known, and its interval where there is one and room for it."""
    certificate = flight.scenario.inferred_target(index)
    text = f"target {target.to_value(_MPS):.{record.decimals}f} m/s"
    return text if certificate is None or style.is_narrow(ax) else f"{text} (90 %: {certificate.interval_text})"


def _draw_target(ax: Axes, flight: Flight, record: _Burnt, index: int) -> None:
    """Draw the sensed delta-v at which the computer cuts off, once for all flights that share it."""
    target = flight.burns[index].target_delta_v
    level = _events(flight, index)[0].estimated.delta_v + target
    y, text = level.to_value(_MPS), _target_in_words(ax, flight, target, record, index)
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


def _mark_cutoff(ax: Axes, curve: AnyCurve, record: _Burnt, zero: Time) -> list[notes.Note]:
    """Mark what was true and what was sensed at cut-off, and return the texts."""
    x, true, sensed = (record.cutoff - zero).to_value(u.s), record.true_mps, record.sensed_mps
    notes.mark(ax, x, true, EventKind.CUTOFF, curve)
    long = f"{record.duration.to_value(u.s):.1f} s"
    what = long if style.is_narrow(ax) else f"{record.name}\nat {long}"
    told_true, told_sensed = (
        f"{word} {dv:.{record.decimals}f} m/s" for word, dv in (("true", true), ("sensed", sensed))
    )
    if told_true.split()[1] == told_sensed.split()[1]:
        if style.is_narrow(ax):
            return [notes.Note(x, true, long, curve.color)]
        return [notes.Note(x, true, f"{what}, {told_sensed}", curve.color)]
    notes.mark(ax, x, sensed, EventKind.CUTOFF, curve)
    return [
        notes.Note(x, true, f"{what}, {told_true}", curve.color),
        notes.Note(x, sensed, told_sensed, curve.color),
    ]


def _events(flight: Flight, index: int) -> tuple[Event, Event]:
    """Return the ignition and the cut-off of a burn."""
    ignitions = [event for event in flight.timeline if event.kind is EventKind.IGNITION]
    cutoffs = [event for event in flight.timeline if event.kind is EventKind.CUTOFF]
    return ignitions[index], cutoffs[index]


def _record(curve: AnyCurve, index: int) -> _Burnt:
    flight = curve.flight
    burns = flight.burns
    if not burns:
        raise InputError(f"'{curve.label}' has no burns to draw: give a flight whose plan has a Burn that was flown")
    if not 0 <= index < len(burns):
        raise InputError(f"index = {index}: '{curve.label}' has {len(burns)} burns, expected 0 to {len(burns) - 1}")
    if isinstance(flight, Histories):
        spell = flight.burns[index]
        true, sensed = (float(dv[spell.last].to_value(_MPS)) for dv in (flight.delta_v, flight.delta_v_sensed))
        return _Burnt(
            spell.ignition, flight.states.epoch[spell.last], spell.duration, "end of thrust", true, sensed, _DECIMALS
        )
    cutoff = _events(flight, index)[1]
    true, sensed = (float(told.delta_v.to_value(_MPS)) for told in (cutoff.true, cutoff.estimated))
    record, decimals = flight.burns[index], flight.scenario.delta_v_decimals(_DECIMALS)
    return _Burnt(record.ignition, cutoff.time, record.duration, cutoff.name, true, sensed, decimals)


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
