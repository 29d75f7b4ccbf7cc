"""What would have come of a burn, had its timer run for longer or shorter: the answers, flown before they are asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.analysis import has_relief
from lunarsim.campaign import with_values
from lunarsim.errors import InputError
from lunarsim.flight import BurnRecord, Cutoff, Flight, GroundContact, Outcome, simulate
from lunarsim.mission import Scenario
from lunarsim.pages.headline import distance_text
from lunarsim.plan import Burn

MINUS = "\N{MINUS SIGN}"

_FROM, _TO = 0.3, 1.15  # of the duration that was flown
_COUNT = 54
_STEPS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
_MOST = 400


def timed_burn(flight: Flight) -> int | None:
    """Return the place in the plan of the last burn that a timer ended; None where there is none."""
    places = [k for k, phase in enumerate(flight.scenario.plan) if isinstance(phase, Burn)]
    timed = [k for k, record in zip(places, flight.burns, strict=False) if record.cutoff is Cutoff.TIMER]
    return timed[-1] if timed else None


def document(flight: Flight, planned: Flight | None, durations: u.Quantity | None) -> dict[str, Any] | None:
    """Return the ends of a flight for many times of its burn's timer; None where no timer ended a burn, and none asked.

    Raises
    ------
    InputError
        If durations are asked for where no timer ended a burn, or are no times greater than zero.
    """
    place = timed_burn(flight)
    if durations is not None and durations.size == 0:
        return None
    if place is None:
        if durations is None:
            return None
        raise InputError(
            f"burn_times = {durations}: no burn of '{flight.scenario.name}' was ended by its timer, which is what they "
            "set: leave them out"
        )
    record = _record(flight, place)
    told = float(record.duration.to_value(u.s))
    marks: list[dict[str, Any]] = [{"name": f"flown: {told:.0f} s", "duration_s": round(told, 3)}]
    if planned is not None and (found := _record_or_none(planned, place)) is not None:
        first = float(found.duration.to_value(u.s))
        marks.insert(0, {"name": f"planned: {first:.0f} s", "duration_s": round(first, 1)})
    asked = _asked(durations, told, [float(mark["duration_s"]) for mark in marks])
    rows = [
        row for each in asked if (row := _row(flight, place, float(each), needed=durations is not None)) is not None
    ]
    return {
        "name": record.name,
        "on_sphere": not has_relief(flight.scenario.moon.terrain),
        "ground_km": round(_ground_km(flight), 3),
        "marks": marks,
        "start": int(np.argmin([abs(float(row["duration_s"]) - told) for row in rows])),
        "rows": rows,
    }


def _ground_km(flight: Flight) -> float:
    """Return how high the ground is that pictures draw: where the flight met it, or else the lowest of the terrain."""
    down = isinstance(flight.outcome, GroundContact)
    height = flight.outcome.elevation if down else flight.scenario.moon.terrain.lowest
    return float(height.to_value(u.km))


def _asked(durations: u.Quantity | None, told_s: float, marks_s: list[float]) -> NDArray[np.float64]:
    if durations is not None:
        given = checks.quantity("burn_times", durations, u.s, shape=(durations.size,), positive=True).value
        if given.size > _MOST:
            raise InputError(f"burn_times holds {given.size} times: expected at most {_MOST}, each of which is flown")
        return np.unique(given)
    first, last = _FROM * told_s, _TO * told_s
    step = next((each for each in _STEPS_S if each >= (last - first) / _COUNT), _STEPS_S[-1])
    even = step * np.arange(np.ceil(first / step), np.floor(last / step) + 1)
    return np.unique(np.round(np.concatenate([even, marks_s]), 6))


def _row(flight: Flight, place: int, duration_s: float, *, needed: bool) -> dict[str, Any] | None:
    """Return what comes of a burn of a duration; None where there can be none, as one into the next ignition."""
    try:
        scenario = with_values(flight.scenario, {f"plan.{place}.timer": duration_s * u.s})
    except InputError:
        if needed:
            raise
        return None
    other = _flown(scenario, flight.integrator)
    record = _record_or_none(other, place)
    after = other.outcome.state if record is None else record.after
    end = other.outcome
    down = isinstance(end, GroundContact)
    apolune_km = float(after.apolune.to_value(u.km))
    row: dict[str, Any] = {
        "duration_s": duration_s,
        "perilune_km": round(float(after.perilune.to_value(u.km)), 3),
        "apolune_km": round(apolune_km, 3) if np.isfinite(apolune_km) else None,
        "outcome": str(end),
        "impact": None,
        "delta_v_mps": None if record is None else round(float(record.delta_v.to_value(u.m / u.s)), 3),
    }
    if down:
        row["impact"] = {
            "utc": f"{end.time.utc.isot}Z",
            "latitude_deg": round(float(end.latitude.deg), 4),
            "longitude_deg": round(float(end.longitude.deg), 4),
            "speed_mps": round(float(end.speed.to_value(u.m / u.s)), 1),
        }
    row["words"] = _ended_before(record, duration_s) + _words(row, end, other)
    return row


def _ended_before(record: BurnRecord | None, timer_s: float) -> str:
    """Return what ended a burn, and when, where that was not its timer."""
    if record is None or record.cutoff is Cutoff.TIMER:
        return ""
    return f"The {record.cutoff.value} ends the burn after {record.duration.to_value(u.s):.1f} of {timer_s:.1f} s. "


def _flown(scenario: Scenario, integrator: str) -> Flight:
    """Return a flight by the compiled integrator, or by another where a part of the scenario is plain Python."""
    try:
        return simulate(scenario, integrator="collocation")
    except InputError:
        return simulate(scenario, integrator=integrator)


def _words(row: dict[str, Any], end: Outcome, flight: Flight) -> str:
    """Return an answer in a sentence."""
    high = "an open orbit" if row["apolune_km"] is None else f"{row['perilune_km']:.1f} x {row['apolune_km']:.1f} km"
    orbit = f"The burn leaves an orbit of {high.replace('-', MINUS)}."
    if row["impact"] is None:
        return f"{orbit} The craft is still up {_span((end.time - flight.start).to_value(u.s))} after the start."
    sites = [
        f"{distance_text(end.distance_to(site))} from the {site.title}"
        for site in flight.scenario.sites.values()
        if site.title
    ]
    north = f"{abs(end.latitude.deg):.2f}\N{DEGREE SIGN} {'S' if end.latitude.deg < 0.0 else 'N'}"
    east = f"{end.longitude.deg % 360.0:.2f}\N{DEGREE SIGN} E"
    where = ", ".join([f"at {north} {east}", *sites[:1]])
    clock = end.time.utc.strftime("%H:%M:%S")
    return f"{orbit} It meets the ground at {clock} UTC {where}, at {end.speed.to_value(u.m / u.s):,.0f} m/s."


def _span(seconds: float) -> str:
    return f"{seconds / 3600.0:.1f} hours" if seconds > 5400.0 else f"{seconds / 60.0:.0f} minutes"


def _record(flight: Flight, place: int) -> BurnRecord:
    found = _record_or_none(flight, place)
    assert found is not None  # it is the burn that a timer ended
    return found


def _record_or_none(flight: Flight, place: int) -> BurnRecord | None:
    """Return the record of the burn at a place of the plan; None where the flight ended before it."""
    before = sum(isinstance(phase, Burn) for phase in flight.scenario.plan[:place])
    return flight.burns[before] if before < len(flight.burns) else None
