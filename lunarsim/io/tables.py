"""Histories of a flight in files: CSV and NetCDF."""

from __future__ import annotations

import csv
import os

from astropy.time import Time

from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.flight.result.tables import columns


def write_csv(flight: Flight, path: str | os.PathLike[str]) -> None:
    """Write the histories of a flight as CSV: the rows of :meth:`Flight.to_table`, in full precision.

    The header has the unit at the end of each name. Times are UTC after ISO 8601, to a nanosecond
    (``2023-08-19T11:10:00.000000000Z``). An ignition or a cut-off stands twice, before and after.

    Raises
    ------
    OutputError
        If the file cannot be written; nothing is then left half-written.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> coast = ls.propagate(ls.load_scenario("luna25").state, 1 * u.hour)
    >>> ls.write_csv(coast, "coast.csv")
    """
    data = columns(flight.to_table())
    times = [f"{text}Z" for text in Time(flight.times.utc, precision=9).isot]
    with written_whole(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time_utc", *data])
        writer.writerows(zip(times, *(values.tolist() for values in data.values()), strict=True))


def write_netcdf(flight: Flight, path: str | os.PathLike[str]) -> None:
    """Write the histories of a flight as NetCDF (classic, 64-bit offset) after the CF conventions.

    The file holds what :meth:`Flight.to_xarray` returns.

    Raises
    ------
    LunarsimError
        If xarray is not installed.
    OutputError
        If the file cannot be written; nothing is then left half-written.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> coast = ls.propagate(ls.load_scenario("luna25").state, 1 * u.hour)
    >>> ls.write_netcdf(coast, "coast.nc")
    """
    dataset = flight.to_xarray()
    with written_whole(path) as draft:
        dataset.to_netcdf(draft, engine="scipy", format="NETCDF3_64BIT")
