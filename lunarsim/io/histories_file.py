"""Histories of a flight out of a NetCDF file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim.data import user_path
from lunarsim.errors import DataError, LunarsimError
from lunarsim.flight import EventKind, Histories, Impact, Landed
from lunarsim.orbits import State

if TYPE_CHECKING:
    import xarray

_UNITS = {
    "position": u.m,
    "velocity": u.m / u.s,
    "thrust": u.N,
    "delta_v": u.m / u.s,
    "delta_v_sensed": u.m / u.s,
}
_CONTACTS = {Impact.__name__: EventKind.IMPACT, Landed.__name__: EventKind.TOUCHDOWN}
_AS_WRITTEN = "expected a file that write_netcdf wrote"


def read_netcdf(path: str | os.PathLike[str]) -> Histories:
    """Read the histories of a flight from a file that :func:`write_netcdf` wrote.

    Parameters
    ----------
    path : str or path
        Of a NetCDF file; one within HDF5, as xarray may write it anew, takes the package h5netcdf.

    Returns
    -------
    Histories
        The samples, which figures draw. The scenario is not in the file: to fly on, or to see why, load a file that
        ``flight.save()`` wrote.

    Raises
    ------
    DataError
        If the file cannot be read, or does not hold histories of a flight.

    Examples
    --------
    >>> import lunarsim as ls
    >>> ls.write_netcdf(ls.simulate(ls.load_scenario("luna25")), "flown.nc")
    >>> flown = ls.read_netcdf("flown.nc")
    >>> print(flown.burns[0].duration.round(1))
    127.0 s
    >>> axes = ls.plots.ground_track(flown)
    """
    import xarray  # noqa: PLC0415  (only who reads a file waits for it)

    file = user_path(path)
    try:
        with xarray.open_dataset(file) as dataset:
            return _histories(file, dataset.load())
    except LunarsimError:
        raise
    except OSError as error:
        raise DataError(f"{file}: the file cannot be read: {error.strerror or error}") from None
    except Exception as error:  # what damaged files provoke in the readers that xarray calls
        words = " ".join(str(error).split())[:200]
        raise DataError(f"{file}: this is no NetCDF file, or it is damaged: {_AS_WRITTEN} ({words})") from error


def _histories(file: Path, dataset: xarray.Dataset) -> Histories:
    missing = [name for name in ("time", *_UNITS) if name not in dataset.variables]
    if missing:
        raise DataError(f"{file} has no {', '.join(missing)}: {_AS_WRITTEN}")
    times = dataset["time"].values
    if times.dtype.kind != "M" or times.ndim != 1 or times.size < 2 or not np.all(np.diff(times) > np.timedelta64(0)):
        raise DataError(f"{file}: 'time' is not two or more moments that go forward: {_AS_WRITTEN}")
    values = {name: _values(file, dataset, name) for name in _UNITS}
    epochs = Time(np.datetime_as_string(times, unit="ns").tolist(), format="isot", scale="utc")
    state = State(values.pop("position"), values.pop("velocity"), epochs)
    title, outcome, ended = (str(dataset.attrs.get(name, "")) for name in ("title", "outcome", "outcome_class"))
    return Histories(name=file.stem, title=title, outcome=outcome, contact=_CONTACTS.get(ended), states=state, **values)


def _values(file: Path, dataset: xarray.Dataset, name: str) -> u.Quantity:
    """Return a variable in its unit, one row a time."""
    variable, text = dataset[name], str(dataset[name].attrs.get("units", ""))
    shape = (dataset["time"].size, 3) if name in ("position", "velocity") else (dataset["time"].size,)
    try:
        found = u.Quantity(variable.values, u.Unit(text), dtype=float).to(_UNITS[name])
    except (u.UnitConversionError, ValueError, TypeError):
        raise DataError(f"{file}: '{name}' is in '{text}': expected numbers in {_UNITS[name]}") from None
    if found.shape != shape or not np.all(np.isfinite(found.value)):
        raise DataError(f"{file}: '{name}' is not {' x '.join(map(str, shape))} numbers: {_AS_WRITTEN}")
    return found
