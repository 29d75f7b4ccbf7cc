"""A flight in one file: a zip archive with ``flight.json`` and arrays in numpy's format. No pickle."""

from __future__ import annotations

import json
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from lunarsim import __version__, data
from lunarsim.errors import DataError, InputError
from lunarsim.files import written_whole
from lunarsim.flight.result.flight_file.archive_members import Members
from lunarsim.flight.result.flight_file.consistency import check_flight
from lunarsim.flight.result.flight_file.encoding import Arrays, Encoder, decode, field_names
from lunarsim.flight.result.flight_file.field_types import check_fields
from lunarsim.flight.result.flight_file.stored_segment import StoredSegment
from lunarsim.flight.result.parts import FlightParts
from lunarsim.flight.result.trajectory import FlownPhase, Trajectory

Made = TypeVar("Made", bound=FlightParts)

FORMAT = "lunarsim flight"
VERSION = 3  # raised when an older lunarsim would misread the file; a new field with a default does not need it

_DOCUMENT = "flight.json"
_DAMAGE = (
    *(
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OverflowError,
        MemoryError,
    ),
    *(ValueError, TypeError, LookupError, AttributeError, SyntaxError),
)  # what damaged archives, JSON, arrays and values provoke; ValueError covers InputError and wrong text
_NETCDF = (b"CDF", b"\x89HDF")


def save_flight(flight: FlightParts, path: str | os.PathLike[str]) -> None:
    """Write a flight into one file: the scenario, the timeline, the burns, the outcome, the motion.

    Raises
    ------
    InputError
        If the scenario holds something of a class that is not lunarsim's, or parts of the flight contradict each other.
    OutputError
        If the file cannot be written.
    """
    check_flight(flight)
    encoder = Encoder()
    parts = {name: getattr(flight, name) for name in field_names(FlightParts) if name != "trajectory"}
    plain = {name: encoder.encode(part, name) for name, part in parts.items()}
    phases = [_encoded_phase(encoder, phase, i) for i, phase in enumerate(flight.trajectory.phases)]
    document = {"format": FORMAT, "version": VERSION, "lunarsim": __version__, "flight": plain, "phases": phases}
    with written_whole(path) as draft, zipfile.ZipFile(draft, "w") as archive:
        archive.writestr(zipfile.ZipInfo(_DOCUMENT), json.dumps(document, indent=1, allow_nan=False))
        for name, array in encoder.arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def load_flight(path: str | os.PathLike[str], record: type[Made]) -> Made:
    """Read the parts that :func:`save_flight` wrote, and make a record of them; nothing in the file is executed.

    Raises
    ------
    DataError
        If the file is missing, damaged, not a saved flight, or of a newer version of the format.
    InputError
        If no file can have this name.
    """
    file = data.user_path(path)
    try:
        with zipfile.ZipFile(file) as archive:
            return _flight(file, archive, Members(archive, file.stat().st_size), record)
    except OSError as error:
        raise DataError(f"{file}: the saved flight cannot be read: {error.strerror or error}") from None
    except _DAMAGE as error:
        if is_netcdf(file):
            raise DataError(
                f"{file} holds histories alone, as write_netcdf leaves them: expected a file that Flight.save wrote; "
                "read_netcdf reads it"
            ) from None
        raise DataError(
            f"{file}: this is not a saved flight, or it is damaged: expected a file that Flight.save wrote; "
            f"save the flight again, or copy the file again ({error})"
        ) from error


def is_netcdf(file: Path) -> bool:
    """Return whether a file begins as NetCDF does, of the classic format or within HDF5."""
    with file.open("rb") as opened:
        return opened.read(4).startswith(_NETCDF)


def _encoded_phase(encoder: Encoder, phase: FlownPhase, i: int) -> dict[str, Any]:
    at = f"phases.{i}"
    nodes = {
        name: encoder.encode(getattr(phase, name), f"{at}.{name}")
        for name in field_names(FlownPhase)
        if name != "segment"
    }
    return {**nodes, "segment": encoder.encode(StoredSegment.of(phase.segment), f"{at}.segment")}


def _flight(file: Path, archive: zipfile.ZipFile, arrays: Members, record: type[Made]) -> Made:
    document = json.loads(archive.read(_DOCUMENT), parse_constant=_no_number)
    if document["format"] != FORMAT:
        raise ValueError(f"its format is {document['format']!r}")
    if document["version"] > VERSION:
        raise DataError(
            f"{file}: the flight was saved by lunarsim {document['lunarsim']} in version {document['version']} of "
            f"the format: lunarsim {__version__} reads versions up to {VERSION}; update lunarsim"
        )
    plain = {name: decode(node, arrays, f"{_DOCUMENT}: {name}") for name, node in document["flight"].items()}
    phases = tuple(_phase(node, arrays, f"{_DOCUMENT}: phases.{i}") for i, node in enumerate(document["phases"]))
    fields = {**plain, "trajectory": Trajectory(phases)}
    check_fields(record, fields)
    flight = record(**fields)
    check_flight(flight)
    return flight


def _phase(nodes: dict[str, Any], arrays: Arrays, at: str) -> FlownPhase:
    fields = {name: decode(node, arrays, f"{at}.{name}") for name, node in nodes.items()}
    if not isinstance(fields["segment"], StoredSegment):
        raise InputError(f"{at}.segment: expected a StoredSegment")
    try:
        fields["segment"] = fields["segment"].restored()
        check_fields(FlownPhase, fields)
        return FlownPhase(**fields)
    except InputError as error:
        raise InputError(f"{at}: {error}") from error


def _no_number(text: str) -> None:
    raise ValueError(f"{_DOCUMENT} has {text}, which is no number")
