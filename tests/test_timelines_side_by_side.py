"""The events of two flights side by side: in order, the same beside the same, how they end last."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from astropy import units as u
from astropy.time import Time
from landing_example import landing
from rich.console import Console

import lunarsim as ls
from lunarsim.cli import report
from lunarsim.flight import EventKind
from lunarsim.pages.timeline import aligned

START = Time("2019-09-06T20:08:00", scale="tdb")


def flight(*events: tuple[float, EventKind, str]) -> Any:
    """Return what has a timeline and no guided phase: kinds and details at seconds."""
    told = [SimpleNamespace(time=START + t_s * u.s, kind=kind, detail=detail) for t_s, kind, detail in events]
    return SimpleNamespace(phases=(), timeline=told)


def seconds(rows: list[list[Any]]) -> list[tuple[float | None, ...]]:
    """Return the rows as seconds."""
    return [tuple(None if e is None else round(float((e.time - START).to_value(u.s)), 3) for e in row) for row in rows]


def test_a_touchdown_stands_below_what_the_other_flight_did_after_it() -> None:
    planned = flight((0, EventKind.PHASE, "braking"), (90, EventKind.PHASE, "hover"), (200, EventKind.TOUCHDOWN, ""))
    flown = flight((0, EventKind.PHASE, "braking"), (80, EventKind.TOUCHDOWN, ""))
    assert seconds(aligned({"planned": planned, "flown": flown})) == [(0.0, 0.0), (90.0, None), (200.0, 80.0)]


def test_a_cutoff_of_another_phase_stands_on_a_row_of_its_own_and_one_of_a_burn_does_not() -> None:
    planned = flight((90, EventKind.CUTOFF, "free fall"))
    flown = flight((40, EventKind.CUTOFF, "first braking"))
    assert seconds(aligned({"planned": planned, "flown": flown})) == [(None, 40.0), (90.0, None)]
    by_timer = flight((90, EventKind.CUTOFF, "timer"))
    as_sensed = flight((40, EventKind.CUTOFF, "sensed delta-v"))
    assert seconds(aligned({"planned": by_timer, "flown": as_sensed})) == [(90.0, 40.0)]


def test_of_events_in_another_order_one_stands_alone_and_both_flights_stay_in_order() -> None:
    planned = flight((10, EventKind.PHASE, "hover"), (20, EventKind.FAULT, "leak"))
    flown = flight((12, EventKind.FAULT, "leak"), (30, EventKind.PHASE, "hover"))
    rows = seconds(aligned({"planned": planned, "flown": flown}))
    for column in zip(*rows, strict=True):
        known = [t_s for t_s in column if t_s is not None]
        assert known == sorted(known)
        assert len(known) == 2


@pytest.mark.parametrize("off", [False, True])
def test_the_printed_timeline_fits_80_columns_and_leaves_out_an_estimate_that_is_the_truth(off: bool) -> None:
    scenario = landing()
    if off:
        scenario = scenario.with_faults(ls.faults.AccelerometerBias(bias=0.05 * u.m / u.s**2))
    flown = ls.simulate(scenario)
    console = Console(file=io.StringIO(), width=80)
    report.print_timelines(console, {"planned": flown, "flown": flown})
    assert isinstance(console.file, io.StringIO)
    words = console.file.getvalue()
    assert "\u2026" not in words
    assert "phase: approach" in words
    assert "sphere of 1737.4 km" in words
    assert ("est." in words) is off
