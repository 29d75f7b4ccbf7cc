"""Histories of a flight as columns of plain numbers, for pandas and for xarray."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
from astropy import units as u
from astropy.table import QTable
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import __version__, constants
from lunarsim.errors import LunarsimError
from lunarsim.flight.result.outcome import Outcome
from lunarsim.mission.scenario import Scenario

FRAME = "Moon-centred, ICRF axes; latitude and longitude in ME of DE421"
_AXES = ("x", "y", "z")
_SUFFIXES = {u.m / u.s: "mps", u.N: "n"}  # where the unit's own text is no part of a name

_LONG_NAMES = {
    "elapsed": "time since the start of the flight",
    "position": "position from the Moon's centre, ICRF axes",
    "velocity": "inertial velocity about the Moon's centre, ICRF axes",
    "latitude": "selenographic latitude",
    "longitude": "selenographic east longitude",
    "altitude": "height above the 1737.4 km sphere",
    "speed": "Moon-centred inertial speed",
    "flight_path_angle": "angle of the inertial velocity above the local horizontal",
    "thrust": "true thrust",
    "delta_v": "true delta-v since the start of the flight",
    "delta_v_sensed": "delta-v since the start of the flight as the accelerometer sensed it",
    "mass": "mass of the craft",
    "thrust_direction": "unit vector of the thrust, ICRF axes",
    "commanded_direction": "unit vector along which the thrust was to go, ICRF axes",
    "pointing_error": "angle between the thrust and where it was to go",
}
#: Names of the CF standard name table, version 86, where it has one, and the units it asks for.
_CF = {
    "latitude": {"standard_name": "latitude", "units": "degrees_north"},
    "longitude": {"standard_name": "longitude", "units": "degrees_east"},
    "altitude": {"standard_name": "height_above_reference_ellipsoid"},
}
_PLACES = ("latitude", "longitude")
#: The grid mapping of CF: what latitude, longitude and height refer to.
_MOON = {
    "grid_mapping_name": "latitude_longitude",
    "semi_major_axis": constants.MOON_RADIUS_M,
    "inverse_flattening": 0.0,
    "reference_ellipsoid_name": "sphere of 1737.4 km",
    "horizontal_datum_name": "mean Earth / polar axis (ME) of DE421",
    "longitude_of_prime_meridian": 0.0,
}


def columns(table: QTable) -> dict[str, NDArray[np.float64]]:
    """Return the histories but for the times: one array a column, its unit at the end of its name."""
    found: dict[str, NDArray[np.float64]] = {}
    for name, quantity in _quantities(table).items():
        values, suffix = np.asarray(quantity.value), _SUFFIXES.get(quantity.unit) or str(quantity.unit)
        ending = f"_{suffix}" if suffix else ""
        if values.ndim == 1:
            found[f"{name}{ending}"] = values
        else:
            found |= {f"{name}_{axis}{ending}": values[:, i] for i, axis in enumerate(_AXES)}
    return found


def to_pandas(table: QTable) -> Any:
    """Return the histories as a DataFrame over UTC; see :meth:`Flight.to_pandas`."""
    pandas = _package("pandas")
    return pandas.DataFrame(columns(table), index=pandas.DatetimeIndex(utc_ns(table["time"]), name="time_utc"))


def to_xarray(table: QTable, attributes: Mapping[str, str]) -> Any:
    """Return the histories as a Dataset after the CF conventions; see :meth:`Flight.to_xarray`."""
    xarray = _package("xarray")
    times = utc_ns(table["time"])
    kept = np.append(np.diff(times) > np.timedelta64(0, "ns"), True)  # at a jump, the sample after it
    variables = {
        name: (("time", "axis")[: quantity.ndim], quantity.value[kept], _attributes(name, quantity.unit))
        for name, quantity in _quantities(table).items()
    }
    places = {name: variables.pop(name) for name in _PLACES}
    moon = {"moon": ((), np.int32(0), _MOON)}
    dataset = xarray.Dataset(variables | moon, {"time": times[kept], "axis": list(_AXES), **places}, attributes)
    dataset.time.attrs = {"standard_name": "time", "long_name": "time (UTC)", "axis": "T"}
    start = times[0].astype("datetime64[s]")  # CF takes a time without a zone as UTC
    dataset.time.encoding = {"units": f"seconds since {start}", "calendar": "standard", "dtype": "float64"}
    dataset.axis.attrs = {"long_name": "axis of the ICRF"}
    return dataset


def utc_ns(times: Time) -> NDArray[np.datetime64]:
    """Return times as UTC in nanoseconds; within a leap second, as the first second of the next day."""
    texts = np.asarray(Time(times.utc, precision=9).isot)
    leap = np.char.find(texts, ":60.") >= 0
    stamps: NDArray[np.datetime64] = np.char.replace(texts, ":60.", ":59.").astype("datetime64[ns]")
    return stamps + leap * np.timedelta64(1, "s")


def _quantities(table: QTable) -> dict[str, u.Quantity]:
    return {name: table[name] for name in table.colnames if name != "time"}


def _attributes(name: str, unit: u.UnitBase) -> dict[str, str]:
    attributes = {"long_name": _LONG_NAMES.get(name, name.replace("_", " ")), "units": _cf_unit(unit) or "1"}
    mapping = {} if name in _PLACES else {"grid_mapping": "moon"}
    return attributes | mapping | _CF.get(name, {})


def _cf_unit(unit: u.UnitBase) -> str:
    """Return a unit as UDUNITS reads it: ``m s-1``."""
    parts = zip(unit.bases, unit.powers, strict=True)
    return " ".join(f"{'degree' if base is u.deg else base}{'' if power == 1 else power}" for base, power in parts)


def about(scenario: Scenario, outcome: Outcome) -> dict[str, str]:
    """Return the attributes of a Dataset: what was flown, and how it ended."""
    return {
        "Conventions": "CF-1.11",
        "title": scenario.title or scenario.name,
        "source": f"lunarsim {__version__}, {scenario.moon.gravity.name}",
        "comment": f"{FRAME}. Thrust jumps: at a jump stands the value after it.",
        "outcome": str(outcome),
        "outcome_class": type(outcome).__name__,
    }


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise LunarsimError(
            f'{name} is not installed, and this needs it: python -m pip install "lunarsim[io]"; '
            "Flight.to_table and write_csv do without"
        ) from None
