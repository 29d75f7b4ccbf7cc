"""The columns of a campaign's results: inputs by path, outputs by name, and their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.campaign.chunk import Columns
from lunarsim.campaign.manifest import Column
from lunarsim.campaign.paths import Path
from lunarsim.kernels import run

Table = NDArray[np.float64]


def _number(place: int) -> Callable[[Table], Table]:
    return lambda results: results[:, place]


def _degrees(place: int) -> Callable[[Table], Table]:
    return lambda results: np.degrees(results[:, place])


def _height(results: Table) -> Table:
    return results[:, run.RADIUS] - constants.MOON_RADIUS_M


_OF_RUN: tuple[tuple[Column, Callable[[Table], Table]], ...] = (
    (Column(name="outcome", words="how the run ended, a code", dtype="int8"), _number(run.OUTCOME)),
    (Column(name="failure", words="why it could not be flown, a code; 0: it was", dtype="int8"), _number(run.FAILURE)),
    (Column(name="end_s", unit="s", words="end, after the scenario's epoch"), _number(run.END_S)),
    (Column(name="latitude_deg", unit="deg", words="latitude at the end (ME)"), _degrees(run.LATITUDE)),
    (Column(name="longitude_deg", unit="deg", words="east longitude at the end (ME)"), _degrees(run.LONGITUDE)),
    (Column(name="height_m", unit="m", words="height at the end above 1737.4 km"), _height),
    (Column(name="speed_mps", unit="m / s", words="inertial speed at the end"), _number(run.SPEED)),
    (Column(name="flight_path_deg", unit="deg", words="flight-path angle at the end"), _degrees(run.FLIGHT_PATH)),
    (Column(name="mass_kg", unit="kg", words="mass at the end"), _number(run.END_MASS)),
    *(
        (
            Column(name=f"{axis}_m", unit="m", words=f"position at the end, ICRF {axis}"),
            _number(run.END_POSITION.start + k),
        )
        for k, axis in enumerate("xyz")
    ),
    *(
        (
            Column(name=f"v{axis}_mps", unit="m / s", words=f"velocity at the end, ICRF {axis}"),
            _number(run.END_VELOCITY.start + k),
        )
        for k, axis in enumerate("xyz")
    ),
)
_OF_BURN: tuple[tuple[str, str, str, int], ...] = (
    ("cutoff", "", "how burn {} ended, a code", run.CUTOFF),
    ("ignition_s", "s", "ignition of burn {}, after the scenario's epoch", run.BURN_START),
    ("duration_s", "s", "duration of burn {}", run.BURN_DURATION),
    ("dv_mps", "m / s", "delta-v of burn {}", run.BURN_DV),
    ("dv_sensed_mps", "m / s", "sensed delta-v of burn {}", run.BURN_DV_SENSED),
    ("propellant_kg", "kg", "propellant of burn {}", run.BURN_PROPELLANT),
)


def _outputs(burns: int) -> list[tuple[Column, Callable[[Table], Table]]]:
    made = list(_OF_RUN)
    for k in range(burns):
        for name, unit, words, place in _OF_BURN:
            column = Column(
                name=f"burn{k}_{name}",
                unit=unit,
                words=words.format(k),
                dtype="int8" if name == "cutoff" else "float64",
            )
            made.append((column, _number(run.BURNS + k * run.BURN_SIZE + place)))
    return made


def described(inputs: Mapping[str, Path], burns: int) -> tuple[Column, ...]:
    """Return all columns of a campaign: first its inputs, then what came out."""
    made = [
        Column(
            name=name,
            unit="" if path.unit == u.one else path.unit.to_string(),
            words="present" if name.startswith("faults.") else "offset from the scenario" if path.offset else "input",
            dtype="bool" if name.startswith("faults.") else "float64",
        )
        for name, path in inputs.items()
    ]
    return (*made, *(column for column, _ in _outputs(burns)))


def outputs(results: Table, burns: int) -> Columns:
    """Return the columns of what came out of runs."""
    return {
        column.name: np.ascontiguousarray(values(results)).astype(column.dtype) for column, values in _outputs(burns)
    }
