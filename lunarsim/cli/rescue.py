"""``lunarsim rescue``: the latest burn that would have saved a flight, and whether Earth could have commanded it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import typer
from astropy import units as u
from astropy.time import Time
from rich.console import Console

from lunarsim.cli.report import table
from lunarsim.errors import InputError, ScenarioError, shown
from lunarsim.inquiry import Rescue, latest_rescue
from lunarsim.kernels.notice import FLYING
from lunarsim.mission import Scenario

_CLOCK = "%H:%M:%S"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the options say: sizes of burns, by delta-v or by duration, and how a command gets on board."""

    delta_v: Sequence[str]
    duration: Sequence[str]
    thrust: str | None
    command_time: str
    orbits: float


def run(scenario: Scenario, asked: Asked, *, as_json: bool) -> None:
    """Find the latest rescue of each size, and print what it takes."""
    console = Console(stderr=as_json)
    sizes = [("delta_v", _quantity(text, "--delta-v")) for text in asked.delta_v]
    sizes += [("duration", _quantity(text, "--duration")) for text in asked.duration]
    if not sizes:
        raise ScenarioError("the size of the burn is missing: give --delta-v '10 m/s', or --duration '50 s'")
    thrust = None if asked.thrust is None else _quantity(asked.thrust, "--thrust")
    wait = _quantity(asked.command_time, "--command-time")
    try:
        with console.status(FLYING):
            found = [
                latest_rescue(scenario, **{name: size}, thrust=thrust, command_time=wait, orbits=asked.orbits)
                for name, size in sizes
            ]
    except InputError as error:
        raise ScenarioError(f"{scenario.name}: {error}") from error
    _print(console, scenario, found)
    if as_json:
        told = {"scenario": scenario.name, "rescues": [_summary(each) for each in found]}
        typer.echo(json.dumps(told, indent=2, allow_nan=False))


def _quantity(text: str, option: str) -> u.Quantity:
    try:
        given = u.Quantity(text)
    except (TypeError, ValueError):
        given = None
    if given is None or given.unit == u.one or not given.isscalar:
        raise ScenarioError(f"{option} {shown(text)}: expected a number with its unit, such as '10 m/s' or '50 s'")
    return given


def _print(console: Console, scenario: Scenario, found: Sequence[Rescue]) -> None:
    rows = table(
        "burn along\nthe velocity", title=f"{scenario.name}: the latest burn that still clears the ground, UTC"
    )
    for column in (
        "lasts\ns",
        "latest\nignition",
        "after\ncut-off s",
        "command\non board",
        "spare\ns",
        "clears by\nkm",
    ):
        rows.add_column(column, justify="right")
    for each in found:
        margin, after = each.margin, each.after_cutoff
        rows.add_row(
            f"{each.delta_v.to_value(u.m / u.s):.4g} m/s",
            f"{each.duration.to_value(u.s):.1f}",
            _clock(each.ignition) or "none does",
            "" if after is None else f"{after.to_value(u.s):.0f}",
            _clock(each.earliest_command) or "never",
            "" if margin is None else f"[{'green' if each.possible else 'red'}]{margin.to_value(u.s):.0f}[/]",
            "" if each.clearance is None else f"{each.clearance.to_value(u.km):.2f}",
        )
    console.print(rows)
    first = found[0]
    seen = ", ".join(f"{_clock(span.start)} to {_clock(span.end)}" for span in first.in_view) or "not before the ground"
    console.print(
        f"The failed burn ends at {_clock(first.cutoff)}. Light takes {first.signal_delay.to_value(u.s):.2f} s to the "
        f"Earth, which is in view {seen}. A command leaves {first.command_time.to_value(u.s):.0f} s after Earth knows. "
        "What a burn clears the ground by is the least height of a flight whose burn begins as soon as the command is "
        "on board.",
        highlight=False,
    )


def _clock(time: Time | None) -> str:
    return "" if time is None else str(time.utc.strftime(_CLOCK))


def _summary(each: Rescue) -> dict[str, Any]:
    """Return a rescue as JSON can hold it: units in the names, times in UTC."""
    return {
        "delta_v_mps": _number(each.delta_v, u.m / u.s),
        "duration_s": _number(each.duration, u.s),
        "cutoff_utc": _utc(each.cutoff),
        "latest_ignition_utc": _utc(each.ignition),
        "after_cutoff_s": _number(each.after_cutoff, u.s),
        "signal_delay_s": _number(each.signal_delay, u.s),
        "command_time_s": _number(each.command_time, u.s),
        "earth_in_view_utc": [[_utc(span.start), _utc(span.end)] for span in each.in_view],
        "known_utc": _utc(each.known),
        "earliest_command_utc": _utc(each.earliest_command),
        "latest_command_sent_utc": _utc(each.latest_command_sent),
        "margin_s": _number(each.margin, u.s),
        "possible": each.possible,
        "clearance_km": _number(each.clearance, u.km),
    }


def _number(quantity: u.Quantity | None, unit: u.UnitBase) -> float | None:
    value = np.nan if quantity is None else float(quantity.to_value(unit))
    return value if np.isfinite(value) else None


def _utc(time: Time | None) -> str | None:
    return None if time is None else f"{time.utc.isot}Z"
