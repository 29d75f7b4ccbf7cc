"""The formats that a flight or a campaign can be written in: their names, their suffixes, and what each takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lunarsim.errors import InputError, listed, nearest, shown
from lunarsim.io.exchange.ck import write_ck
from lunarsim.io.exchange.czml import write_czml
from lunarsim.io.exchange.oem import write_oem
from lunarsim.io.exchange.opm import write_opm
from lunarsim.io.exchange.spk import write_spk
from lunarsim.io.exchange.stk import write_stk
from lunarsim.io.maps.geojson import write_geojson
from lunarsim.io.maps.geotiff import write_geotiff
from lunarsim.io.maps.kml import write_kml
from lunarsim.io.tables import write_csv, write_netcdf


class Format(NamedTuple):
    """A format."""

    suffixes: tuple[str, ...]
    write: Callable[..., Any]
    of_flight: bool = True
    of_campaign: bool = False


FORMATS: Mapping[str, Format] = {
    "oem": Format((".oem",), write_oem),
    "opm": Format((".opm",), write_opm),
    "spk": Format((".bsp",), write_spk),
    "ck": Format((".bc",), write_ck),
    "stk": Format((".e",), write_stk),
    "czml": Format((".czml",), write_czml),
    "kml": Format((".kml",), write_kml, of_campaign=True),
    "geojson": Format((".geojson",), write_geojson, of_campaign=True),
    "geotiff": Format((".tif", ".tiff"), write_geotiff, of_flight=False, of_campaign=True),
    "csv": Format((".csv",), write_csv),
    "netcdf": Format((".nc",), write_netcdf),
}


def format_of(to: str | None, out: Path) -> str:
    """Return the name of the format that is asked for: ``to``, or else by the suffix of a file.

    Raises
    ------
    InputError
        If there is no such format, or no suffix that says it.
    """
    if to is not None:
        if to not in FORMATS:
            raise InputError(f"--to {shown(to)} is no format: {nearest(to, FORMATS)}")
        return to
    found = next((name for name, each in FORMATS.items() if out.suffix.lower() in each.suffixes), None)
    if found is None:
        suffixes = [suffix for each in FORMATS.values() for suffix in each.suffixes]
        raise InputError(f"--out {shown(str(out))} has no suffix that says a format: give --to; {listed(suffixes)}")
    return found
