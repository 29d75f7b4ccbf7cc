"""What a run reports, each number declared once: the fields of the kernels' records, the columns, what they are.

The kernels write the fields by name: :mod:`lunarsim.kernels.driver.results` those of a run, ``write_burn`` those of a
burn or a guided phase. A further number is a line here, and its value there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.campaign import reference
from lunarsim.flight import Flight
from lunarsim.kernels.codes import SOUND
from lunarsim.kernels.records import Record, Records, record
from lunarsim.records import field_name, si
from lunarsim.statistics import CROSSRANGE

_MPS = u.m / u.s


@dataclass(frozen=True)
class Output:
    """One number of a run's results.

    Attributes
    ----------
    name : str
        Its name, without a unit.
    unit : Unit
        Of the column: of SI, or with degrees where the kernels write radians.
    text : str
        What it is; of a burn, with ``{}`` for which.
    code : bool
        Whether it is a whole number that stands for something.
    guided : bool
        Whether it is a column of scenarios with guided phases alone.
    estimates : bool
        Whether it is a column of crafts that keep an estimate of their own alone.
    monitored : bool
        Whether it is a column of crafts whose computer has monitors alone.
    continuous : bool
        Whether it has no unit and is no count either.
    kept : bool
        Whether it is a column at all.
    of_flight : callable, optional
        What a reference flight says of it, or the record of a burn or a guided phase and that phase: a number, a
        quantity, a time, or None where it says nothing. The cross-check holds the column against it.
    """

    name: str
    unit: u.UnitBase
    text: str
    code: bool = False
    guided: bool = False
    estimates: bool = False
    monitored: bool = False
    continuous: bool = False
    kept: bool = True
    of_flight: Callable[..., Any] = lambda *_: None

    def __post_init__(self) -> None:
        if not (self.unit == si(self.unit) or self._in_degrees):
            raise TypeError(f"{self.name}: unit {self.unit}, expected one of SI, or degrees for radians")

    @cached_property
    def _in_degrees(self) -> bool:
        return self.unit in (u.deg, u.deg / u.s)

    @cached_property
    def field(self) -> str:
        """Its name in the record."""
        return field_name(self.name, self.unit)

    @cached_property
    def column(self) -> str:
        """Its name as a column."""
        suffix = self.field.removeprefix(self.name)
        return self.name + (suffix.replace("rad", "deg") if self._in_degrees else suffix)

    @property
    def dtype(self) -> Literal["int8", "float64"]:
        """The type of its column."""
        return "int8" if self.code else "float64"

    def of_reference(self, start: Time, *flown: Any) -> float | None:
        """Return it as its column holds it, from a reference flight, or a record and its phase; None: it says nothing.

        Times are counted from ``start``.
        """
        said = self.of_flight(*flown)
        if isinstance(said, Time):
            said = (said - start).to(u.s)
        return float(said.to_value(self.unit)) if isinstance(said, u.Quantity) else said

    def values(self, results: Records) -> NDArray[np.float64]:
        """Return it as its column holds it, from the records of some runs."""
        written = np.ascontiguousarray(results[self.field])
        return (np.degrees(written) if self._in_degrees else written).astype(self.dtype)


def _state(axis: int, vector: str) -> Callable[[Flight], u.Quantity]:
    return lambda flight: getattr(flight.outcome.state, vector)[axis]


def _at_touchdown(name: str) -> Callable[[Flight], u.Quantity | None]:
    return lambda flight: reference.at_touchdown(flight, name)


def _cycles(name: str, text: str) -> Output:
    counted = f"cycles_{name}"
    return Output(counted, u.one, text, guided=True, of_flight=lambda flight: reference.cycles(flight, counted))


def _navigation(name: str, unit: u.UnitBase, text: str, **more: Any) -> Output:
    named = f"navigation_{name}"
    return Output(named, unit, text, estimates=True, of_flight=lambda flight: reference.at_end(flight, name), **more)


OF_RUN = (
    Output("outcome", u.one, "how the run ended, a code", code=True, of_flight=reference.outcome),
    Output("failure", u.one, "why it could not be flown, a code; 0: it was", code=True, of_flight=lambda _: SOUND),
    Output("end", u.s, "end, after the scenario's epoch", of_flight=lambda flight: flight.end),
    Output("latitude", u.deg, "latitude at the end (ME)", of_flight=lambda flight: flight.outcome.latitude),
    Output("longitude", u.deg, "east longitude at the end (ME)", of_flight=lambda flight: flight.outcome.longitude),
    Output(
        "altitude", u.m, "altitude at the end above 1737.4 km", of_flight=lambda flight: flight.outcome.state.altitude
    ),
    Output("speed", _MPS, "inertial speed at the end", of_flight=lambda flight: flight.outcome.speed),
    Output(
        "flight_path",
        u.deg,
        "flight-path angle at the end",
        of_flight=lambda flight: flight.outcome.flight_path_angle,
    ),
    Output(
        "mass", u.kg, "mass at the end", of_flight=lambda flight: flight.mass[-1] if flight.scenario.craft else None
    ),
    *(
        Output(axis, u.m, f"position at the end, ICRF {axis}", of_flight=_state(k, "position"))
        for k, axis in enumerate("xyz")
    ),
    *(
        Output(f"v{axis}", _MPS, f"velocity at the end, ICRF {axis}", of_flight=_state(k, "velocity"))
        for k, axis in enumerate("xyz")
    ),
    Output("descent_rate", _MPS, "descent rate at touchdown", guided=True, of_flight=_at_touchdown("vertical_speed")),
    Output(
        "horizontal_speed",
        _MPS,
        "speed along the ground at touchdown",
        guided=True,
        of_flight=_at_touchdown("horizontal_speed"),
    ),
    Output("tilt", u.deg, "thrust axis from the vertical at touchdown", guided=True, of_flight=_at_touchdown("tilt")),
    Output("slope", u.deg, "slope of the ground at touchdown", guided=True, of_flight=_at_touchdown("slope")),
    Output(
        "downrange_miss",
        u.m,
        "downrange of the landing site, positive beyond it",
        guided=True,
        of_flight=lambda flight: reference.miss(flight)[0],
    ),
    Output(
        "crossrange_miss",
        u.m,
        f"{CROSSRANGE}: from the landing site",
        guided=True,
        of_flight=lambda flight: reference.miss(flight)[1],
    ),
    Output("propellant_left", u.kg, "propellant left at the end", guided=True, of_flight=reference.propellant_left),
    _cycles("below_glide_slope", "guidance cycles below the glide slope"),
    _cycles("out_of_view", "guidance cycles with the site out of view"),
    _cycles("without_command", "guidance cycles without a command"),
    Output(
        "alarms",
        u.one,
        "how often a monitor of the computer called",
        monitored=True,
        of_flight=reference.alarms,
    ),
    _navigation("position_error", u.m, "distance between estimated and true position at the end"),
    _navigation("velocity_error", _MPS, "difference of estimated and true velocity at the end"),
    _navigation("altitude_error", u.m, "estimated less true altitude at the end"),
    _navigation("position_sigma", u.m, "standard deviation of the position at the end, as the filter has it"),
    _navigation("velocity_sigma", _MPS, "standard deviation of the velocity at the end, as the filter has it"),
    _navigation("altitude_sigma", u.m, "standard deviation of the altitude at the end, as the filter has it"),
    _navigation(
        "nees", u.one, "normalised squared error of position and velocity at the end, chi-square of 6", continuous=True
    ),
    _navigation(
        "nis",
        u.one,
        "mean normalised squared innovation of what was taken; a consistent filter's is 1",
        continuous=True,
    ),
    _navigation("innovations", u.one, "numbers that were measured and taken"),
    _navigation("altimeter_rejected", u.one, "samples of the altimeter that the filter rejected"),
    _navigation("velocimeter_rejected", u.one, "samples of the velocimeter that the filter rejected"),
    _navigation("restarts", u.one, "how often the filter began again"),
    Output("evaluations", u.one, "evaluations of the field, at eight places each", kept=False),
)
#: Of each burn and each guided phase.
OF_BURN = (
    Output("cutoff", u.one, "how {} ended, a code", code=True, of_flight=reference.reason),
    Output("ignition", u.s, "start of {}, after the scenario's epoch", of_flight=reference.start),
    Output("duration", u.s, "duration of {}", of_flight=lambda record, _: record.duration),
    Output("dv", _MPS, "delta-v of {}", of_flight=lambda record, _: record.delta_v),
    Output("dv_sensed", _MPS, "sensed delta-v of {}", of_flight=reference.delta_v_sensed),
    Output("propellant", u.kg, "propellant of {}", of_flight=lambda record, _: record.propellant),
)

RESULT = record((each.field, float) for each in OF_RUN)
BURN = record((each.field, float) for each in OF_BURN)


class Results(NamedTuple):
    """What came out of some runs: SI numbers, by the names of the fields."""

    runs: Records  #: shape (n,)
    burns: Records  #: shape (n, burns and guided phases)

    @classmethod
    def empty(cls, runs: int, burns: int) -> Results:
        """Return results that the kernels can write into."""
        return cls(np.zeros(runs, RESULT), np.zeros((runs, burns), BURN))


def ended_alike(run: Record, other: Record) -> bool:
    """Return whether two runs ended alike; how often the field was evaluated is no matter."""
    return all(np.array_equal(run[each.field], other[each.field], equal_nan=True) for each in OF_RUN if each.kept)
