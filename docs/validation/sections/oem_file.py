"""Orbit Ephemeris Messages, read and interpolated by the package ``oem``."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import oem
from astropy import units as u

import lunarsim as ls
from lunarsim.mission.clock import time_after

from . import report

PEERS = ("oem", "astropy")


def flights() -> dict[str, ls.Flight]:
    """Return a flight with a burn that ends on the ground, and a day in a low orbit."""
    return {
        "Luna-25, burn and coast to the ground": ls.simulate(ls.load_scenario("luna25")),
        "100 km polar orbit, one day": ls.propagate(report.polar_orbit(), 1 * u.day),
    }


def compare(flight: ls.Flight, time_system: str) -> dict[str, Any]:
    """Write a flight, read it back, and interpolate between the states of the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flight.oem"
        ls.write_oem(flight, path, time_system=time_system)
        message = oem.OrbitEphemerisMessage.open(path)
    states = list(message.states)
    at_states = max(
        np.linalg.norm(state.position * 1e3 - flight.at(state.epoch).position.to_value(u.m)) for state in states
    )
    position, velocity = 0.0, 0.0
    for segment, phase in zip(message, flight.trajectory.phases, strict=True):
        piece = phase.segment
        for moment in time_after(flight.start, np.linspace(piece.start_s + 1e-3, piece.end_s - 1e-3, 301)):
            read, flown = segment(getattr(moment, time_system.lower())), flight.at(moment)
            position = max(position, np.linalg.norm(read.position * 1e3 - flown.position.to_value(u.m)))
            velocity = max(velocity, np.linalg.norm(read.velocity * 1e3 - flown.velocity.to_value(u.m / u.s)))
    return {
        "segments": len(list(message)),
        "states": len(states),
        "at_states_m": float(at_states),
        "between_m": float(position),
        "between_mps": float(velocity),
    }


def measure() -> dict[str, Any]:
    """Compare each flight in both time systems."""
    start = time.perf_counter()
    rows = [
        {"flight": name, "time_system": system, **compare(flight, system)}
        for name, flight in flights().items()
        for system in ("UTC", "TDB")
    ]
    return {"rows": rows, "made": report.made_by("oem", PEERS, time.perf_counter() - start)}


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table."""
    rows = [
        (
            row["flight"],
            row["time_system"],
            f"{row['segments']}",
            f"{row['states']}",
            *(report.few(row[key]) for key in ("at_states_m", "between_m", "between_mps")),
        )
        for row in results["rows"]
    ]
    header = ("flight", "time system", "segments", "states", "off at the states, m", "between them, m", "m/s")
    return {"oem": report.table(header, rows) + report.footer(results["made"])}
