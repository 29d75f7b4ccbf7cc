"""What a run reports, each number declared once: the fields of the kernels' records, the columns, what they are.

The kernels write the fields by name: :mod:`lunarsim.kernels.driver.results` those of a run, ``write_burn`` those of a
burn or a guided phase. A further number is a line here, and its value there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

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
    kept : bool
        Whether it is a column at all.
    """

    name: str
    unit: u.UnitBase
    text: str
    code: bool = False
    guided: bool = False
    kept: bool = True

    def __post_init__(self) -> None:
        if not (self.unit == si(self.unit) or self._in_degrees):
            raise TypeError(f"{self.name}: unit {self.unit}, expected one of SI, or degrees for radians")

    @property
    def _in_degrees(self) -> bool:
        return self.unit in (u.deg, u.deg / u.s)

    @property
    def field(self) -> str:
        """Its name in the record."""
        return field_name(self.name, self.unit)

    @property
    def column(self) -> str:
        """Its name as a column."""
        suffix = self.field.removeprefix(self.name)
        return self.name + (suffix.replace("rad", "deg") if self._in_degrees else suffix)

    @property
    def dtype(self) -> Literal["int8", "float64"]:
        """The type of its column."""
        return "int8" if self.code else "float64"

    def values(self, results: Records) -> NDArray[np.float64]:
        """Return it as its column holds it, from the records of some runs."""
        written = np.ascontiguousarray(results[self.field])
        return (np.degrees(written) if self._in_degrees else written).astype(self.dtype)


OF_RUN = (
    Output("outcome", u.one, "how the run ended, a code", code=True),
    Output("failure", u.one, "why it could not be flown, a code; 0: it was", code=True),
    Output("end", u.s, "end, after the scenario's epoch"),
    Output("latitude", u.deg, "latitude at the end (ME)"),
    Output("longitude", u.deg, "east longitude at the end (ME)"),
    Output("altitude", u.m, "altitude at the end above 1737.4 km"),
    Output("speed", _MPS, "inertial speed at the end"),
    Output("flight_path", u.deg, "flight-path angle at the end"),
    Output("mass", u.kg, "mass at the end"),
    *(Output(axis, u.m, f"position at the end, ICRF {axis}") for axis in "xyz"),
    *(Output(f"v{axis}", _MPS, f"velocity at the end, ICRF {axis}") for axis in "xyz"),
    Output("descent_rate", _MPS, "descent rate at touchdown", guided=True),
    Output("horizontal_speed", _MPS, "speed along the ground at touchdown", guided=True),
    Output("tilt", u.deg, "thrust axis from the vertical at touchdown", guided=True),
    Output("slope", u.deg, "slope of the ground at touchdown", guided=True),
    Output("downrange_miss", u.m, "downrange of the landing site, positive beyond it", guided=True),
    Output("crossrange_miss", u.m, f"{CROSSRANGE}: from the landing site", guided=True),
    Output("propellant_left", u.kg, "propellant left at the end", guided=True),
    Output("cycles_below_glide_slope", u.one, "guidance cycles below the glide slope", guided=True),
    Output("cycles_out_of_view", u.one, "guidance cycles with the site out of view", guided=True),
    Output("cycles_without_command", u.one, "guidance cycles without a command", guided=True),
    Output("evaluations", u.one, "evaluations of the field, at eight places each", kept=False),
)
#: Of each burn and each guided phase.
OF_BURN = (
    Output("cutoff", u.one, "how {} ended, a code", code=True),
    Output("ignition", u.s, "start of {}, after the scenario's epoch"),
    Output("duration", u.s, "duration of {}"),
    Output("dv", _MPS, "delta-v of {}"),
    Output("dv_sensed", _MPS, "sensed delta-v of {}"),
    Output("propellant", u.kg, "propellant of {}"),
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
