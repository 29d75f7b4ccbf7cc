"""The flight of a mission in one file: a zip archive with ``mission.json`` and saved flights. No pickle."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isnan, nan
from pathlib import Path
from typing import Any

from lunarsim import __version__, data
from lunarsim.chain.handover import Handover
from lunarsim.chain.leg import Leg
from lunarsim.chain.rows import Row, RowKind
from lunarsim.errors import DataError
from lunarsim.files import written_whole
from lunarsim.flight import Flight

FORMAT = "lunarsim mission"
VERSION = 1  # raised when an older lunarsim would misread the file

_DOCUMENT = "mission.json"
_MOST_LEGS = 1000
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(ValueError, TypeError, LookupError, AttributeError),
)


def is_mission_file(path: str | os.PathLike[str]) -> bool:
    """Return whether a file is an archive that holds a mission, by the names of its members."""
    try:
        with zipfile.ZipFile(data.user_path(path)) as archive:
            return _DOCUMENT in archive.namelist()
    except (OSError, *_DAMAGE):
        return False


def save_legs(path: str | os.PathLike[str], about: Mapping[str, Any], legs: Sequence[Leg]) -> None:
    """Write the flown links of a mission into one file, with what is said of it.

    Raises
    ------
    InputError
        If a scenario holds something of a class that is not lunarsim's.
    OutputError
        If the file cannot be written.
    """
    told = [{"handover": asdict(leg.handover), "rows": [_plain(row) for row in leg.rows]} for leg in legs]
    document = {"format": FORMAT, "version": VERSION, "lunarsim": __version__, "mission": dict(about), "legs": told}
    with written_whole(path) as draft, zipfile.ZipFile(draft, "w") as archive, tempfile.TemporaryDirectory() as folder:
        archive.writestr(zipfile.ZipInfo(_DOCUMENT), json.dumps(document, indent=1, allow_nan=False))
        for k, leg in enumerate(legs):
            file = Path(folder) / _member(k)
            leg.flight.save(file)
            archive.write(file, _member(k))


def load_legs(path: str | os.PathLike[str]) -> tuple[dict[str, Any], tuple[Leg, ...]]:
    """Return what :func:`save_legs` wrote: what is said of the mission, and its flown links.

    Raises
    ------
    DataError
        If the file is missing, damaged, not a saved mission, or of a newer version of the format.
    """
    file = data.user_path(path)
    try:
        with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory() as folder:
            document = json.loads(archive.read(_DOCUMENT))
            _check(document, file)
            legs = tuple(_leg(each, _flight(archive, k, Path(folder))) for k, each in enumerate(document["legs"]))
            return _about(document["mission"]), legs
    except OSError as error:
        raise DataError(f"{file}: the saved mission cannot be read: {error.strerror or error}") from None
    except _DAMAGE as error:
        raise DataError(
            f"{file}: this is not a saved mission, or it is damaged: expected a file that MissionFlight.save wrote; "
            f"save the mission again, or copy the file again ({error})"
        ) from error


def _check(document: Mapping[str, Any], file: Path) -> None:
    if document["format"] != FORMAT:
        raise ValueError(f"its format is {document['format']!r}")
    if document["version"] > VERSION:
        raise DataError(
            f"{file}: the mission was saved by lunarsim {document['lunarsim']} in version {document['version']} of the "
            f"format: lunarsim {__version__} reads versions up to {VERSION}; update lunarsim"
        )
    if not 0 < len(document["legs"]) <= _MOST_LEGS:
        raise ValueError(f"it has {len(document['legs'])} links")


def _about(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": str(told["name"]), "title": str(told["title"]), "planned": int(told["planned"])}


def _flight(archive: zipfile.ZipFile, k: int, folder: Path) -> Flight:
    file = folder / _member(k)
    file.write_bytes(archive.read(_member(k)))
    return Flight.load(file)


def _leg(told: Mapping[str, Any], flight: Flight) -> Leg:
    given = told["handover"]
    handover = Handover(
        handed_on=tuple(map(str, given["handed_on"])),
        anew=tuple(map(str, given["anew"])),
        leaves=str(given["leaves"]),
        left_kg=float(given["left_kg"]),
        after=str(given["after"]),
        gaps={str(name): float(gap) for name, gap in given["gaps"].items()},
    )
    return Leg(flight=flight, handover=handover, rows=tuple(_row(each) for each in told["rows"]))


def _plain(row: Row) -> dict[str, Any]:
    told = {**row._asdict(), "kind": row.kind.value}
    return {name: None if isinstance(value, float) and isnan(value) else value for name, value in told.items()}


def _row(told: Mapping[str, Any]) -> Row:
    miss, tolerance = (nan if told[name] is None else float(told[name]) for name in ("miss", "tolerance"))
    quantity, asked, flown, unit = (str(told[name]) for name in ("quantity", "asked", "flown", "unit"))
    return Row(RowKind(told["kind"]), quantity, asked, flown, miss, tolerance, unit)


def _member(k: int) -> str:
    return f"{k}.flight"
