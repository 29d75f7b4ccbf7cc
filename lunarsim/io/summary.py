"""A flight as plain values for JSON: units in the names, times in UTC."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim.analysis import budget
from lunarsim.flight import BurnRecord, Flight, GroundContact, Impact, Landed, Parting, PhaseRecord
from lunarsim.mission import Site
from lunarsim.orbits import State

_MPS = u.m / u.s
_ORBIT = ("perilune_km", "apolune_km")


def flight_summary(flight: Flight) -> dict[str, Any]:
    """Return burns, orbit and end of a flight as a dictionary that JSON can hold.

    Parameters
    ----------
    flight : Flight
        Any flight.

    Returns
    -------
    dict
        ``burn`` and ``orbit_after_burn`` of the last burn (None without one), all ``burns``, the ``outcome``
        in words, ``end`` (time and osculating orbit; None for the orbit of what is on the ground), ``impact`` (None
        without one), the guided ``phases`` and the propulsion ``budget`` (None without them), the ``touchdown`` (None
        without one on a landing gear), and the ``partings`` of what was measured or estimated from what was true.
    """
    burns = [_burn(record) for record in flight.burns]
    outcome = flight.outcome
    orbit = dict.fromkeys(_ORBIT) if isinstance(outcome, GroundContact) else _orbit(outcome.state)
    return {
        "burn": burns[-1] if burns else None,
        "orbit_after_burn": _orbit(flight.burns[-1].after) if burns else None,
        "burns": burns,
        "outcome": str(outcome),
        "end": {"utc": _utc(outcome.time), **orbit},
        "impact": _impact(outcome, flight) if isinstance(outcome, Impact) else None,
        "phases": [_phase(record) for record in flight.phases],
        "budget": _budget(flight) if flight.phases else None,
        "touchdown": _touchdown(outcome, flight) if isinstance(outcome, Landed) else None,
        "partings": [_parting(parting) for parting in flight.partings],
    }


def _phase(record: PhaseRecord) -> dict[str, Any]:
    up, across = record.velocity_after
    return {
        "name": record.name,
        "law": record.law,
        "start_utc": _utc(record.start),
        "duration_s": _number(record.duration, u.s),
        "ended_by": record.ended_by,
        "delta_v_mps": _number(record.delta_v, _MPS),
        "propellant_kg": _number(record.propellant, u.kg),
        "end_height_above_site_m": _number(record.height_after, u.m),
        "end_horizontal_speed_mps": _number(across, _MPS),
        "end_altitude_rate_mps": _number(up, _MPS),
    }


def _parting(parting: Parting) -> dict[str, Any]:
    unit = parting.apart.unit
    name = {u.m: "m", _MPS: "mps"}[unit]
    return {
        "quantity": parting.quantity,
        "lane": parting.lane,
        "utc": _utc(parting.time),
        "elapsed_s": _number(parting.elapsed, u.s),
        "where": parting.where,
        f"apart_{name}": _number(parting.apart, unit),
        f"sigma_{name}": None if parting.sigma is None else _number(parting.sigma, unit),
    }


def _budget(flight: Flight) -> dict[str, Any]:
    spent = budget(flight)
    rows = {
        row.name: {
            "delta_v_mps": _number(row.delta_v, _MPS),
            "propellant_kg": _number(row.propellant, u.kg),
            "gravity_loss_mps": _number(row.gravity_loss, _MPS),
            "steering_loss_mps": _number(row.steering_loss, _MPS),
        }
        for row in (*spent.rows, spent.total)
    }
    bounds = {
        f"{bound.name.replace(' ', '_')}_bound_mps": _number(bound.delta_v, _MPS)
        for bound in (spent.impulsive, spent.continuous)
        if bound is not None
    }
    return {**rows, **bounds}


def _touchdown(outcome: Landed, flight: Flight) -> dict[str, Any]:
    site, craft = flight.scenario.landing_site, flight.scenario.craft
    assert craft is not None  # it has a landing gear
    return {
        "verdict": outcome.verdict.value,
        "reasons": list(outcome.reasons),
        "utc": _utc(outcome.time),
        "latitude_deg": _number(outcome.latitude, u.deg),
        "longitude_deg": _number(outcome.longitude, u.deg),
        "descent_rate_mps": _number(outcome.vertical_speed, _MPS),
        "horizontal_speed_mps": _number(outcome.horizontal_speed, _MPS),
        "tilt_deg": _number(outcome.tilt, u.deg),
        "slope_deg": _number(outcome.slope, u.deg),
        "distance_to_site_m": _number(outcome.distance_to(site), u.m) if site else None,
        "delta_v_mps": _number(flight.delta_v[-1], _MPS),
        "propellant_left_kg": _number(flight.mass[-1] - craft.dry_mass, u.kg),
    }


def _burn(record: BurnRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "ignition_utc": _utc(record.ignition),
        "duration_s": _number(record.duration, u.s),
        "cutoff": record.cutoff.value,
        "delta_v_mps": _number(record.delta_v, _MPS),
        "delta_v_sensed_mps": _number(record.delta_v_sensed, _MPS),
        "target_delta_v_mps": _number(record.target_delta_v, _MPS),
        "propellant_kg": _number(record.propellant, u.kg),
    }


def _orbit(state: State) -> dict[str, float | None]:
    return {name: _number(height, u.km) for name, height in zip(_ORBIT, (state.perilune, state.apolune), strict=True)}


def _impact(outcome: Impact, flight: Flight) -> dict[str, Any]:
    crater: Site | None = flight.scenario.sites.get("crater")
    low, high = (None, None) if flight.scenario.craft is None else outcome.crater_diameter(flight.mass[-1])
    observed = flight.scenario.published.get("crater_diameter")
    return {
        "utc": _utc(outcome.time),
        "latitude_deg": _number(outcome.latitude, u.deg),
        "longitude_deg": _number(outcome.longitude, u.deg),
        "elevation_m": _number(outcome.elevation, u.m),
        "speed_mps": _number(outcome.speed, _MPS),
        "flight_path_angle_deg": _number(outcome.flight_path_angle, u.deg),
        "ground_relative_speed_mps": _number(outcome.ground_relative_speed, _MPS),
        "incidence_deg": _number(outcome.incidence, u.deg),
        "slope_deg": _number(outcome.slope, u.deg),
        "distance_to_crater_km": _number(outcome.distance_to(crater), u.km) if crater else None,
        "crater_diameter_low_m": None if low is None else _number(low, u.m),
        "crater_diameter_high_m": None if high is None else _number(high, u.m),
        "crater_diameter_observed_m": None if observed is None else _number(observed, u.m),
    }


def _number(quantity: u.Quantity, unit: u.UnitBase) -> float | None:
    value = float(quantity.to_value(unit))
    return value if np.isfinite(value) else None


def _utc(time: Time) -> str:
    return f"{time.utc.isot}Z"
