"""The columns of a campaign's results: inputs by path, outputs by name, and their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.campaign.inputs.paths import Path
from lunarsim.campaign.inputs.titles import title as title_of
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.manifest import Column
from lunarsim.kernels import places
from lunarsim.mission import Scenario
from lunarsim.plan import Burn, Guided
from lunarsim.statistics import CROSSRANGE

Table = NDArray[np.float64]


def _number(place: int) -> Callable[[Table], Table]:
    return lambda results: results[:, place]


def _degrees(place: int) -> Callable[[Table], Table]:
    return lambda results: np.degrees(results[:, place])


def _height(results: Table) -> Table:
    return results[:, places.RADIUS] - constants.MOON_RADIUS_M


_OF_RUN: tuple[tuple[Column, Callable[[Table], Table]], ...] = (
    (Column(name="outcome", words="how the run ended, a code", dtype="int8"), _number(places.OUTCOME)),
    (
        Column(name="failure", words="why it could not be flown, a code; 0: it was", dtype="int8"),
        _number(places.FAILURE),
    ),
    (Column(name="end_s", unit="s", words="end, after the scenario's epoch"), _number(places.END_S)),
    (Column(name="latitude_deg", unit="deg", words="latitude at the end (ME)"), _degrees(places.LATITUDE)),
    (Column(name="longitude_deg", unit="deg", words="east longitude at the end (ME)"), _degrees(places.LONGITUDE)),
    (Column(name="height_m", unit="m", words="height at the end above 1737.4 km"), _height),
    (Column(name="speed_mps", unit="m / s", words="inertial speed at the end"), _number(places.SPEED)),
    (Column(name="flight_path_deg", unit="deg", words="flight-path angle at the end"), _degrees(places.FLIGHT_PATH)),
    (Column(name="mass_kg", unit="kg", words="mass at the end"), _number(places.END_MASS)),
    *(
        (
            Column(name=f"{axis}_m", unit="m", words=f"position at the end, ICRF {axis}"),
            _number(places.END_POSITION.start + k),
        )
        for k, axis in enumerate("xyz")
    ),
    *(
        (
            Column(name=f"v{axis}_mps", unit="m / s", words=f"velocity at the end, ICRF {axis}"),
            _number(places.END_VELOCITY.start + k),
        )
        for k, axis in enumerate("xyz")
    ),
)
_OF_TOUCHDOWN: tuple[tuple[Column, Callable[[Table], Table]], ...] = (
    (Column(name="descent_rate_mps", unit="m / s", words="descent rate at touchdown"), _number(places.DESCENT_RATE)),
    (
        Column(name="horizontal_speed_mps", unit="m / s", words="speed along the ground at touchdown"),
        _number(places.HORIZONTAL_SPEED),
    ),
    (Column(name="tilt_deg", unit="deg", words="thrust axis from the vertical at touchdown"), _degrees(places.TILT)),
    (Column(name="slope_deg", unit="deg", words="slope of the ground at touchdown"), _degrees(places.SLOPE)),
    (
        Column(name="downrange_miss_m", unit="m", words="downrange of the landing site, positive beyond it"),
        _number(places.DOWNRANGE_MISS),
    ),
    (
        Column(name="crossrange_miss_m", unit="m", words=f"{CROSSRANGE}: from the landing site"),
        _number(places.CROSSRANGE_MISS),
    ),
    (Column(name="propellant_left_kg", unit="kg", words="propellant left at the end"), _number(places.PROPELLANT_LEFT)),
    (
        Column(name="looks_below_glide_slope", words="looks of the computer below the glide slope"),
        _number(places.LOOKS_BELOW_SLOPE),
    ),
    (
        Column(name="looks_out_of_view", words="looks with the site out of view"),
        _number(places.LOOKS_OUT_OF_VIEW),
    ),
    (
        Column(name="looks_without_command", words="looks at which guidance gave no command"),
        _number(places.LOOKS_WITHOUT_COMMAND),
    ),
)
_OF_RECORD: tuple[tuple[str, str, str, int], ...] = (
    ("cutoff", "", "how {} ended, a code", places.CUTOFF),
    ("ignition_s", "s", "start of {}, after the scenario's epoch", places.BURN_START),
    ("duration_s", "s", "duration of {}", places.BURN_DURATION),
    ("dv_mps", "m / s", "delta-v of {}", places.BURN_DV),
    ("dv_sensed_mps", "m / s", "sensed delta-v of {}", places.BURN_DV_SENSED),
    ("propellant_kg", "kg", "propellant of {}", places.BURN_PROPELLANT),
)


def _outputs(scenario: Scenario) -> list[tuple[Column, Callable[[Table], Table]]]:
    made = list(_OF_RUN)
    if scenario.guided:
        made += _OF_TOUCHDOWN
    for k, (prefix, title) in enumerate(records(scenario)):
        for name, unit, words, place in _OF_RECORD:
            column = Column(
                name=f"{prefix}_{name}",
                unit=unit,
                words=words.format(title),
                dtype="int8" if name == "cutoff" else "float64",
            )
            made.append((column, _number(places.BURNS + k * places.BURN_SIZE + place)))
    return made


def records(scenario: Scenario) -> list[tuple[str, str]]:
    """Return the burns and guided phases of a plan: what their columns begin with, and what they are.

    Burns are counted by themselves, ``burn0`` on; guided phases have their place in the plan, as ``phase3``.
    """
    made, burns = [], 0
    for k, phase in enumerate(scenario.plan):
        if isinstance(phase, Burn):
            made.append((f"burn{burns}", f"burn {burns}"))
            burns += 1
        elif isinstance(phase, Guided):
            made.append((f"phase{k}", f"phase {k}, {phase.name}"))
    return made


def described(inputs: Mapping[str, Path], scenario: Scenario) -> tuple[Column, ...]:
    """Return all columns of a campaign: first its inputs, then what came out."""
    made = [
        Column(
            name=name,
            unit="" if path.unit == u.one else path.unit.to_string(),
            words=f"input, {title_of(name, scenario)}" + (" (offset from the scenario)" if path.offset else ""),
            dtype="bool" if name.startswith("faults.") else "float64",
        )
        for name, path in inputs.items()
    ]
    return (*made, *(column for column, _ in _outputs(scenario)))


def outputs(results: Table, scenario: Scenario) -> Columns:
    """Return the columns of what came out of runs."""
    return {
        column.name: np.ascontiguousarray(values(results)).astype(column.dtype) for column, values in _outputs(scenario)
    }
